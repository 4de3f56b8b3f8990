"""Build the documentation into docs/_build/html; warnings are errors, local links are checked."""

from __future__ import annotations

import shutil
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sphinx.cmd.build import build_main

from paper_figures.explorable import explorable

HERE = Path(__file__).resolve().parent
BUILT = HERE / "_build"


def main() -> int:
    """Write the explorable page, run Sphinx, check the links; return 0 only if nothing is wrong."""
    # Pages of names that the reference has no more would stay.
    shutil.rmtree(HERE / "api", ignore_errors=True)
    (BUILT / "extra").mkdir(parents=True, exist_ok=True)
    (BUILT / "extra" / "explorable.html").write_text(explorable(), encoding="utf-8")
    quiet = ["-b", "html", "-q", "-W", "--keep-going"]
    if status := build_main([*quiet, str(HERE), str(BUILT / "html")]):
        return status
    broken = list(broken_links(BUILT / "html"))
    for page, link in broken:
        print(f"{page}: {link} leads nowhere", file=sys.stderr)
    print(f"{BUILT / 'html' / 'index.html'}")
    return 1 if broken else 0


def broken_links(site: Path) -> list[tuple[Path, str]]:
    """Return (page, link) for every link to a file or place of the site that is not there."""
    found = {page: Links(page) for page in site.rglob("*.html") if "_static" not in page.parts}
    broken = []
    for page, links in found.items():
        for link in links.to:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            places = found[target].places if target in found else {parts.fragment}
            if not target.exists() or (parts.fragment and parts.fragment not in places):
                broken.append((page.relative_to(site), link))
    return broken


class Links(HTMLParser):
    """The links of a page, and the places in it that links can name."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.to: list[str] = []
        self.places: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect ids, and what a, img, iframe, link and script point at."""
        for name, value in attrs:
            if name == "id" and value:
                self.places.add(value)
            elif name in ("href", "src") and value and value != "#":
                self.to.append(value)


if __name__ == "__main__":
    sys.exit(main())
