"""Do the 95 % intervals of the assisted line cover, and how much narrower are they than those of the labels alone.

Run: `python benchmarks/monitor/assisted_coverage.py [--quick]`. 500 seeded windows of 2,000 rows a row of the table; labels are a random share
or picked by uncertainty with known chances. With two classes the models are right in 93 % ("good"), 84 % ("fair") and 69 % ("weak") of cases;
"changed" is the fair one whose concept has moved since the reference. "knowing" (two classes) and "knowing5" (five) are sure and right but for a
fifth of the rows, of which they know nothing, and say so; in "changed2" and "changed5" 15 % of their truths have since become another class, mostly
where they are sure. What must be covered is the metric on the stream that the windows come from, worked out on up to two million rows. The
Monte-Carlo error of a coverage is 1 point.

With n random labels among N rows, the width over that of the labels alone cannot be less than sqrt(1 - R2 (1 - n / N)), where R2 is the share of
the variance of "is it right" that the model's calibrated confidence explains. R2 and the bound are told beside. With two classes R2 hardly passes
0.45 whatever the model; what decides is not how often it is right but whether it knows where it is not.
"""

from __future__ import annotations

import argparse

import numpy as np

from lifecycle.monitor.performance.channels import Rows
from lifecycle.monitor.performance.layout import Layout
from lifecycle.monitor.performance.results import results
from lifecycle.monitor.performance.row_model import RowModel, fit_row_model, project_edges
from lifecycle.monitor.performance.summary import add, summarise_labels, summarise_rows

SIZE, REFERENCE, TOGETHER = 2_000, 3_000, 25
METRICS = ("accuracy", "balanced_accuracy", "f1", "brier", "roc_auc", "average_precision")
LABELS = (50, 100, 200, 500)
STRENGTH = {"good": 8.0, "fair": 3.0, "weak": 0.5, "changed": 3.0}
KNOWING = {"knowing": 2, "knowing5": 5, "changed2": 2, "changed5": 5}  # classes
HOPELESS = 0.2


