"""How often windows that hold their level alarm, how often a fall is found, and whether the intervals cover.

Run: `python benchmarks/monitor/performance_alarms.py [--quick]`. Scores are overconfident by design, so that calibration matters; labels are
all, a random share, or picked by uncertainty with known chances. Regression, with normal errors, ones of Student's t of three degrees, and
lognormal ones: how often the mean absolute error alarms, and how often where errors have doubled.
"""

from __future__ import annotations

import argparse

import numpy as np

from lifecycle.monitor.performance.channels import Rows
from lifecycle.monitor.performance.judging import judge
from lifecycle.monitor.performance.layout import Layout
from lifecycle.monitor.performance.results import results
from lifecycle.monitor.performance.row_model import fit_row_model, project_edges
from lifecycle.monitor.performance.summary import add, summarise_labels, summarise_rows

RATE = 0.01
WINDOWS = 40


def draw(rng: np.random.Generator, n: int, classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores that say too much (n, K), what is predicted, and the truth."""
    raw = np.exp(1.5 * rng.normal(size=(n, classes)))
    true = raw / raw.sum(axis=1, keepdims=True)
    said = true**1.5
    said /= said.sum(axis=1, keepdims=True)
    return said, said.argmax(axis=1), (true.cumsum(axis=1) > rng.uniform(size=(n, 1))).argmax(axis=1)


def chances(mode: str, share: float, scores: np.ndarray) -> np.ndarray:
    """Each row's chance to be labelled."""
    if mode == "random":
        return np.full(len(scores), share)
    ordered = np.sort(scores, axis=1)
    unsure = 1.0 - (ordered[:, -1] - ordered[:, -2])
    return np.clip(0.8 * share * unsure / unsure.mean() + 0.2 * share, 0.0, 1.0)


def windows(seed: int, classes: int, rows: int, reference: int, share: float, mode: str, wrong: float = 0.0):
    """The judged report of 40 windows; in them a share `wrong` of the truths is another class."""
    rng = np.random.default_rng(seed)
    layout = Layout("classification", tuple(map(str, range(classes))))
    scores, predicted, truth = draw(rng, reference, classes)
    model = fit_row_model(layout, project_edges(layout, scores), Rows(predicted, scores), truth)
    scores, predicted, truth = draw(rng, rows * WINDOWS, classes)
    truth = np.where(rng.uniform(size=len(truth)) < wrong, (truth + 1) % classes, truth)
    window = np.repeat(np.arange(WINDOWS), rows)
    stack = summarise_rows(model, Rows(predicted, scores), window, WINDOWS)
    if share > 0:
        chance = chances(mode, share, scores)
        some = np.flatnonzero(rng.uniform(size=len(truth)) < chance)
        part = np.full(len(some), int(mode != "random"))
        weight = 1.0 / chance[some] if mode != "random" else np.ones(len(some))
        labelled = Rows(predicted[some], scores[some])
        add(stack, np.arange(WINDOWS), summarise_labels(model, labelled, truth[some], weight, part, window[some], WINDOWS))
    frame = results(layout, {1: model}, np.arange(WINDOWS), np.ones(WINDOWS, dtype=int), stack, True)
    return judge(frame, "accuracy", RATE, {})


ERRORS = {
    "normal": lambda rng, n: rng.normal(size=n),
    "t, 3 degrees": lambda rng, n: rng.standard_t(3, n),
    "lognormal": lambda rng, n: rng.lognormal(0.0, 1.2, n) * rng.choice([-1.0, 1.0], n),
}


def regression(seed: int, errors: str, rows: int, reference: int, scale: float) -> float:
    """The share of 40 windows that alarm, all rows labelled, their errors `scale` times those of the reference."""
    rng, layout = np.random.default_rng(seed), Layout("regression", ())

    def answered(n: int, times: float) -> tuple[Rows, np.ndarray]:
        truth = 10.0 + 3.0 * rng.normal(size=n)
        return Rows(truth + times * ERRORS[errors](rng, n), None), truth

    known, truth = answered(reference, 1.0)
    model = fit_row_model(layout, project_edges(layout, None), known, truth)
    said, truth = answered(rows * WINDOWS, scale)
    window, alike = np.repeat(np.arange(WINDOWS), rows), np.zeros(rows * WINDOWS, dtype=int)
    stack = summarise_rows(model, said, window, WINDOWS)
    add(stack, np.arange(WINDOWS), summarise_labels(model, said, truth, alike + 1.0, alike, window, WINDOWS))
    frame = judge(results(layout, {1: model}, np.arange(WINDOWS), np.ones(WINDOWS, dtype=int), stack, False), "mae", RATE, {})
    return float(frame.groupby("window")["alarm"].any().mean())


def losses(seeds: int) -> None:
    """The table of the mean absolute error; windows share a reference, and the standard error is over references."""
    print("\n| errors | rows | reference | false alarms | errors doubled |\n|---|---|---|---|---|")
    for errors in ERRORS:
        for rows, reference in ((1, 60), (20, 60), (20, 300), (200, 300), (1000, 3000)):
            quiet, doubled = (np.array([regression(seed, errors, rows, reference, scale) for seed in range(seeds)]) for scale in (1.0, 2.0))
            off = quiet.std(ddof=1) / np.sqrt(seeds)
            print(f"| {errors} | {rows:,} | {reference:,} | {quiet.mean():.2%} ± {off:.2%} | {doubled.mean():.0%} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    seeds = 3 if parser.parse_args().quick else 25
    levels = {k: float(np.mean(np.equal(*draw(np.random.default_rng(9), 400_000, k)[1:]))) for k in (2, 5)}
    print("| classes | rows | reference | labels | false alarms | a tenth changed | realized covers | assisted | estimated | assisted / realized |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for classes in (2, 5):
        for rows, reference, share, mode in [
            *((1000, 3000, share, "random") for share in (0.0, 0.2, 1.0)),
            (1000, 3000, 0.1, "uncertain"),
            (10_000, 3000, 0.1, "uncertain"),
            (1000, 300, 1.0, "random"),
            (200, 3000, 0.2, "random"),
            (1, 300, 1.0, "random"),
        ]:
            quiet = [windows(seed, classes, rows, reference, share, mode) for seed in range(seeds if rows < 5000 else max(1, seeds // 5))]
            changed = windows(99, classes, rows, reference, share, mode, wrong=0.1)
            alarms = np.mean([frame.groupby("window")["alarm"].any().mean() for frame in quiet])
            found = changed.groupby("window")["alarm"].any().mean()
            print(
                f"| {classes} | {rows:,} | {reference:,} | {share:.0%} {mode} | {alarms:.2%} | {found:.0%} | {covers(quiet, levels[classes])} |",
                flush=True,
            )
    losses(2 * seeds)


def covers(frames, level: float) -> str:
    """The share of intervals that hold the true accuracy, a line, and how much narrower assisted is."""
    accuracy = [frame[frame["metric"] == "accuracy"] for frame in frames]
    said, width = [], {}
    for line in ("realized", "assisted", "estimated"):
        lower, upper = (np.concatenate([part[f"{line}_{end}"] for part in accuracy]) for end in ("lower", "upper"))
        there = np.isfinite(lower)
        width[line] = np.mean(upper[there] - lower[there]) if there.any() else np.nan
        said.append(f"{np.mean((lower <= level) & (level <= upper), where=there):.1%}" if there.any() else "-")
    ratio = width["assisted"] / width["realized"]
    return " | ".join([*said, f"{ratio:.2f}" if np.isfinite(ratio) else "-"])


if __name__ == "__main__":
    main()
