"""Real classification data that packages ship: name, numeric features, classes. Categories are one-hot, rows at most 3,000."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn import datasets

MOST = 3_000


def all_sets() -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    for name, features, target in _sets():
        frame = pd.get_dummies(pd.DataFrame(features), dtype=float)
        values = frame.to_numpy(dtype=float)
        classes = pd.factorize(np.asarray(target))[0]
        keep = np.isfinite(values).all(axis=1) & (classes >= 0)
        values, classes = values[keep], classes[keep]
        chosen = np.random.default_rng(0).permutation(len(values))[:MOST]
        yield name, values[chosen], classes[chosen]


def _sets() -> Iterator[tuple[str, object, object]]:
    for name in ("breast_cancer", "digits", "wine"):
        yield name, *getattr(datasets, f"load_{name}")(return_X_y=True)
    features, digit = datasets.load_digits(return_X_y=True)
    for one, other in ((3, 8), (1, 7), (4, 9)):
        both = np.isin(digit, (one, other))
        yield f"digits_{one}_{other}", features[both], digit[both]
    yield "digits_even", features, digit % 2
    yield "digits_loops", features, np.isin(digit, (0, 6, 8, 9))
    features, progress = datasets.load_diabetes(return_X_y=True)
    yield "diabetes", features, progress > np.median(progress)
    yield from _statsmodels()
    yield from _river()


def _statsmodels() -> Iterator[tuple[str, object, object]]:
    from statsmodels import datasets as shipped

    votes = shipped.anes96.load_pandas().data
    yield "anes96_vote", votes.drop(columns=["vote", "popul", "selfLR", "ClinLR", "DoleLR", "PID"]).assign(left=votes["selfLR"]), votes["vote"]
    yield "anes96_party", votes.drop(columns=["PID", "popul"]), pd.cut(votes["PID"], [-1, 1, 4, 6], labels=False)
    affairs = shipped.fair.load_pandas().data
    yield "fair", affairs.drop(columns=["affairs"]), affairs["affairs"] > 0
    yield "fair_religious", affairs.drop(columns=["religious", "affairs"]), affairs["religious"] > 2
    health = shipped.randhie.load_pandas().data
    yield "randhie", health.drop(columns=["mdvis"]), health["mdvis"] > 0
    travel = shipped.modechoice.load_pandas().data
    yield "modechoice", travel.drop(columns=["individual", "choice"]), travel["choice"]
    schools = shipped.star98.load_pandas().data
    yield "star98", schools.drop(columns=["NABOVE", "NBELOW"]), schools["NABOVE"] > schools["NBELOW"]


def _river() -> Iterator[tuple[str, object, object]]:
    import river.datasets

    folder = Path(river.datasets.__file__).parent
    segments = _zipped(folder / "segment.csv.zip")
    yield "segment", segments.iloc[:, :-1], segments.iloc[:, -1]
    pages = pd.read_csv(io.StringIO(gzip.decompress((folder / "phishing.csv.gz").read_bytes()).decode()))
    yield "phishing", pages.iloc[:, :-1], pages.iloc[:, -1]
    bananas = pd.DataFrame([(*x.values(), y) for x, y in river.datasets.Bananas()])
    yield "bananas", bananas.iloc[:, :2], bananas.iloc[:, 2]
    shuttle = pd.read_csv(folder / "shuttle.csv.gz")
    yield "shuttle", shuttle.iloc[:, :-1], shuttle.iloc[:, -1]
    yeast = pd.read_csv(folder / "yeast.csv.gz")
    labels = [name for name in yeast.columns if name.startswith("Class")]
    for name in labels[:3]:
        yield f"yeast_{name}".lower(), yeast.drop(columns=labels), yeast[name]


def _zipped(path: Path) -> pd.DataFrame:
    with zipfile.ZipFile(path) as archive:
        return pd.read_csv(io.BytesIO(archive.read(archive.namelist()[0])))
