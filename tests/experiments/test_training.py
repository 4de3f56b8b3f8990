"""The training loop against a plain eager reference, its ends, and its repeatability."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from experiments.contestants import Trained
from experiments.datasets import load
from experiments.networks import two_layer
from experiments.training import Training, standardize, train

DATA = load("digits")
SHORT = Trained(epoch_limit=3)


def _train(recipe: Trained, labels: np.ndarray = DATA.train_labels) -> Training:
    return train(recipe, DATA.train_images, labels, 10, DATA.white)


def test_losses_are_those_of_a_plain_loop() -> None:
    recipe = replace(SHORT, decay=0.9, learning_rate=0.05)
    ours = _train(recipe)
    network = two_layer(64, recipe.width, 10, recipe.seed)
    x, y = standardize(DATA.train_images, DATA.white), torch.from_numpy(DATA.train_labels)
    generator = torch.Generator().manual_seed(recipe.seed)
    velocity = [torch.zeros_like(weight) for weight in network.parameters()]
    rate, losses = recipe.learning_rate, []
    for _ in range(3):
        order = torch.randperm(len(x), generator=generator).tolist()
        loader = DataLoader(TensorDataset(x, y), batch_size=128, sampler=order)
        total = 0.0
        for images, labels in loader:
            loss = nn.CrossEntropyLoss()(network(images), labels)
            gradients = torch.autograd.grad(loss, list(network.parameters()))
            with torch.no_grad():
                for weight, v, gradient in zip(
                    network.parameters(), velocity, gradients, strict=True
                ):
                    v.mul_(recipe.momentum).add_(gradient)
                    weight -= rate * v
            total += loss.item() * len(images)
        losses.append(total / len(x))
        rate *= recipe.decay
    assert ours.loss == pytest.approx(losses, rel=1e-5)
    assert ours.step == [12, 24, 36]


def test_the_same_seed_repeats_and_another_does_not() -> None:
    first, again, other = _train(SHORT), _train(SHORT), _train(replace(SHORT, seed=1))
    assert first.loss == again.loss
    assert first.loss != other.loss


def test_it_stops_when_the_whole_sample_is_fitted_in_evaluation_mode() -> None:
    training = _train(Trained())
    assert training.stopped == "fitted"
    assert (training.predict(DATA.train_images) == DATA.train_labels).all()


def test_it_says_when_it_did_not_fit_and_when_the_loss_blew_up() -> None:
    assert _train(replace(SHORT, epoch_limit=1)).stopped == "epoch limit"
    assert _train(replace(SHORT, learning_rate=1e30)).stopped == "loss is not finite"


def test_weight_counts_and_no_batch_normalization() -> None:
    assert sum(w.numel() for w in two_layer(2352, 512, 10, 0).parameters()) == 1_209_866
    kinds = {type(layer) for layer in two_layer(64, 512, 10, 0)}
    assert kinds == {nn.Flatten, nn.Linear, nn.ReLU}


def test_standardized_images_have_mean_zero_and_deviation_one() -> None:
    x = standardize(DATA.train_images, DATA.white).flatten(1).double()
    assert x.mean(1).abs().max() < 1e-6
    # No image of the digits is so flat that the floor applies, unless it was divided twice.
    assert (x.square().mean(1).sqrt() - 1).abs().max() < 1e-5


def test_a_flat_image_is_divided_by_the_floor() -> None:
    image = np.zeros((1, 8, 8), np.uint8)
    image[0, 0, 0] = 1
    expected = (image / 255 - image.mean() / 255) * 8
    np.testing.assert_allclose(standardize(image, 255).numpy(), expected, rtol=1e-5)