def draw(rng: np.random.Generator, n: int, kind: str, now: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores (n, K), what is predicted, and the truth."""
    if kind in KNOWING:
        return knowing(rng, n, KNOWING[kind], wrong=0.15 if now and kind.startswith("changed") else 0.0)
    strength = STRENGTH[kind]
    signal = rng.normal(size=n)
    true = 1.0 / (1.0 + np.exp(-(strength * signal - 0.8)))
    said = 1.0 / (1.0 + np.exp(-1.3 * (strength * signal - 0.8)))  # too sure of itself
    if kind == "changed" and now:
        true = np.where(signal > 0.5, 0.6 * true, true)
    return np.column_stack([1.0 - said, said]), (said > 0.5).astype(int), (rng.uniform(size=n) < true).astype(int)


def knowing(rng: np.random.Generator, n: int, classes: int, wrong: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of a fifth of the rows nothing is known, and the scores say so; of the others almost everything. A share `wrong` of truths is another class."""
    raw = 0.3 * rng.normal(size=(n, classes))
    raw[np.arange(n), rng.integers(0, classes, n)] += np.where(rng.uniform(size=n) < HOPELESS, 0.0, 5.5 + np.log(classes - 1))
    true, said = (np.exp(scale * raw) / np.exp(scale * raw).sum(axis=1, keepdims=True) for scale in (1.0, 1.3))
    truth = (true.cumsum(axis=1) > rng.uniform(size=(n, 1))).argmax(axis=1)
    return said, said.argmax(axis=1), np.where(rng.uniform(size=n) < wrong, (truth + 1) % classes, truth)


def chances(mode: str, labels: int, scores: np.ndarray) -> np.ndarray:
    """Each row's chance to be labelled: even, or four fifths by margin and a fifth even."""
    share = labels / SIZE
    if mode == "random":
        return np.full(len(scores), share)
    first, second = np.sort(scores, axis=1)[:, :-3:-1].T
    unsure = 1.0 - (first - second)
    return np.clip(0.8 * share * unsure / unsure.mean() + 0.2 * share, 0.0, 1.0)


def learned(rng: np.random.Generator, kind: str) -> RowModel:
    """What a reference teaches."""
    layout = Layout("classification", tuple(map(str, range(KNOWING.get(kind, 2)))))
    scores, predicted, truth = draw(rng, REFERENCE, kind, now=False)
    return fit_row_model(layout, project_edges(layout, scores), Rows(predicted, scores), truth)


def windows(rng: np.random.Generator, kind: str, mode: str, labels: int):
    """The results of some windows that share a reference."""
    model = learned(rng, kind)
    scores, predicted, truth = draw(rng, SIZE * TOGETHER, kind, now=True)
    window = np.repeat(np.arange(TOGETHER), SIZE)
    stack = summarise_rows(model, Rows(predicted, scores), window, TOGETHER)
    chance = chances(mode, labels, scores)
    some = np.flatnonzero(rng.uniform(size=len(truth)) < chance)
    weight = np.ones(len(some)) if mode == "random" else 1.0 / chance[some]
    part = np.full(len(some), int(mode != "random"))
    known = summarise_labels(model, Rows(predicted[some], scores[some]), truth[some], weight, part, window[some], TOGETHER)
    add(stack, np.arange(TOGETHER), known)
    return results(model.layout, {1: model}, np.arange(TOGETHER), np.ones(TOGETHER, dtype=int), stack, True)


def truths(kind: str) -> tuple[dict[str, float], float]:
    """Every metric on two million rows (fewer for more classes), all labelled; and R2 of "is it right" on the guess of it."""
    rng = np.random.default_rng(1)
    model = learned(rng, kind)
    scores, predicted, truth = draw(rng, 8_000_000 // KNOWING.get(kind, 2) ** 2, kind, now=True)
    where, rows = np.zeros(len(truth), dtype=int), Rows(predicted, scores)
    stack = summarise_rows(model, rows, where, 1)
    add(stack, np.array([0]), summarise_labels(model, rows, truth, np.ones(len(truth)), where, where, 1))
    frame = results(model.layout, {1: model}, np.array([0]), np.array([1]), stack, True)
    right, guess = 1, 1 + len(model.layout.channels)
    moments = stack["moments"][0, 0] / len(truth)
    spread = moments - np.outer(moments[0], moments[0])
    return frame.set_index("metric")["realized"].to_dict(), float(spread[right, guess] ** 2 / spread[right, right] / spread[guess, guess])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    runs = 100 if parser.parse_args().quick else 500
    print("Each cell: assisted covers (the labels alone cover); width over that of the same labels alone, over that of as many random ones.")
    print('"-": withheld in more than half of the windows, too few labels of the class.\n')
    print(f"| model | labels | picked | R2, bound | {' | '.join(METRICS)} |")
    print("|---" * (4 + len(METRICS)) + "|")
    for kind in (*STRENGTH, *KNOWING):
        real, explained = truths(kind)
        for labels in LABELS:
            alone: dict[str, float] = {}
            for mode in ("random", "uncertain"):
                rng = np.random.default_rng([labels, *map(ord, kind[:1] + kind[-1:] + mode[0])])
                frames = [windows(rng, kind, mode, labels) for _ in range(runs // TOGETHER)]
                bound = f"{explained:.2f}, {np.sqrt(1.0 - explained * (1.0 - labels / SIZE)):.2f}" if mode == "random" else ""
                cells = " | ".join(said(frames, name, real[name], alone) for name in METRICS)
                print(f"| {kind} | {labels} | {mode} | {bound} | {cells} |", flush=True)


def said(frames, name: str, real: float, alone: dict[str, float]) -> str:
    """The share of assisted (and realized) intervals that hold the truth, and the ratios of their mean widths; `alone` keeps the width
    that random labels alone have."""
    covers, width = {}, {}
    for line in ("assisted", "realized"):
        lower, upper = (np.concatenate([frame.loc[frame["metric"] == name, f"{line}_{end}"] for frame in frames]) for end in ("lower", "upper"))
        there = np.isfinite(lower) & np.isfinite(upper)
        covers[line] = np.mean((lower <= real) & (real <= upper), where=there) if there.any() else np.nan
        width[line] = np.mean(upper[there] - lower[there]) if there.any() else np.nan
        if np.mean(there) < 0.5:
            return "-"
    random = alone.setdefault(name, width["realized"])
    return f"{covers['assisted']:.1%} ({covers['realized']:.1%}); {width['assisted'] / width['realized']:.2f}, {width['assisted'] / random:.2f}"


if __name__ == "__main__":
    main()
