"""The page of an audit: words, pictures and numbers in one file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from experiments.audit.budget import in_words
from experiments.audit.thumbnails import thumbnail
from experiments.audit.true_and_random import LEVELS
from experiments.audit.verdict import Numbers, ratios_of
from experiments.datasets import Dataset
from expressivity.rounding import downwards, in_percent

SHOWN, MORE = 20, 100  # labels on the page, at once and on demand; the file has all
STYLE = Path(__file__).with_name("page.css")


def page(numbers: Numbers, data: Dataset) -> str:
    """Return the page as HTML, from the numbers and, for thumbnails, the images."""
    title = f"Audit of {numbers['model']}"
    drawn = _drawn(numbers)
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="lead">On {escape(numbers["data"])}: {numbers["n"]:,} training and '
        f"{numbers['n_test']:,} test examples, {len(numbers['classes'])} classes. It took "
        f"{in_words(numbers['seconds'])} of {numbers['budget']}.</p>",
        "<h2>What was found</h2>",
        *(f"<p>{escape(words)}</p>" for words in numbers["verdict"]),
        *_labels(numbers, data),
        *_section("What it fits", drawn.get("randomization"), _fits(numbers)),
        *_section("Random signs", None, _signs(numbers)),
        *_section("Measures", drawn.get("panel"), _measures(numbers)),
        *_section("The labels and the inputs alone", drawn.get("alignment"), _alignment(numbers)),
        *_section("Memorization", drawn.get("suspects"), _memorization(numbers)),
        f'<p class="note">{escape(_made_with(numbers))}</p>',
    ]
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">',
            f"<title>{escape(title)}</title>",
            f"<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>",
            *body,
            "</body>\n</html>\n",
        ]
    )


def _drawn(numbers: Numbers) -> dict[str, str]:
    try:
        from experiments.audit.pictures import pictures
    except ImportError:  # of matplotlib: the page says as much in numbers
        return {}
    return pictures(numbers)


def _section(title: str, picture: str | None, content: str) -> list[str]:
    """Return a section, or nothing where nothing was found."""
    if not content:
        return []
    card = f'<div class="card">{picture}</div>' if picture else ""
    return [f"<h2>{escape(title)}</h2>{card}\n{content}"]


def _labels(numbers: Numbers, data: Dataset) -> list[str]:
    """Return the labels to look at first, with the images where there are any."""
    found = numbers["suspects"]
    if not found:
        return []
    labels = found["labels"][:MORE]
    pictures = [_picture(row, data) for row in labels]
    heads = ["index", "split", "given", "proposed", "score", "memorization"]
    rows = [
        [
            *([picture] if any(pictures) else []),
            str(row["index"]),
            row["split"],
            escape(row["given"]),
            escape(row["proposed"]),
            f"{row['score']:.3f}",
            "" if row["memorization"] is None else f"{row['memorization']:.2f}",
        ]
        for row, picture in zip(labels, pictures, strict=True)
    ]
    more = f"The first {MORE} of {len(found['labels']):,}. " if len(labels) == MORE else ""
    note = (
        f"{more}The score is 1 - the probability of the given label, by models that did not see "
        "it. A score near 1 is an error of the label, or an example unlike all others: look and "
        "decide. <code>labels.csv</code> beside this page has all of them."
    )
    none = "" if rows else "<p>None: every label is what those models would give.</p>"
    heads = [*(["picture"] if any(pictures) else []), *heads]
    first = table(heads, rows[:SHOWN]) if rows else none
    rest = table(heads, rows[SHOWN:]) if rows[SHOWN:] else ""
    hidden = f"<details><summary>{len(rows) - SHOWN} more</summary>{rest}</details>" if rest else ""
    return [f'<h2>Labels to look at first</h2>\n<p class="note">{note}</p>\n{first}{hidden}']


def _picture(row: dict[str, Any], data: Dataset) -> str:
    images = data.train_images if row["split"] == "training" else data.test_images
    uri = thumbnail(images[row["place"]], data.white)
    return f'<img src="{uri}" alt="example {row["index"]}" loading="lazy">' if uri else ""


def _fits(numbers: Numbers) -> str:
    found = numbers["randomization"]
    records = {name: found[name] for name in LEVELS if name in found}
    if not records:
        return ""
    rows = [
        [
            name,
            in_percent(record["train_accuracy"], 2),
            in_percent(record["test_accuracy"], 2),
            str(record.get("epochs", "")),
            in_words(record["seconds"]),
            record["stopped"],
        ]
        for name, record in records.items()
    ]
    heads = ["labels", "training accuracy", "test accuracy", "epochs", "time", "stopped"]
    rule = f'<p class="note">{escape(found["rule"])}</p>' if "rule" in found else ""
    return table(heads, rows) + rule


def _signs(numbers: Numbers) -> str:
    found = numbers["signs"]
    if not found:
        return ""
    rows = [[f"draw {k}", f"{r:.4f}"] for k, r in enumerate(found["correlations"], start=1)]
    rows.append([f"lower limit ({1 - found['delta']:.0%})", downwards(found["lower_limit"], 4)])
    return table(["random signs", "correlation reached"], rows)


def _measures(numbers: Numbers) -> str:
    found = numbers["panel"]
    levels = [name for name in LEVELS if name in found]
    if not levels:
        return ""
    ratios = ratios_of(found)
    rows = [
        [
            escape(name),
            found[levels[0]][name]["kind"],
            *(_value(found[level].get(name)) for level in levels),
            f"{ratios[name]:.3g}" if name in ratios else "",
        ]
        for name in found[levels[0]]
    ]
    note = (
        "A bound has all its constants and says something below 1; a score is larger or smaller, "
        "no more; a control costs nothing, and what does no better than it explains nothing. A "
        "dash is a measure that is not defined for this model, or where labels are not fitted."
    )
    return f'{table(["measure", "kind", *levels, "random / true"], rows)}<p class="note">{note}</p>'


def _alignment(numbers: Numbers) -> str:
    found = numbers["alignment"]
    if not found:
        return ""
    random = found["random_labels"]
    rows = [
        ["label alignment of these labels", f"{found['labels']:.3f}"],
        [f"of {len(random)} random labelings", f"{min(random):.3f} to {max(random):.3f}"],
        ["leave-one-out error of the kernel", in_percent(found["leave_one_out_error"], 2)],
        ["error of the commonest class", in_percent(found["chance_error"], 2)],
        ["distinct inputs", f"{found['points']:,}"],
    ]
    return table([f"kernel: {escape(found['kernel'])}", "value"], rows)


def _memorization(numbers: Numbers) -> str:
    found = numbers["suspects"]
    if not found:
        return ""
    rows = [
        ["models, each without a fifth of the examples", str(found["models"])],
        ["mean memorization score", f"{found['mean_memorization']:.3f}"],
        ["examples with a score of 0.5 or more", f"{found['memorized']:,}"],
    ]
    return table(["memorization", "value"], rows)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table that scrolls by itself where it is wider than the page; cells are HTML."""
    head = "".join(f"<th>{name}</th>" for name in heads)
    body = "\n".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="table, scrolls sideways">'
        f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def _value(measure: dict[str, Any] | None) -> str:
    if measure is None:
        return ""
    if measure["value"] is None:
        return f'<span title="{escape(measure["why"])}">–</span>'
    return f"{measure['value']:.4g}"


def _made_with(numbers: Numbers) -> str:
    known = ", ".join(f"{name} {version}" for name, version in numbers["versions"].items())
    return f"{numbers['machine']['processor']}, {numbers['machine']['cores']} cores; {known}."
