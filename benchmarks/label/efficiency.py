"""Label efficiency: accuracy on held-out rows as labels are bought, a strategy beside random, on real data sets.

    python benchmarks/label/efficiency.py [--seeds 10] [--model logistic|forest] [--strategies margin margin_diverse ...] [--sets digits ...]

Starts from 20 random labels, buys 20 at a time up to 200. `saved`: how many fewer labels than random's 200 reach random's
accuracy at 200 (0 where it never does). `area`: the mean difference in accuracy over the curve, in points.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import lifecycle
from data import all_sets

START, STEP, END = 20, 20, 200
MODELS: dict[str, Callable[[int], object]] = {
    "logistic": lambda seed: make_pipeline(StandardScaler(), LogisticRegression(max_iter=300)),
    "forest": lambda seed: RandomForestClassifier(50, random_state=seed, n_jobs=1),
}


def curve(name: str, model: str, features: np.ndarray, classes: np.ndarray, seed: int) -> np.ndarray:
    """Test accuracy at 20, 40, ... labels."""
    pool, test, known, truth = train_test_split(features, classes, test_size=0.3, random_state=seed, stratify=classes)
    rng = np.random.default_rng(seed)
    labelled = rng.choice(len(pool), min(START, len(pool)), replace=False)
    pick, found = lifecycle.query_strategy(name), []
    while True:
        said = known[labelled]
        if len(set(said.tolist())) > 1:
            fitted = MODELS[model](seed).fit(pool[labelled], said)
            found.append((fitted.predict(test) == truth).mean())
        else:
            fitted = None
            found.append((truth == said[0]).mean())
        left = np.setdiff1d(np.arange(len(pool)), labelled)
        if len(labelled) >= END or len(left) < STEP:
            return np.array(found)
        if fitted is None:
            chosen = rng.choice(len(left), STEP, replace=False)
        else:
            chosen, _ = pick(fitted.predict_proba(pool[left]), pool[left], n=STEP, rng=seed)
        labelled = np.concatenate([labelled, left[chosen]])


def saved(one: np.ndarray, random: np.ndarray) -> float:
    """The share of random's labels that reaching its last accuracy took less, on mean curves, between steps by a line."""
    labels = START + STEP * np.arange(len(random))
    reached = np.flatnonzero(one >= random[-1])
    if not len(reached):
        return 0.0
    at = reached[0]
    if at == 0:
        return 1 - labels[0] / labels[-1]
    needed = np.interp(random[-1], one[at - 1 : at + 1], labels[at - 1 : at + 1])
    return float(1 - needed / labels[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--model", choices=MODELS, default="logistic")
    parser.add_argument("--strategies", nargs="*", default=["margin", "margin_diverse", "entropy", "badge"])
    parser.add_argument("--sets", nargs="*")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"{'data set':<16}{'random@200':>11}" + "".join(f"{name[:15] + ' saved':>22}{'area':>7}" for name in chosen.strategies), flush=True)
    rows = []
    for name, features, classes in all_sets():
        if chosen.sets and name not in chosen.sets:
            continue
        curves = {
            s: np.mean([curve(s, chosen.model, features, classes, seed) for seed in range(chosen.seeds)], axis=0)
            for s in ["random", *chosen.strategies]
        }
        base = curves["random"]
        row = [(saved(curves[s], base), 100 * (curves[s] - base).mean()) for s in chosen.strategies]
        rows.append(row)
        print(f"{name:<16}{base[-1]:>11.3f}" + "".join(f"{share:>22.0%}{area:>7.2f}" for share, area in row), flush=True)
    table = np.array(rows)
    for word, reduce in (("median", np.median), ("mean", np.mean), ("worst", np.min)):
        print(f"{word:<16}{'':>11}" + "".join(f"{share:>22.0%}{area:>7.2f}" for share, area in reduce(table, axis=0)))


if __name__ == "__main__":
    main()
