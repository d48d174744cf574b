"""Performance without labels under covariate shift on real data: how far from the truth, beside NannyML and beside the reference's own figure.

Run: `python benchmarks/monitor/estimated_accuracy.py [--quick] [--task regression]`. NannyML lives in .bench/nannyml, which is made where it is
missing. A third of the rows of each data set (all of them shipped inside packages) trains a model, a third is the reference, and windows are
drawn from the last third with weights that rise along one column or along a random direction of all. Classification: accuracy, against CBPE.
Regression: the mean absolute error, against direct loss estimation. The figures are mean absolute errors over windows, in points of accuracy or in
percent of the reference's MAE; `covers` is the share of windows whose own figure lies in the 95 % interval of auto. What the estimators are
made of was settled on other draws (seeds from 100 on) than those shown, for regression on the data sets marked "first" alone; those marked
"second" were not looked at before.
"""

from __future__ import annotations

import argparse
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lifecycle.monitor.performance.channels import Rows
from lifecycle.monitor.performance.estimated import estimated_line
from lifecycle.monitor.performance.layout import Layout
from lifecycle.monitor.performance.lines import metric_on
from lifecycle.monitor.performance.reweighted import corrected
from lifecycle.monitor.performance.row_model import fit_row_model, project_edges
from lifecycle.monitor.performance.summary import summarise_rows
from lifecycle.records import Column

ROOT = Path(__file__).resolve().parents[2]
PEER = ROOT / ".bench" / "nannyml" / "bin" / "python"
TASKS = ("classification", "regression")
LINES = ("reference", "confidence", "auto", "reweighted")
STRENGTH, WINDOWS, LARGEST = 1.2, 4, 500
CLASSIFIERS = (
    lambda: make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)),
    lambda: HistGradientBoostingClassifier(max_iter=60, random_state=0),
    lambda: RandomForestClassifier(80, min_samples_leaf=2, random_state=0),
)
REGRESSORS = (
    lambda: make_pipeline(StandardScaler(), Ridge()),
    lambda: HistGradientBoostingRegressor(max_iter=60, random_state=0),
    lambda: RandomForestRegressor(80, min_samples_leaf=2, random_state=0),
)
PEER_SCRIPT = """
import logging, pickle, sys, warnings
import numpy as np, pandas as pd
warnings.filterwarnings("ignore"); logging.disable(logging.CRITICAL)
import nannyml
def frame(task, part, truth=True):
    said, x, y = part
    if task == "classification":
        out = pd.DataFrame({"p": said, "pred": (said > 0.5).astype(int)})
    else:
        out = pd.DataFrame(x, columns=[f"x{i}" for i in range(x.shape[1])]).assign(pred=said)
    return out.assign(y=y) if truth else out
out = []
for task, name, seed, reference, windows in pickle.load(open(sys.argv[1], "rb")):
    size = len(windows[0][0])
    if task == "classification":
        peer = nannyml.CBPE(y_pred_proba="p", y_pred="pred", y_true="y", metrics=["accuracy"], problem_type="classification_binary", chunk_size=size)
        metric = "accuracy"
    else:
        columns = [f"x{i}" for i in range(reference[1].shape[1])]
        peer = nannyml.DLE(feature_column_names=columns, y_pred="pred", y_true="y", metrics=["mae"], chunk_size=size)
        metric = "mae"
    try:
        peer.fit(frame(task, reference))
        now = pd.concat([frame(task, window, False) for window in windows], ignore_index=True)
        found = peer.estimate(now).to_df()
        found = found[found[("chunk", "period")] == "analysis"]
        out.append(found[(metric, "value")].to_numpy(dtype=float))
    except Exception as error:
        print(f"nannyml on {name}: {type(error).__name__}: {error}", file=sys.stderr)
        out.append(np.full(len(windows), np.nan))
pickle.dump(out, open(sys.argv[2], "wb"))
"""


