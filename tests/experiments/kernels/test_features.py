"""Preprocessing for kernels against responses computed one patch at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from scipy.ndimage import correlate
from skimage.filters import gabor_kernel

from experiments.contestants import RandomConvolution
from experiments.contestants import random_convolution as random_filters
from experiments.kernels.gabor import gabor
from experiments.kernels.random_convolution import draw_filters, features_of, random_convolution
from experiments.sweeps.run import execute
from experiments.training.preprocessing import as_inputs

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 32, 32, 3), np.uint8)


def test_random_features_agree_with_whitened_patches_one_by_one() -> None:
    filters = draw_filters(IMAGES, 5, seed=3)
    found = random_convolution(IMAGES[:2], filters, 255).numpy().reshape(2, 5, 2, 3, 3)
    weights = filters.weights.numpy().transpose(0, 2, 3, 1).reshape(5, -1)
    for image in range(2):
        responses = np.empty((27, 27, 5))
        for i in range(27):
            for j in range(27):
                patch = IMAGES[image, i : i + 6, j : j + 6].astype(float).ravel() / 255
                patch -= patch.mean()
                patch /= np.linalg.norm(patch)
                responses[i, j] = weights @ patch - filters.offsets.numpy()
        for sign, half in ((1, 0), (-1, 1)):
            kept = np.maximum(sign * responses - 1, 0)
            for i in range(3):
                for j in range(3):
                    region = kept[6 * i : 6 * i + 15, 6 * j : 6 * j + 15].mean((0, 1))
                    np.testing.assert_allclose(found[image, :, half, i, j], region, atol=1e-5)


def test_whitened_patches_have_uncorrelated_responses_of_equal_spread() -> None:
    # Neighbouring pixels alike, as in photographs: without whitening responses would be alike too.
    smooth = correlate(IMAGES.astype(float), np.ones((1, 5, 5, 1)) / 25).astype(np.uint8)
    filters = draw_filters(smooth, 400, seed=0)
    weights = filters.weights.flatten(1).double().numpy()
    rng = np.random.default_rng(1)
    patches = np.empty((4000, 108))
    for k in range(len(patches)):
        n, i, j = rng.integers(0, (12, 27, 27))
        patches[k] = smooth[n, i : i + 6, j : j + 6].astype(float).transpose(2, 0, 1).ravel()
    patches -= patches.mean(1, keepdims=True)
    patches /= np.linalg.norm(patches, axis=1, keepdims=True)
    spread = (patches @ weights.T).std(0)
    assert spread.max() / spread.min() < 3 and 0.2 < np.median(spread) < 1.2


def test_the_first_filters_do_not_depend_on_how_many_follow() -> None:
    few, many = (draw_filters(IMAGES, n, seed=0) for n in (3, 7))
    a, b = (random_convolution(IMAGES, filters[:3], 255) for filters in (few, many))
    assert few.weights.shape == (3, 3, 6, 6) and a.shape == (12, 54)
    # The patches that estimate the whitening come first, so they are the same ones.
    assert not torch.equal(draw_filters(IMAGES, 3, seed=1).weights, few.weights)
    torch.testing.assert_close(a, b)


def test_kernel_matrices_grow_by_the_products_of_the_features(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(random_filters, "BLOCK", 5)
    monkeypatch.setattr(random_filters, "FILTERS_AT_A_TIME", 2)
    sample: Any = SimpleNamespace(
        train_images=IMAGES, test_images=IMAGES[:7], data=SimpleNamespace(white=255)
    )
    filters = draw_filters(IMAGES, 5, seed=0)
    for size, K, K_test in random_filters.grown(sample, [3, 5], seed=0):
        F = random_convolution(IMAGES, filters[:size], 255).double()
        torch.testing.assert_close(K, F @ F.T, rtol=1e-5, atol=1e-6)
        torch.testing.assert_close(K_test, F[:7] @ F.T, rtol=1e-5, atol=1e-6)


def test_gabor_magnitudes_agree_with_scikit_images_wavelets() -> None:
    grey = IMAGES[:3, :28, :28, 0]
    found = gabor(grey, (0.3,)).reshape(3, 8, 7, 7)
    for image in range(3):
        maps = []
        for k in range(8):
            wavelet = gabor_kernel(0.3, theta=np.pi * k / 8)  # pyright: ignore
            real = np.real(wavelet) - np.real(wavelet).mean()
            parts = (real / np.linalg.norm(real), np.imag(wavelet) / np.linalg.norm(wavelet.imag))
            pixels = grey[image].astype(float)
            both = [correlate(pixels, part, mode="constant") for part in parts]
            maps.append(np.hypot(*both).reshape(7, 4, 7, 4).mean((1, 3)))
        expected = np.array(maps) / np.linalg.norm(maps)
        # Windows of 11 pixels cut the wavelets' tails off.
        np.testing.assert_allclose(found[image], expected, atol=0.02)


def test_gabor_features_have_norm_one_and_colour_is_refused() -> None:
    grey = IMAGES[..., 0].copy()
    grey[0] = 0
    norms = np.linalg.norm(gabor(grey, (0.2, 0.3)), axis=1)
    np.testing.assert_allclose(norms, [0] + [1] * 11, atol=1e-6)
    with pytest.raises(ValueError, match=r"take \(n, height, width\)"):
        gabor(IMAGES, (0.2,))


def test_too_few_filters_cannot_interpolate_and_are_refused(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (100, 32, 32), dtype=np.uint8)
    np.savez(tmp_path / "mine.npz", images=images, labels=np.arange(100) % 2)
    few = RandomConvolution(str(tmp_path / "mine.npz"), n_filters=2)
    with pytest.raises(ValueError, match="36 features cannot interpolate 80 images"):
        list(execute([few]))
    (record,) = execute([RandomConvolution(str(tmp_path / "mine.npz"), n_filters=6)])
    assert (record["n_features"], record["n_weights"], record["fitted"]) == (108, 216, True)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "see",
    [
        lambda images: random_convolution(images, draw_filters(IMAGES, 2, seed=0), 255),
        lambda images: as_inputs(images, 255, torch.device("cpu"), torch.float32),
        lambda images: gabor(images[..., 0], (0.2,)),
    ],
    ids=["filters", "pixels", "wavelets"],
)
def test_images_that_may_not_be_written_to_are_taken_without_a_warning(
    see: Callable[[Any], Any],
) -> None:
    torch.set_warn_always(True)  # else only the first of a process is seen
    try:
        locked = IMAGES.copy()
        locked.flags.writeable = False
        see(locked)
    finally:
        torch.set_warn_always(False)


@pytest.mark.parametrize("shape", [(32, 32, 3), (28, 28, 3), (44, 44, 3), (20, 32), (26, 26)])
def test_as_many_features_as_images_of_a_size_give(shape: tuple[int, ...]) -> None:
    images = np.random.default_rng(0).integers(0, 256, (6, *shape), dtype=np.uint8)
    four = images if images.ndim == 4 else images[..., None]
    filters = draw_filters(four, 3, 0)
    assert random_convolution(four, filters, 255).shape == (6, 3 * features_of(images))
    assert features_of(np.zeros((1, 32, 32, 3))) == 18
    for small in ((6, 19, 32), (6, 8, 8), (6, 64)):
        with pytest.raises(ValueError, match="sides of at least 20"):
            features_of(np.zeros(small))
