"""Regularizers of images: what they may change, what they may not, and that each is drawn alone."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from experiments.training.augmentation import (
    Augmentation,
    random_crop,
    random_flip,
    rotate,
    with_margin,
)


def _images(n: int, side: int, channels: int = 2) -> torch.Tensor:
    return torch.rand(n, side, side, channels, generator=torch.Generator().manual_seed(0))


@given(st.integers(1, 8), st.integers(0, 5), st.integers(0, 99))
def test_a_crop_is_a_window_of_its_image(side: int, margin: int, seed: int) -> None:
    torch.manual_seed(seed)
    x = _images(4, side + margin)
    for image, crop in zip(x, random_crop(x, side), strict=True):
        windows = image.unfold(0, side, 1).unfold(1, side, 1).permute(0, 1, 3, 4, 2)
        assert (windows == crop).flatten(2).all(2).any()


def test_crops_reach_every_place_and_differ_within_a_batch() -> None:
    torch.manual_seed(0)
    x = torch.arange(9.0).view(1, 3, 3, 1).expand(400, 3, 3, 1)
    assert random_crop(x, 1).unique().tolist() == list(range(9))


def test_about_half_are_flipped_and_the_others_left() -> None:
    torch.manual_seed(0)
    x = _images(1000, 4)
    flipped = (random_flip(x) == x.flip(2)).flatten(1).all(1)
    kept = (random_flip(x) == x).flatten(1).all(1)
    assert 400 < int(flipped.sum()) < 600 and 400 < int(kept.sum()) < 600


def test_rotation_keeps_the_centre_and_stays_within_its_angle() -> None:
    torch.manual_seed(0)
    x = torch.zeros(200, 41, 41, 1)
    x[:, 20, 20] = 5.0
    x[:, 20, 35] = 1.0  # 15 pixels to the right of the centre
    turned = rotate(x, 25.0)
    assert (turned[:, 20, 20, 0] > 4.9).all()
    turned[:, 18:23, 18:23] = 0
    place = turned[..., 0].flatten(1).argmax(1)
    angle = torch.atan2(20.0 - place // 41, place % 41 - 20.0).rad2deg()
    assert 20 < angle.abs().max() < 28 and angle.min() < -10 and angle.max() > 10


def test_rotation_by_nothing_changes_nothing() -> None:
    x = _images(3, 7)
    torch.testing.assert_close(rotate(x, 0.0), x)


def test_off_is_off() -> None:
    x = _images(5, 10)
    centre = Augmentation(6, crop=False, flip=False, rotation=0.0)
    assert (centre(x) == x[:, 2:8, 2:8]).all()


def test_images_without_a_margin_get_one() -> None:
    x = _images(2, 8)
    padded = with_margin(x, 8)
    assert padded.shape == (2, 16, 16, 2) and (padded[:, 4:12, 4:12] == x).all()
    assert with_margin(x, 6) is x