def cases(seeds: int, tasks: tuple[str, ...]) -> Iterator[tuple]:
    """Task, name, seed, the reference and the windows, each (what the model says, features, truth)."""
    for task, name, x, y in data(tasks):
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            train, held, last = np.array_split(rng.permutation(len(y)), 3)
            if task == "classification":
                said = CLASSIFIERS[seed % 3]().fit(x[train], y[train]).predict_proba(x)[:, 1]
            else:
                said = REGRESSORS[seed % 3]().fit(x[train], y[train]).predict(x)
            windows = [some for _ in range(WINDOWS // 2) for some in shifted(rng, x, last)]
            yield task, name, seed, (said[held], x[held], y[held]), [(said[some], x[some], y[some]) for some in windows]


def shifted(rng: np.random.Generator, x: np.ndarray, last: np.ndarray) -> Iterator[np.ndarray]:
    """Rows drawn with weights that rise along one column, and along a direction of all."""
    spread = StandardScaler().fit_transform(x[last])
    for along in (spread[:, rng.integers(x.shape[1])], spread @ rng.normal(size=x.shape[1])):
        blurred = along + 1e-3 * rng.normal(size=len(along))
        weight = np.exp(STRENGTH * (blurred - blurred.mean()) / blurred.std())
        weight = np.minimum(weight, np.quantile(weight, 0.99))
        yield last[rng.choice(len(last), min(LARGEST, len(last) // 2), replace=False, p=weight / weight.sum())]


def data(tasks: tuple[str, ...]) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    """Task, name, features, target: what packages ship. Classes beyond two become the most frequent one against the rest."""
    sys.path[:0] = [str(ROOT / "benchmarks" / "label"), str(ROOT / "benchmarks" / "monitor")]
    import regression_sets

    import data as shipped

    shipped.MOST = 12_000
    for name, x, y in shipped.all_sets() if "classification" in tasks else ():
        two = y if len(np.unique(y)) == 2 else (y == np.bincount(y).argmax()).astype(int)
        if (len(y) >= 900 or name == "breast_cancer") and min(np.bincount(two)) >= 100:
            yield "classification", name, x, two
    for half in regression_sets.HALVES if "regression" in tasks else ():
        for name, x, y in regression_sets.sets(half):
            yield "regression", f"{name} ({half})", x, y


def ours(task: str, reference: tuple, windows: list) -> tuple[np.ndarray, np.ndarray]:
    """What the product's estimators say of each window, and the reference's own figure, (windows, LINES); the interval of auto, (windows, 2)."""
    said, x, truth = reference
    classes = ("0", "1") if task == "classification" else ()
    layout = Layout(task, classes, tuple(Column(f"x{i}", "numeric") for i in range(x.shape[1])))
    edges = project_edges(layout, both(said) if classes else None)
    models = {line: fit_row_model(layout, edges, rows_of(said, x, classes), truth, estimator=line) for line in LINES[1:]}
    out, ends = np.full((len(windows), len(LINES)), models["auto"].level[0]), np.empty((len(windows), 2))
    for at, (now, features, _) in enumerate(windows):
        rows = rows_of(now, features, classes)
        for place, line in enumerate(LINES[1:], start=1):
            model = models[line]
            shift = (0.0, 0.0) if model.reweighting is None else corrected(model.reweighting, model.table(rows))
            stack = summarise_rows(model, rows, np.zeros(len(rows), dtype=int), 1)
            found = estimated_line(model, stack, tuple(np.asarray(part)[None] for part in shift))
            out[at, place] = found.means[0, 0]
            if line == "auto":
                numbers = metric_on(found, "accuracy" if classes else "mae")
                ends[at] = numbers.lower[0], numbers.upper[0]
    return out, ends


def rows_of(said: np.ndarray, x: np.ndarray, classes: tuple) -> Rows:
    return Rows((said > 0.5).astype(int), both(said), x) if classes else Rows(said, None, x)


def both(said: np.ndarray) -> np.ndarray:
    return np.column_stack([1.0 - said, said])


def real(task: str, window: tuple) -> float:
    said, _, truth = window
    return float(np.mean((said > 0.5) == truth) if task == "classification" else np.mean(np.abs(said - truth)))


def nannyml(made: list) -> list[np.ndarray]:
    """What NannyML says of the same windows, in its own environment."""
    if not PEER.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEER.parents[1])], check=True)
        subprocess.run([str(PEER), "-m", "pip", "install", "-q", "nannyml", "statsmodels"], check=True)
    with tempfile.TemporaryDirectory() as folder:
        given, told = Path(folder) / "cases", Path(folder) / "told"
        given.write_bytes(pickle.dumps(made))
        subprocess.run([str(PEER), "-c", PEER_SCRIPT, str(given), str(told)], check=True, stdout=subprocess.DEVNULL)
        return pickle.loads(told.read_bytes())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--task", choices=TASKS, action="append")
    given = parser.parse_args()
    made = list(cases(3 if given.quick else 9, tuple(given.task or TASKS)))
    errors: dict[tuple[str, str], list[np.ndarray]] = {}
    for (task, name, _, reference, windows), peer in zip(made, nannyml(made), strict=True):
        mine, ends = ours(task, reference, windows)
        truth = np.array([real(task, window) for window in windows])
        unit = 1.0 if task == "classification" else mine[0, 0]
        far = 100.0 * np.abs(np.column_stack([mine, peer]) - truth[:, None]) / unit
        inside = 100.0 * ((ends[:, 0] <= truth) & (truth <= ends[:, 1]))
        errors.setdefault((task, name), []).append(np.column_stack([far, inside]))
    columns = [*LINES, "nannyml", "covers"]
    frame = pd.DataFrame({key: np.nanmean(np.concatenate(parts), axis=0) for key, parts in errors.items()}, index=columns).T
    print("| task | data | " + " | ".join(columns) + " |\n" + "|---" * (2 + len(columns)) + "|")
    for (task, name), row in frame.iterrows():
        print(f"| {task} | {name} | " + " | ".join(f"{value:.2f}" for value in row) + " |", flush=True)
    for kind, part in frame.groupby([f"{task} {name.rpartition('(')[2].rstrip(')')}" if "(" in name else task for task, name in frame.index]):
        below = {line: int((part[line] < part["nannyml"]).sum()) for line in LINES}
        print(f"\n{kind}, {len(part)} data sets: mean {part.mean().round(2).to_dict()}; nearer than NannyML on {below}")


if __name__ == "__main__":
    main()
