"""Images are read as they are displayed, or refused by name."""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from experiments.datasets.decoded import decoded
from experiments.datasets.image import LIMIT, decode
from experiments.datasets.image_folder import image_files

RAMP = np.arange(64)[:, None] * np.ones((1, 64))


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPRESSIVITY_CACHE", str(tmp_path / "cache"))


def test_sixteen_bits_are_scaled_to_eight(tmp_path: Path) -> None:
    values = (RAMP * 1000).astype(np.uint16)
    Image.fromarray(values).save(tmp_path / "deep.png")
    expected = np.rint(values / 257)
    assert np.abs(decode(tmp_path / "deep.png", 64)[:, :, 1] - expected).max() <= 1


@pytest.mark.parametrize("ending", ["jpg", "webp", "png"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_image_is_turned_as_it_is_displayed(
    ending: str, orientation: int, tmp_path: Path
) -> None:
    corners = np.zeros((64, 64, 3), np.uint8)
    corners[:32, :32], corners[:32, 32:], corners[32:, :32] = 250, 170, 90
    exif = Image.Exif()
    exif[0x112] = orientation
    path = tmp_path / f"turned.{ending}"
    Image.fromarray(corners).save(path, exif=exif, quality=95)
    # The rules of the standard: where row 0 and column 0 of what is stored are seen.
    seen = corners[..., 0].astype(int)
    if orientation >= 5:
        seen = seen.T
    seen = {
        1: seen,
        2: seen[:, ::-1],
        3: seen[::-1, ::-1],
        4: seen[::-1],
        5: seen,
        6: seen[:, ::-1],
        7: seen[::-1, ::-1],
        8: seen[::-1],
    }[orientation]
    found = decode(path, 16)[..., 0].astype(int)
    for row, column in ((2, 2), (2, 13), (13, 2), (13, 13)):
        assert abs(found[row, column] - seen[4 * row, 4 * column]) < 12


def test_a_palette_and_grey_become_rgb(tmp_path: Path) -> None:
    colours = Image.new("P", (20, 20), 1)
    colours.putpalette([0, 0, 0, 10, 200, 30])
    colours.save(tmp_path / "palette.png")
    assert (decode(tmp_path / "palette.png", 8) == (10, 200, 30)).all()
    Image.new("1", (20, 20), 1).save(tmp_path / "bit.png")
    assert (decode(tmp_path / "bit.png", 8) == 255).all()
    Image.new("RGBA", (20, 20), (10, 200, 30, 255)).save(tmp_path / "opaque.png")
    assert (decode(tmp_path / "opaque.png", 8) == (10, 200, 30)).all()


def _bomb(path: Path, side: int) -> None:
    """Write a PNG that says it is large, and holds nothing."""
    _write_png(path, side, 8, 0, b"")


def _write_png(
    path: Path, side: int, bits: int, colour: int, rows: bytes, transparent: bytes = b""
) -> None:
    """Write a square PNG, of a value that means transparent if one is given."""
    header = struct.pack(">IIBBBBB", side, side, bits, colour, 0, 0, 0)
    key = [(b"tRNS", transparent)] if transparent else []
    chunks = ((b"IHDR", header), *key, (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    with path.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for kind, content in chunks:
            checksum = struct.pack(">I", zlib.crc32(kind + content))
            file.write(struct.pack(">I", len(content)) + kind + content + checksum)


def _wrong(kind: str, folder: Path) -> Path:
    path = folder / f"{kind}.png"
    grey = Image.new("L", (30, 30), 99)
    if kind == "postscript":
        Image.new("RGB", (30, 30)).save(folder / "image.eps")
        return (folder / "image.eps").rename(folder / "photo.jpg")
    if kind == "transparent":
        Image.new("RGBA", (30, 30), (1, 2, 3, 0)).save(path)
    elif kind == "transparent palette":
        Image.new("P", (30, 30), 0).save(path, transparency=0)
    elif kind == "transparent grey":
        grey.save(path, transparency=99)
    elif kind == "animated":
        grey.save(path, save_all=True, append_images=[Image.new("L", (30, 30), 1)])
    elif kind in ("9500", "20000", "60000"):
        _bomb(path, int(kind))
    elif kind == "text":
        info = PngImagePlugin.PngInfo()
        info.add_text("comment", "x" * 2**21, zip=True)
        grey.save(path, pnginfo=info)
    elif kind == "tiff":
        Image.fromarray(RAMP.astype(np.float32)).save(folder / "real.tif")
        return (folder / "real.tif").rename(path)
    elif kind == "cut off":
        grey.save(path)
        path.write_bytes(path.read_bytes()[:60])
    elif kind == "empty":
        path.touch()
    return path


@pytest.mark.parametrize(
    "kind",
    [
        "postscript",
        "transparent",
        "transparent palette",
        "transparent grey",
        "animated",
        "9500",
        "20000",
        "60000",
        "text",
        "tiff",
        "cut off",
        "empty",
        "a folder that is not there",
    ],
)
def test_what_cannot_be_read_right_is_refused_by_name(kind: str, tmp_path: Path) -> None:
    assert LIMIT < 9_500**2
    path = _wrong(kind, tmp_path)
    with pytest.raises(ValueError, match=f"image {path}") as error:
        decode(path, 16)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("there", [True, False])
def test_a_grey_that_means_transparent_is_that_of_its_depth(
    bits: int, there: bool, tmp_path: Path
) -> None:
    """Pillow keeps it as it stands in the file, and the pixels of 2 and 4 bits multiplied."""
    grey = 1 if bits == 1 else 2 ** (bits - 1) + 1
    row = (
        grey.to_bytes(2) * 16 if bits == 16 else bytes([sum(grey << k for k in range(0, 8, bits))])
    )
    row = (row * 16)[: 2 * bits]
    path = tmp_path / "grey.png"
    _write_png(path, 16, bits, 0, (b"\0" + row) * 16, (grey if there else grey - 1).to_bytes(2))
    if there:
        with pytest.raises(ValueError, match="transparent pixels"):
            decode(path, 16)
    else:
        assert (decode(path, 16) == round(255 * grey / (2**bits - 1))).all()


def test_a_transparent_colour_of_16_bits_is_refused(tmp_path: Path) -> None:
    """Pillow keeps 8 bits of the pixels and 16 of the colour."""
    path = tmp_path / "colour.png"
    _write_png(path, 4, 16, 2, (b"\0" + b"\3\xe8" * 12) * 4, b"\3\xe8" * 3)
    with pytest.raises(ValueError, match="16 bits a channel: save it with 8"):
        decode(path, 4)


@pytest.mark.filterwarnings("ignore:.*EXIF|Truncated|Tag data|Metadata|Image size")
@pytest.mark.parametrize("ending", ["jpg", "png", "bmp", "webp"])
def test_a_harmed_image_is_read_or_refused_by_name(ending: str, tmp_path: Path) -> None:
    rng, path, exif = random.Random(1), tmp_path / f"photo.{ending}", Image.Exif()
    exif[274], exif[270] = 6, "a title"
    exif.get_ifd(0x8769)[36867] = "2020:01:01"
    image = Image.fromarray(np.arange(1440).reshape(20, 24, 3).astype(np.uint8))
    image.save(path, exif=exif.tobytes())
    content = path.read_bytes()
    for _ in range(300):
        harmed = bytearray(content)
        for _ in range(rng.choice((1, 2, 8))):
            head = rng.choice((64, 300, len(harmed)))
            harmed[rng.randrange(min(head, len(harmed)))] = rng.randrange(256)
        path.write_bytes(harmed)
        try:
            assert decode(path, 8).shape == (8, 8, 3)
        except ValueError as error:
            assert f"image {path} cannot be read" in str(error)


def _class(split: Path, *names: str) -> None:
    for name in names:
        (split / name).parent.mkdir(parents=True, exist_ok=True)
        (split / name).touch()


def test_hidden_folders_and_files_and_what_is_no_image_are_passed_over(tmp_path: Path) -> None:
    _class(tmp_path, "a/1.png", "a/.2.png", ".ipynb_checkpoints/1-checkpoint.png", "a/Thumbs.db")
    _class(tmp_path, "b/1.JPEG", "b/notes.txt", ".DS_Store/1.png", "b/._1.JPEG")
    assert [str(path.relative_to(tmp_path)) for path in image_files(tmp_path)] == [
        "a/1.png",
        "b/1.JPEG",
    ]


@pytest.mark.parametrize("name", ["a/b/1.png", "a/b/c/1.JPG", "a/b/1.heic"])
def test_images_in_a_folder_within_that_of_a_class_are_named(name: str, tmp_path: Path) -> None:
    _class(tmp_path, "a/1.png", "a/b/notes.txt", "a/b/.2.png", "a/.hidden/1.png")
    assert len(image_files(tmp_path)) == 1
    _class(tmp_path, name)
    with pytest.raises(ValueError, match=f"{name} lies in a folder within that of its class"):
        image_files(tmp_path)


def test_a_link_to_nothing_is_named(tmp_path: Path) -> None:
    _class(tmp_path, "a/1.png")
    (tmp_path / "a" / "2.png").symlink_to(tmp_path / "gone.png")
    with pytest.raises(OSError, match=r"2\.png"):
        decoded(image_files(tmp_path), 16, tmp_path, "mine")


def test_names_of_files_need_not_be_unicode(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for k, name in enumerate((b"\xff.png", b"new\nline.png", "Katze 猫.png".encode())):
        Image.new("L", (20, 20), 5 * k).save(tmp_path / "a" / os.fsdecode(name))
    images = decoded(image_files(tmp_path), 16, tmp_path, "mine")
    assert sorted(images[:, 0, 0, 0]) == [0, 5, 10]


@pytest.mark.parametrize("name", ["a/1.tif", "a/1.gif", "a/1.TIFF", "a/1.heic", "a/1.svg"])
def test_images_of_another_kind_are_named_with_the_endings(name: str, tmp_path: Path) -> None:
    _class(tmp_path, name)
    with pytest.raises(ValueError, match=r"1\.\w+ is one of 1 images.*\.bmp, \.jpeg"):
        image_files(tmp_path)
    _class(tmp_path, "a/2.png", "b/1.png")
    with pytest.raises(ValueError, match="not read"):
        image_files(tmp_path)


def _images(folder: Path, n: int = 7) -> list[Path]:
    folder.mkdir(parents=True)
    for k in range(n):
        Image.new("L", (20, 20), 5 * k).save(folder / f"{k:02}.png")
    return sorted(folder.iterdir())


def _left(cache: Path) -> list[str]:
    return sorted(file.suffix for file in cache.iterdir() if file.suffix != ".lock")


def _flip(path: Path, byte: int) -> None:
    content = bytearray(path.read_bytes())
    content[byte] ^= 16
    path.write_bytes(content)


def _decode_all(files: list[Path], place: Path) -> None:
    found = decoded(files, 16, place, "mine")
    assert [int(image[0, 0, 0]) for image in found] == [5 * k for k in range(len(files))]


def test_processes_that_decode_one_folder_do_not_share_a_partial_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = _images(tmp_path / "train", 40)
    context = multiprocessing.get_context("spawn")
    others = [
        context.Process(target=_decode_all, args=(files, tmp_path / "train")) for _ in range(3)
    ]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert [other.exitcode for other in others] == [0, 0, 0]
    assert _left(tmp_path / "cache") == [".npy", ".sums"]


def test_after_a_file_is_fetched_anew_decoding_goes_on_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experiments.datasets.decoded.CHUNK", 2)
    files = _images(tmp_path / "train")
    whole = files[5].read_bytes()
    files[5].write_bytes(whole[:40])
    with pytest.raises(ValueError, match=r"05\.png cannot be read"):
        decoded(files, 16, tmp_path / "train", "mine")
    files[5].write_bytes(whole)
    seen: list[Path] = []

    def spy(path: Path, side: int) -> np.ndarray:
        seen.append(path)
        return decode(path, side)

    monkeypatch.setattr("experiments.datasets.decoded.decode", spy)
    _decode_all(files, tmp_path / "train")
    assert sorted(seen) == files[4:]
    files[0].write_bytes(files[0].read_bytes() + b"\n")  # another file by its size
    _decode_all(files, tmp_path / "train")
    assert _left(tmp_path / "cache") == [".npy", ".sums"]


@pytest.mark.parametrize("suffix", ["npy", "sums"])
@pytest.mark.parametrize("place", [0, 0.3, 0.6, 0.999])
def test_a_flipped_bit_in_a_cache_is_named_and_decoded_anew(
    suffix: str, place: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    monkeypatch.setattr("experiments.datasets.decoded.CHUNK", 2)
    files = _images(tmp_path / "train")
    _decode_all(files, tmp_path / "train")
    (cache,) = (tmp_path / "cache").glob("*.npy")
    (altered,) = (tmp_path / "cache").glob(f"*.{suffix}")
    _flip(altered, int(place * altered.stat().st_size))
    _decode_all(files, tmp_path / "train")
    assert f"{cache} is damaged: decoded anew" in capfd.readouterr().err
    _decode_all(files, tmp_path / "train")
    assert "damaged" not in capfd.readouterr().err
    assert _left(tmp_path / "cache") == [".npy", ".sums"]


@pytest.mark.parametrize("byte", [300, 900, 2000, 3500])
def test_a_flipped_bit_in_what_an_interruption_left_is_decoded_anew(
    byte: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experiments.datasets.decoded.CHUNK", 2)
    files = _images(tmp_path / "train")
    whole = files[5].read_bytes()
    files[5].write_bytes(whole[:40])
    with pytest.raises(ValueError, match="cannot be read"):
        decoded(files, 16, tmp_path / "train", "mine")
    files[5].write_bytes(whole)
    (part,) = (tmp_path / "cache").glob("*.part")
    _flip(part, byte)
    _decode_all(files, tmp_path / "train")


def test_a_full_disk_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    files = _images(tmp_path / "train", 40)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(OSError):
            decoded(files, 16, tmp_path / "train", "mine")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert _left(tmp_path / "cache") == []
    _decode_all(files, tmp_path / "train")


def test_a_cache_that_cannot_be_written_is_named_with_the_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = _images(tmp_path / "train", 1)
    (tmp_path / "file").touch()
    for place in (tmp_path / "file" / "cache", Path("/proc/none")):
        monkeypatch.setenv("EXPRESSIVITY_CACHE", str(place))
        with pytest.raises(OSError, match=f"{place}.*set EXPRESSIVITY_CACHE to a folder"):
            decoded(files, 16, tmp_path / "train", "mine")
