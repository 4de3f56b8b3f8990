"""Data of one's own: image folders in ImageNet's layout."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from experiments.datasets import load, require
from experiments.datasets.digest import digest
from experiments.datasets.image import decode
from experiments.datasets.image_folder import read_image_folder

FOLDER = os.environ.get("EXPRESSIVITY_DATA")
RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPRESSIVITY_CACHE", str(tmp_path / "cache"))


def _image(path: Path, size: tuple[int, int], colour: tuple[int, ...]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(
        "RGB" if len(colour) == 3 else "L", size, colour[0] if colour[1:] == () else colour
    ).save(path)


def _folder(root: Path) -> Path:
    for k, name in enumerate(("n01", "n02", "n03")):
        for j in range(3):
            _image(root / "train" / name / f"{j}.JPEG", (40 + 9 * j, 30 + 20 * k), (90 * k, 9, 9))
        _image(root / "val" / name / "a.png", (64, 64), (90 * k, 9, 9))
    return root


def test_a_folder_of_any_sizes_becomes_squares_in_the_order_of_the_names(tmp_path: Path) -> None:
    data = load(f"folder:{_folder(tmp_path / 'mine')}@28")
    assert data.train_images.shape == (9, 32, 32, 3) and data.test_images.shape == (3, 32, 32, 3)
    assert data.classes == ("n01", "n02", "n03") and data.crop == 28
    assert data.train_labels.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    red = data.train_images[..., 0].astype(int).mean((1, 2))
    np.testing.assert_allclose(red, 90 * data.train_labels, atol=4)


def test_only_what_is_read_tells_one_folder_from_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Images beside val/ left a folder without a digest: changed, it was taken for the same."""
    name = f"folder:{_folder(tmp_path / 'mine')}@28"
    before = digest(name)
    _image(tmp_path / "mine" / "test" / "unlabelled.png", (30, 30), (1, 2, 3))
    assert before is not None and digest(name) == before
    _image(tmp_path / "mine" / "val" / "n01" / "b.png", (30, 30), (1, 2, 3))
    assert digest(name) not in (None, before)
    monkeypatch.chdir(tmp_path / "mine")
    assert load("folder:.@28").name == "mine"
    monkeypatch.chdir(tmp_path / "mine" / "val")
    assert load("folder:..@28").name == "mine"


def test_a_folder_without_a_held_out_split_is_refused_before_work(tmp_path: Path) -> None:
    for k in (0, 1):
        _image(tmp_path / "train" / str(k) / "a.png", (30, 30), (1, 2, 3))
    with pytest.raises(FileNotFoundError, match=r"no image in .*val"):
        require(f"folder:{tmp_path}@28")


def test_the_centre_is_kept_and_shapes_are_not_distorted(tmp_path: Path) -> None:
    pixels = np.zeros((60, 200, 3), np.uint8)
    pixels[:, 70:130] = 255
    Image.fromarray(pixels).save(tmp_path / "wide.png")
    assert (decode(tmp_path / "wide.png", 15) == 255).all()
    _image(tmp_path / "grey.png", (20, 30), (77,))
    assert (decode(tmp_path / "grey.png", 8) == 77).all()


def test_an_interrupted_decoding_goes_on_and_a_changed_file_is_decoded_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = _folder(tmp_path / "mine")
    monkeypatch.setattr("experiments.datasets.decoded.CHUNK", 2)
    decoded: list[Path] = []

    def spy(path: Path, side: int) -> np.ndarray:
        if len(decoded) == 5:
            decoded.append(path)
            raise KeyboardInterrupt
        decoded.append(path)
        return decode(path, side)

    monkeypatch.setattr("experiments.datasets.decoded.decode", spy)
    with pytest.raises(KeyboardInterrupt):
        read_image_folder(root, 16, "mine")
    first = len(decoded)
    data = read_image_folder(root, 16, "mine")
    # 9 + 3 images, of which two chunks of two were kept.
    assert len(decoded) - first == 12 - 4
    read_image_folder(root, 16, "mine")
    assert len(decoded) - first == 12 - 4
    _image(root / "train" / "n01" / "0.JPEG", (50, 50), (200, 9, 9))
    again = read_image_folder(root, 16, "mine")
    changed = (again.train_images != data.train_images).any((1, 2, 3))
    assert changed.tolist() == [True] + [False] * 8


def test_folders_that_are_none_are_refused_by_name(tmp_path: Path) -> None:
    root = _folder(tmp_path / "mine")
    with pytest.raises(ValueError, match=r"say how large, for example folder:.*@64"):
        load(f"folder:{root}")
    with pytest.raises(FileNotFoundError, match=r"no image in .*train"):
        load(f"folder:{tmp_path / 'empty'}@8")
    (root / "train" / "n02" / "0.JPEG").write_bytes(b"\xff\xd8 cut off")
    with pytest.raises(ValueError, match=r"n02/0\.JPEG cannot be read"):
        load(f"folder:{root}@8")
    _image(root / "val" / "n99" / "a.png", (9, 9), (1, 2, 3))
    with pytest.raises(ValueError, match=r"val has the class n99"):
        load(f"folder:{root}@8")


@pytest.mark.skipif(FOLDER is None, reason="EXPRESSIVITY_DATA names no data folder")
def test_real_imagenet_images_are_decoded_grey_and_small_ones_too(tmp_path: Path) -> None:
    sample = Path(FOLDER or "") / "imagenet-sample" / "train"
    if not sample.exists():
        pytest.skip("there is no imagenet-sample in the data folder")
    root = tmp_path / "imagenet"
    root.mkdir()
    for split in ("train", "val"):
        (root / split).symlink_to(sample.resolve())
    data = load("imagenet", tmp_path)
    assert data.train_images.shape == (24, 342, 342, 3) and len(data.classes) == 24
    assert data.train_images.reshape(24, -1).std(1).min() > 5
    for row, path in enumerate(sorted(sample.glob("*/*.JPEG"))):
        with Image.open(path) as image:
            square = min(image.size)
            left, top = ((length - square) // 2 for length in image.size)
            whole = image.convert("RGB").crop((left, top, left + square, top + square))
            reference = np.asarray(whole.resize((342, 342), Image.Resampling.BILINEAR), float)
        # Decoding at a smaller scale first blurs a little, no more.
        assert np.abs(data.train_images[row] - reference).mean() < 4
