"""Recipes that behave badly, to be trained in tests."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier

TRUSTED = ",".join(f"tests.train.recipes.{name}" for name in ("Dying", "Greedy", "Raising", "Sleeping", "Waiting"))


class Recipe(ClassifierMixin, BaseEstimator):
    def fit(self, features: Any, y: np.ndarray) -> Recipe:
        self.act()
        self.model_ = DummyClassifier().fit(features, y)
        self.classes_ = self.model_.classes_
        return self

    def act(self) -> None: ...

    def predict(self, features: Any) -> np.ndarray:
        return self.model_.predict(features)

    def predict_proba(self, features: Any) -> np.ndarray:
        return self.model_.predict_proba(features)


class Sleeping(Recipe):
    def __init__(self, seconds: float = 30.0) -> None:
        self.seconds = seconds

    def act(self) -> None:
        time.sleep(self.seconds)


class Waiting(Recipe):
    """Fits as soon as a file is there, so that a test decides when."""

    def __init__(self, file: str = "") -> None:
        self.file = file

    def act(self) -> None:
        while not os.path.exists(self.file):
            time.sleep(0.02)


class Dying(Recipe):
    def act(self) -> None:
        os.kill(os.getpid(), signal.SIGSEGV)


class DyingOnce(Recipe):
    """The first fit takes its process down; a file remembers that it did."""

    def __init__(self, mark: str = "", strength: int = 0) -> None:
        self.mark, self.strength = mark, strength

    def act(self) -> None:
        die_once(self.mark)


def die_once(mark: str, number: int = 0) -> int:
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return number
    os._exit(1)


class Greedy(Recipe):
    def act(self) -> None:
        self.rows_ = [bytearray(64 * 2**20) for _ in range(200)]


class Raising(Recipe):
    def act(self) -> None:
        raise RuntimeError("the recipe has a bug")
