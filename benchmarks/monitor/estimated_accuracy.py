"""Performance without labels under covariate shift on real data: how far from the truth, beside NannyML and beside the reference's own figure.

Run: `python benchmarks/monitor/estimated_accuracy.py [--quick]`. NannyML lives in .bench/nannyml, which is made where it is missing. A third of
the rows of each data set (all of them shipped inside packages) trains a model, a third is the reference, and windows are drawn from the last
third with weights that rise along one column or along a random direction of all. Classification: accuracy, against CBPE. Regression: the mean
absolute error, against direct loss estimation. The figures are mean absolute errors over windows, in points of accuracy or in percent of
the reference's MAE. What the estimators are made of was settled on other draws (seeds from 100 on) than those shown.
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
from sklearn.datasets import load_diabetes
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lifecycle.monitor.performance.channels import Rows
from lifecycle.monitor.performance.estimated import estimated_line
from lifecycle.monitor.performance.layout import Layout
from lifecycle.monitor.performance.reweighted import corrected
from lifecycle.monitor.performance.row_model import fit_row_model, project_edges
from lifecycle.monitor.performance.summary import summarise_rows
from lifecycle.records import Column

ROOT = Path(__file__).resolve().parents[2]
PEER = ROOT / ".bench" / "nannyml" / "bin" / "python"
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


def cases(seeds: int) -> Iterator[tuple]:
    """Task, name, seed, the reference and the windows, each (what the model says, features, truth)."""
    for task, name, x, y in data():
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


def data() -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    """Task, name, features, target: what packages ship. Classes beyond two become the most frequent one against the rest."""
    import statsmodels.api as sm

    sys.path.insert(0, str(ROOT / "benchmarks" / "label"))
    import data as shipped

    shipped.MOST = 12_000
    for name, x, y in shipped.all_sets():
        two = y if len(np.unique(y)) == 2 else (y == np.bincount(y).argmax()).astype(int)
        if (len(y) >= 900 or name == "breast_cancer") and min(np.bincount(two)) >= 100:
            yield "classification", name, x, two
    yield "regression", "diabetes", *load_diabetes(return_X_y=True)
    visits, affairs = sm.datasets.randhie.load_pandas().data, sm.datasets.fair.load_pandas().data
    some = np.random.default_rng(0).permutation(len(visits))[:12_000]
    yield "regression", "doctor_visits", visits.drop(columns="mdvis").to_numpy(float)[some], visits["mdvis"].to_numpy(float)[some]
    yield "regression", "affairs", affairs.drop(columns="affairs").to_numpy(float), affairs["affairs"].to_numpy(float)
    votes = sm.datasets.anes96.load_pandas().data
    yield "regression", "leaning", votes.drop(columns=["selfLR", "popul"]).to_numpy(float), votes["selfLR"].to_numpy(float)


def ours(task: str, reference: tuple, windows: list) -> np.ndarray:
    """What the product's estimators say of each window, and the reference's own figure: (windows, LINES)."""
    said, x, truth = reference
    classes = ("0", "1") if task == "classification" else ()
    layout = Layout(task, classes, tuple(Column(f"x{i}", "numeric") for i in range(x.shape[1])))
    edges = project_edges(layout, both(said) if classes else None)
    models = {line: fit_row_model(layout, edges, rows_of(said, x, classes), truth, estimator=line) for line in LINES[1:]}
    out = np.full((len(windows), len(LINES)), models["auto"].level[0])
    for at, (now, features, _) in enumerate(windows):
        rows = rows_of(now, features, classes)
        for place, line in enumerate(LINES[1:], start=1):
            model = models[line]
            shift = (0.0, 0.0) if model.reweighting is None else corrected(model.reweighting, model.table(rows))
            stack = summarise_rows(model, rows, np.zeros(len(rows), dtype=int), 1)
            out[at, place] = estimated_line(model, stack, tuple(np.asarray(part)[None] for part in shift)).means[0, 0]
    return out


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
    made = list(cases(3 if parser.parse_args().quick else 9))
    errors: dict[tuple[str, str], list[np.ndarray]] = {}
    for (task, name, _, reference, windows), peer in zip(made, nannyml(made), strict=True):
        mine = ours(task, reference, windows)
        truth = np.array([real(task, window) for window in windows])[:, None]
        unit = 1.0 if task == "classification" else mine[0, 0]
        errors.setdefault((task, name), []).append(100.0 * np.abs(np.column_stack([mine, peer]) - truth) / unit)
    frame = pd.DataFrame({key: np.nanmean(np.concatenate(parts), axis=0) for key, parts in errors.items()}, index=[*LINES, "nannyml"]).T
    print("| task | data | " + " | ".join(frame.columns) + " |\n" + "|---" * (2 + len(frame.columns)) + "|")
    for (task, name), row in frame.iterrows():
        print(f"| {task} | {name} | " + " | ".join(f"{value:.2f}" for value in row) + " |", flush=True)
    for task, part in frame.groupby(level=0):
        below = {line: int((part[line] < part["nannyml"]).sum()) for line in LINES}
        print(f"\n{task}, {len(part)} data sets: mean error {part.mean().round(2).to_dict()}; nearer than NannyML on {below}")


if __name__ == "__main__":
    main()
