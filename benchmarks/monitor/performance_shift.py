"""Estimated accuracy under covariate shift on real data: how far from the truth, beside calibration alone.

Run: `python benchmarks/monitor/performance_shift.py [--quick]`. A third of the rows trains a model, a third is the reference, and windows of
500 are drawn from the last third with weights that rise along a random direction of the features. The last columns show what a
confidence-based estimate with an isotonic calibration of the scores gives (as NannyML defines it), and one whose
calibration is weighted by density ratios (PAPE).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np
import pandas as pd
import statsmodels.api as sm
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lifecycle.monitor.performance.channels import Rows
from lifecycle.monitor.performance.estimated import estimated_line
from lifecycle.monitor.performance.layout import Layout
from lifecycle.monitor.performance.row_model import fit_row_model, project_edges
from lifecycle.monitor.performance.summary import summarise_rows
from lifecycle.records import Column

MODELS = (
    lambda: make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)),
    lambda: HistGradientBoostingClassifier(max_iter=60, random_state=0),
    lambda: RandomForestClassifier(80, random_state=0),
)


def data() -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Name, features, class 0 or 1."""
    fair = sm.datasets.fair.load_pandas().data
    yield "affairs", fair.drop(columns="affairs").to_numpy(float), (fair["affairs"] > 0).to_numpy(int)
    visits = sm.datasets.randhie.load_pandas().data
    yield "doctor visits", visits.drop(columns="mdvis").to_numpy(float), (visits["mdvis"] > 1).to_numpy(int)
    votes = sm.datasets.anes96.load_pandas().data
    yield "votes", votes.drop(columns="vote").to_numpy(float), votes["vote"].to_numpy(int)
    digits = load_digits()
    yield "digits >= 5", digits.data, (digits.target >= 5).astype(int)
    yield "digits odd", digits.data, digits.target % 2
    cancer = load_breast_cancer()
    yield "tumours", cancer.data, cancer.target


def ours(reference: tuple[np.ndarray, ...], now: tuple[np.ndarray, ...]) -> float:
    """What the product says of a window."""
    scores, x, truth = reference
    layout = Layout("classification", ("0", "1"), tuple(Column(f"x{i}", "numeric") for i in range(x.shape[1])))
    both, current = np.column_stack([1 - scores, scores]), np.column_stack([1 - now[0], now[0]])
    model = fit_row_model(layout, project_edges(layout, both), Rows((scores > 0.5).astype(int), both, x), truth)
    stack = summarise_rows(model, Rows((now[0] > 0.5).astype(int), current, now[1]), np.zeros(len(current), dtype=int), 1)
    return float(estimated_line(model, stack).means[0, 0])


def calibrated(reference: tuple[np.ndarray, ...], now: tuple[np.ndarray, ...], weighted: bool) -> float:
    """Isotonic calibration of the scores, weighted by density ratios or not."""
    scores, x, truth = reference
    weight = None
    if weighted:
        table = np.column_stack([np.vstack([x, now[1]]), np.concatenate([scores, now[0]])])
        side = np.repeat([0, 1], [len(x), len(now[1])])
        odds = HistGradientBoostingClassifier(max_iter=40, max_leaf_nodes=8, random_state=0).fit(table, side).predict_proba(table[: len(x)])[:, 1]
        weight = np.clip(odds / (1 - odds), 0.01, 50)
    chance = IsotonicRegression(out_of_bounds="clip").fit(scores, truth, sample_weight=weight).predict(now[0])
    return float(np.where(now[0] > 0.5, chance, 1 - chance).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    seeds = 3 if parser.parse_args().quick else 12
    print("| data | rows | estimated accuracy, mean absolute error in points | calibration alone | weighted calibration |")
    print("|---|---|---|---|---|")
    for name, x, y in data():
        errors = []
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            train, held, last = np.array_split(rng.permutation(len(y)), 3)
            model = MODELS[seed % 3]().fit(x[train], y[train])
            scores = model.predict_proba(x)[:, 1]
            spread = StandardScaler().fit_transform(x[last])
            for _ in range(4):
                along = spread @ rng.normal(size=x.shape[1])
                weight = np.exp(1.2 * (along - along.mean()) / along.std())
                some = last[rng.choice(len(last), min(500, len(last) // 2), replace=False, p=weight / weight.sum())]
                reference, now = (scores[held], x[held], y[held]), (scores[some], x[some])
                real = np.mean((scores[some] > 0.5) == y[some])
                said = (ours(reference, now), calibrated(reference, now, False), calibrated(reference, now, True))
                errors.append(100 * np.abs(np.array(said) - real))
        print(f"| {name} | {len(y):,} | {' | '.join(f'{e:.2f}' for e in pd.DataFrame(errors).mean())} |", flush=True)


if __name__ == "__main__":
    main()
