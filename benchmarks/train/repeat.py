"""Twenty recipes, each trained twice from one manifest, with one thread, with two, and on two Dask workers: are the parameters the same to the bit?

    python -m benchmarks.train.repeat

One line of JSON a recipe: its fingerprint's first digits, and whether all six fits share it.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import pandas as pd
from sklearn import discriminant_analysis, ensemble, linear_model, naive_bayes, neighbors, neural_network, svm, tree
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

import lifecycle
from benchmarks.train.kill import dask

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
LOGISTIC = linear_model.LogisticRegression()
RECIPES = [
    LOGISTIC,
    linear_model.LogisticRegression(solver="saga", max_iter=300),
    linear_model.SGDClassifier(loss="log_loss"),
    linear_model.RidgeClassifier(),
    linear_model.Perceptron(),
    make_pipeline(StandardScaler(), PolynomialFeatures(2), LOGISTIC),
    ensemble.RandomForestClassifier(50),
    ensemble.RandomForestClassifier(50, n_jobs=2),
    ensemble.ExtraTreesClassifier(50),
    ensemble.HistGradientBoostingClassifier(max_iter=50),
    ensemble.GradientBoostingClassifier(n_estimators=30),
    ensemble.AdaBoostClassifier(n_estimators=30),
    ensemble.BaggingClassifier(n_estimators=10),
    tree.DecisionTreeClassifier(),
    naive_bayes.GaussianNB(),
    discriminant_analysis.LinearDiscriminantAnalysis(),
    neighbors.KNeighborsClassifier(),
    svm.SVC(probability=False),
    make_pipeline(StandardScaler(), neural_network.MLPClassifier((16,), max_iter=100)),
    GridSearchCV(LOGISTIC, {"C": [0.1, 1.0, 10.0]}),
    RandomizedSearchCV(tree.DecisionTreeClassifier(), {"max_depth": [2, 3, 5, 8, 13]}, n_iter=3),
]


def prints() -> None:
    """Train every recipe twice in this environment, and print a fingerprint a recipe."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2000, 8))
    label = np.where(x[:, 0] * x[:, 1] + x[:, 2] + 0.5 * rng.normal(size=2000) > 0, "yes", "no")
    frame = pd.DataFrame(x, columns=list("abcdefgh")).assign(label=label)
    for recipe in RECIPES:
        with tempfile.TemporaryDirectory() as folder:
            project = lifecycle.open_workspace(folder).create_project("p", recipe=recipe, training=frame)
            assert project.reproduce(1).identical, recipe
            sys.stdout.write(project.version(1).manifest["fitted"] + "\n")


def main() -> None:
    command, found = [sys.executable, "-W", "ignore", "-m", "benchmarks.train.repeat", "prints"], []
    for threads, where in (("1", contextlib.nullcontext()), ("2", contextlib.nullcontext()), ("1", dask())):
        with where:
            environment = {**os.environ, **dict.fromkeys(THREADS, threads)}
            found.append(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split())
    alike = [len(set(fitted)) == 1 for fitted in zip(*found, strict=True)]
    for recipe, same, *fitted in zip(RECIPES, alike, *found, strict=True):
        print(json.dumps({"recipe": " ".join(str(recipe).split())[:70], "identical": same, "fitted": sorted({each[:12] for each in fitted})}))
    print(json.dumps({"recipes": len(RECIPES), "identical": sum(alike)}))


if __name__ == "__main__":
    prints() if sys.argv[1:] == ["prints"] else main()
