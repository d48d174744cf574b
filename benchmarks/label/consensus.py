"""How often the consensus of several answers is right, on simulated crowds: majority, Dawid-Skene, CROWDLAB.

    python benchmarks/label/consensus.py [--seeds 20] [--quick]

Each crowd is drawn anew by seed; a figure is the mean accuracy over the seeds with its standard error. `best`: what is possible for somebody
who knows every annotator's confusion matrix and the share of each class, but not the model. `model`: the model's own accuracy, which CROWDLAB
has beside the answers.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import lifecycle

ITEMS, PEOPLE = 400, 20
METHODS = ("majority", "dawid_skene", "crowdlab")
Matrices = np.ndarray


def even(accuracy: np.ndarray, classes: int) -> Matrices:
    """Confusion matrices (people, truth, said) of people who are right that often, and else say any other class."""
    wrong = (1 - accuracy[:, None, None]) / (classes - 1)
    return np.where(np.eye(classes, dtype=bool)[None], accuracy[:, None, None], wrong)


def careful(rng: np.random.Generator) -> Matrices:
    return even(np.full(PEOPLE, 0.85), 4)


def unequal(rng: np.random.Generator) -> Matrices:
    return even(rng.uniform(0.4, 0.95, PEOPLE), 4)


def spammers(rng: np.random.Generator) -> Matrices:
    """Half of the people answer at random."""
    return even(np.where(np.arange(PEOPLE) < PEOPLE // 2, 0.25, 0.85), 4)


def confused(rng: np.random.Generator) -> Matrices:
    """Six in ten say class 1 for class 0 most of the time, and are good at the rest."""
    found = even(np.full(PEOPLE, 0.9), 4)
    found[: int(0.6 * PEOPLE), 0] = [0.3, 0.6, 0.05, 0.05]
    return found


def many(rng: np.random.Generator) -> Matrices:
    """Ten classes."""
    return even(rng.uniform(0.5, 0.9, PEOPLE), 10)


CROWDS: dict[str, tuple[Callable[[np.random.Generator], Matrices], int]] = {
    "careful": (careful, 3),
    "unequal": (unequal, 5),
    "half spammers": (spammers, 5),
    "confused": (confused, 5),
    "ten classes": (many, 3),
    "two answers": (unequal, 2),
}


def crowd(name: str, seed: int) -> dict[str, float]:
    """The accuracy of each method on one drawn crowd."""
    made, answers = CROWDS[name]
    rng = np.random.default_rng([2026, seed, len(name)])
    matrices = made(rng)
    classes = matrices.shape[1]
    prior = rng.dirichlet(np.full(classes, 5.0))
    truth = rng.choice(classes, ITEMS, p=prior)
    who = np.argsort(rng.random((ITEMS, PEOPLE)), axis=1)[:, :answers]
    chances = matrices[who, truth[:, None]]
    said = (chances.cumsum(axis=2) > rng.random((ITEMS, answers, 1))).argmax(axis=2)
    frame = pd.DataFrame({"item": np.repeat(np.arange(ITEMS), answers), "annotator": who.ravel(), "value": said.ravel()})
    model = model_of(truth, classes, rng)
    logs = np.log(prior) + np.log(matrices[who, :, said[:, :]]).sum(axis=1)
    found = {"best": float((logs.argmax(axis=1) == truth).mean()), "model": float((model.to_numpy().argmax(axis=1) == truth).mean())}
    for method in METHODS:
        agreed = lifecycle.consensus(frame, method, model if method == "crowdlab" else None).set_index("item")["value"]
        found[method] = float((agreed.reindex(range(ITEMS)).to_numpy() == truth).mean())
    return found


def model_of(truth: np.ndarray, classes: int, rng: np.random.Generator) -> pd.DataFrame:
    """A model's probabilities: the posterior of a noisy look at the truth, thus calibrated."""
    look = 2.0 * np.eye(classes)[truth] + rng.normal(size=(len(truth), classes))
    weights = np.exp(2.0 * look)  # of means 2 e_k and unit variance the posterior is the softmax of 2 x
    return pd.DataFrame(weights / weights.sum(axis=1, keepdims=True), columns=range(classes))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--quick", action="store_true", help="three seeds")
    chosen = parser.parse_args()
    seeds = 3 if chosen.quick else chosen.seeds
    shown = ("best", "model", *METHODS)
    print(f"{'accuracy':<16}{'answers':>8}" + "".join(f"{name:>18}" for name in shown), flush=True)
    told = {}
    for name, (_, answers) in CROWDS.items():
        runs = pd.DataFrame([crowd(name, seed) for seed in range(seeds)])
        mean, error = runs.mean(), runs.std(ddof=1) / np.sqrt(seeds)
        print(f"{name:<16}{answers:>8}" + "".join(f"{mean[one]:>9.3f} +- {error[one]:.3f}" for one in shown), flush=True)
        told |= {f"{name} {method}".replace(" ", "_") + "_share": round(float(mean[method]), 4) for method in METHODS}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
