"""Label efficiency: accuracy on held-out rows as labels are bought, a strategy beside random, on real data sets.

    python benchmarks/label/efficiency.py [--seeds 10] [--models logistic forest] [--strategies margin_diverse ...] [--sets digits ...] [--quick]

Starts from 20 random labels, buys 20 at a time up to 200. `saved`: how many fewer labels than random's 200 reach random's
accuracy at 200 (0 where it never does). `area`: the mean difference in accuracy over the curve, in points. Each curve is kept in
.bench/efficiency, so that a run that was stopped goes on where it was.

Strategies named `scikit-activeml:...` and `modal:...` need these packages: run them with the Python of an environment that has
scikit-activeml, modAL-python, statsmodels and river (.bench/active-learning, say); the table of a later run shows what is kept.
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from data import all_sets

KEPT = Path(__file__).resolve().parents[2] / ".bench" / "efficiency"
OURS = ("random", "margin_diverse", "margin", "entropy")
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
    pick, found = picker(name), []
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
            chosen = pick(fitted, pool, labelled, known, left, seed)
        labelled = np.concatenate([labelled, left[chosen]])


def picker(name: str) -> Callable[..., np.ndarray]:
    """(fitted, pool, labelled, known classes, what is left, seed) -> STEP positions in what is left."""
    if ":" in name:
        import peers

        return peers.picker(name, STEP)
    import lifecycle

    choose = lifecycle.query_strategy(name)

    def pick(fitted: object, pool: np.ndarray, labelled: np.ndarray, known: np.ndarray, left: np.ndarray, seed: int) -> np.ndarray:
        return choose(fitted.predict_proba(pool[left]), pool[left], n=STEP, rng=seed)[0]

    return pick


def kept(set_name: str, model: str, name: str, seed: int) -> Path:
    return KEPT / f"{set_name}-{model}-{name.replace(':', '_')}-{seed}.json"


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


def fill(models: list[str], strategies: list[str], sets: list[str] | None, seeds: int) -> None:
    """Compute the curves that are missing, those of fewer seeds first."""
    data = [(name, features, classes) for name, features, classes in all_sets() if not sets or name in sets]
    for model in models:
        for seed in range(seeds):
            for name, features, classes in data:
                for strategy in strategies:
                    path = kept(name, model, strategy, seed)
                    if not path.exists():
                        found = curve(strategy, model, features, classes, seed)
                        path.with_suffix(".part").write_text(json.dumps(found.tolist()))
                        path.with_suffix(".part").rename(path)
            print(f"{model}, seed {seed}: done", file=sys.stderr, flush=True)


def table(model: str, strategies: list[str], seeds: int) -> dict[str, float]:
    """Print one model's table of all that is kept; returns the figures of the default strategy."""
    names = sorted({path.name.split(f"-{model}-")[0] for path in KEPT.glob(f"*-{model}-random-0.json")})
    print(f"\n{model:<20}{'random@200':>11}" + "".join(f"{name[-24:] + ' saved':>32}{'area':>7}" for name in strategies), flush=True)
    rows = []
    for name in names:
        curves = {}
        for strategy in ["random", *strategies]:
            found = [json.loads(path.read_text()) for seed in range(seeds) if (path := kept(name, model, strategy, seed)).exists()]
            curves[strategy] = np.mean(found, axis=0) if found else None
        base = curves["random"]
        row = [(np.nan, np.nan) if curves[s] is None else (saved(curves[s], base), 100 * (curves[s] - base).mean()) for s in strategies]
        rows.append(row)
        print(f"{name:<20}{base[-1]:>11.3f}" + "".join(f"{share:>32.0%}{area:>7.2f}" for share, area in row))
    whole = np.array(rows)
    for word, reduce in (("median", np.nanmedian), ("mean", np.nanmean), ("worst", np.nanmin)):
        print(f"{word:<20}{'':>11}" + "".join(f"{share:>32.0%}{area:>7.2f}" for share, area in reduce(whole, axis=0)))
    first = whole[:, 0]
    return {f"{model}_saved_share": float(np.nanmedian(first[:, 0])), f"{model}_area_points": float(np.nanmean(first[:, 1])),
            f"{model}_worst_points": float(np.nanmin(first[:, 1]))}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--models", nargs="*", choices=MODELS, default=["logistic", "forest"])
    parser.add_argument("--strategies", nargs="*", default=list(OURS))
    parser.add_argument("--sets", nargs="*")
    parser.add_argument("--quick", action="store_true", help="one seed, logistic regression, the default strategy")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.seeds, chosen.models, chosen.strategies = 1, ["logistic"], ["random", "margin_diverse"]
    warnings.simplefilter("ignore")
    KEPT.mkdir(parents=True, exist_ok=True)
    fill(chosen.models, chosen.strategies, chosen.sets, chosen.seeds)
    for model in chosen.models:
        shown = sorted({path.name.split(f"-{model}-")[1].rsplit("-", 1)[0] for path in KEPT.glob(f"*-{model}-*.json")} - {"random"})
        shown.sort(key=lambda name: name != "margin_diverse")
        if shown:
            print(json.dumps(table(model, shown, chosen.seeds)))


if __name__ == "__main__":
    main()
