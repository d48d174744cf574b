"""Handwritten digits from scikit-learn (the UCI test set, 1,797 images of 8 x 8 pixels).

The first model learns from few of them. The later images are the same handwriting, turned and made noisy on purpose (and
told on the page), so that hundreds of them are ambiguous and wait for an expert.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.ndimage import rotate
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler

__all__ = ["DESCRIPTION", "TARGET", "frame", "images", "recipe", "split", "worn"]

TARGET = "digit"
DESCRIPTION = (
    "Which digit is it? Handwritten digits that scikit-learn ships (8 x 8 pixels). The first model learned from 150 of them. Injected on "
    "purpose: from the fifth week on the images are turned, and noisier each week. The earlier answers come from two simulated experts."
)


def images() -> tuple[np.ndarray, np.ndarray]:
    """All images (1797, 8, 8), grey 0 to 16, and their digits (1797,)."""
    bundle = load_digits()
    return np.asarray(bundle.images), np.asarray(bundle.target)


def split(rng: np.random.Generator, train: int = 150, reference: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which images train the first model, which are its reference, and which arrive later: three arrays of positions."""
    order = rng.permutation(1797)
    return order[:train], order[train : train + reference], order[train + reference :]


def frame(pixels: np.ndarray, digits: np.ndarray) -> pd.DataFrame:
    """Images as a row each: 64 pixel columns and the digit."""
    names = [f"pixel_{row}_{column}" for row in range(8) for column in range(8)]
    table = pd.DataFrame(pixels.reshape(len(pixels), 64), columns=names)
    table[TARGET] = digits.astype(int)
    return table


def worn(pixels: np.ndarray, rng: np.random.Generator, degrees: float, noise: float) -> np.ndarray:
    """The images turned by up to `degrees` either way, with Gaussian noise of that standard deviation, whole greys 0 to 16.

    >>> worn(np.zeros((2, 8, 8)), np.random.default_rng(0), 20, 2).shape
    (2, 8, 8)
    """
    angles = rng.uniform(-degrees, degrees, len(pixels))
    turned = np.array([rotate(p, a, reshape=False, order=1) for p, a in zip(pixels, angles, strict=True)]).reshape(pixels.shape)
    return np.asarray(np.clip(turned + rng.normal(0, noise, pixels.shape), 0, 16).round())


def recipe() -> Pipeline:
    """Logistic regression on the pixels: simple, quick, and honest about what it does not know."""
    return Pipeline([("scale", MinMaxScaler()), ("model", LogisticRegression(C=0.5, max_iter=400))])
