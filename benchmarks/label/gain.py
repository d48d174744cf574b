"""What further labels bring, as predicted from the labels at hand and as it came: the error and the coverage of the prediction.

python benchmarks/label/gain.py [--quick]
"""

from __future__ import annotations

import json
import sys
import warnings

import numpy as np

from data import all_sets
from lifecycle.label.gain import fit_curve, sizes
from lifecycle.label.geometry import standardised
from lifecycle.label.simple_model import errors_after

MORE = 50


def main() -> None:
    warnings.simplefilter("ignore")
    draws = 1 if "--quick" in sys.argv else 5
    rows = []
    print(f"{'data set':<16}{'labels':>7}{'predicted':>11}{'came':>7}   (points)")
    for name, features, classes in all_sets():
        if len(features) < 500:
            continue
        space = standardised(features)
        for labels in (100, 200):
            found = [one(space, classes, labels, seed) for seed in range(draws)]
            came = truth(space, classes, labels)
            rows += [(mid, low, high, came) for mid, low, high in found]
            print(f"{name:<16}{labels:>7}{100 * np.mean([mid for mid, _, _ in found]):>11.2f}{100 * came:>7.2f}", flush=True)
    table = 100 * np.array(rows)
    inside = ((table[:, 1] - 0.1 <= table[:, 3]) & (table[:, 3] <= table[:, 2] + 0.1)).mean()
    print(json.dumps({"mean_error_points": float(np.abs(table[:, 0] - table[:, 3]).mean()), "bias_points": float((table[:, 0] - table[:, 3]).mean()),
                      "covered_share": float(inside), "always_zero_error_points": float(np.abs(table[:, 3]).mean())}))  # fmt: skip


def one(space: np.ndarray, classes: np.ndarray, labels: int, seed: int) -> tuple[float, float, float]:
    """As a project would: from `labels` random labels, half of which test the others."""
    chosen = np.random.default_rng(seed).permutation(len(space))[:labels]
    tested, errors = labels // 2, []
    for repeat in range(6):
        order = np.random.default_rng([seed, repeat]).permutation(chosen)
        test, rest = order[:tested], order[tested:]
        errors.append(errors_after(space, classes, [rest[:size] for size in sizes(len(rest))], test, False))
    curve = fit_curve(np.array(sizes(len(rest)), dtype=float), np.array(errors), np.random.default_rng(0))
    return tuple(np.quantile(curve.gain(labels, MORE), [0.5, 0.025, 0.975]))


def truth(space: np.ndarray, classes: np.ndarray, labels: int) -> float:
    """The mean fall of the error from `labels` to 50 more, over 40 draws, on all other rows."""
    falls = []
    for seed in range(40):
        order = np.random.default_rng([99, seed]).permutation(len(space))
        before, after = errors_after(space, classes, [order[:labels], order[: labels + MORE]], order[labels + MORE :], False)
        falls.append(before - after)
    return float(np.mean(falls))


if __name__ == "__main__":
    main()
