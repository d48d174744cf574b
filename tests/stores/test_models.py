"""Model files: what is stored predicts the same; what was changed or is not allowed is never opened."""

from __future__ import annotations

import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from lifecycle.errors import BadFile, InvalidValue, StoreError, Tampered
from lifecycle.stores.models import ModelStore

rng = np.random.default_rng(0)
X = pd.DataFrame({"a": rng.normal(size=120), "b": rng.choice(["x", "y"], 120)})
Y = np.where(X["a"] > 0, "yes", "no")


def prepared(estimator: Any) -> Any:
    columns = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["b"]), (StandardScaler(), ["a"]))
    return make_pipeline(columns, estimator)


class Homemade(ClassifierMixin, BaseEstimator):
    pass


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(),
        RandomForestClassifier(5, random_state=0),
        HistGradientBoostingClassifier(max_iter=5),
        HistGradientBoostingRegressor(max_iter=5),
        Ridge(),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_estimators_come_back_as_they_were(tmp_path: Path, estimator: Any) -> None:
    store = ModelStore(tmp_path)
    y = X["a"] if ("Reg" in type(estimator).__name__ and "Logistic" not in type(estimator).__name__) or isinstance(estimator, Ridge) else Y
    fitted = prepared(estimator).fit(X, y)
    name = store.save(fitted)
    np.testing.assert_array_equal(store.load(name).predict(X), fitted.predict(X))
    assert store.findings(name) == []
    recipe = store.load(store.save(prepared(estimator)))
    assert repr(recipe) == repr(prepared(estimator))


def test_a_changed_file_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ModelStore(tmp_path)
    name = store.save(LogisticRegression())
    content = bytearray(store.path(name).read_bytes())
    content[len(content) // 2] ^= 1
    store.path(name).write_bytes(content)
    monkeypatch.setattr(skops.io, "load", lambda *_: pytest.fail("it was opened"))
    monkeypatch.setattr(skops.io, "get_untrusted_types", lambda *_, **__: pytest.fail("it was opened"))
    with pytest.raises(Tampered, match="was changed after it was stored and was not opened"):
        store.load(name)
    assert store.findings(name)
    store.path(name).unlink()
    with pytest.raises(StoreError, match="is not in this workspace"):
        store.load(name)


def test_types_that_are_not_trusted_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"{Homemade.__module__}.Homemade"
    with pytest.raises(InvalidValue, match=r"Homemade, which this workspace does not trust; if you know them, add them to LIFECYCLE_TRUSTED_TYPES"):
        ModelStore(tmp_path).save(Homemade())
    monkeypatch.setenv("LIFECYCLE_TRUSTED_TYPES", f"other.Thing, {name}")
    stored = ModelStore(tmp_path).save(Homemade())
    monkeypatch.delenv("LIFECYCLE_TRUSTED_TYPES")
    with pytest.raises(StoreError, match="does not trust"):
        ModelStore(tmp_path).load(stored)


def test_a_function_of_a_library_is_no_class(tmp_path: Path) -> None:
    from sklearn.preprocessing import FunctionTransformer

    with pytest.raises(InvalidValue, match="does not trust"):
        ModelStore(tmp_path).save(FunctionTransformer(np.load))


def test_pickles_and_other_files_are_refused(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    path = tmp_path / "model.skops"
    for content in (pickle.dumps(LogisticRegression()), b"", b"PK\x03\x04nonsense"):
        path.write_bytes(content)
        with pytest.raises(BadFile, match="is not a skops file"):
            store.import_file(path)
    with pytest.raises(BadFile, match="cannot be read"):
        store.import_file(tmp_path / "nowhere.skops")
    skops.io.dump(Homemade(), path)
    with pytest.raises(BadFile, match="does not trust"):
        store.import_file(path)
    skops.io.dump(Ridge(alpha=3), path)
    assert store.load(store.import_file(path)).alpha == 3


def test_what_skops_cannot_write_is_a_sentence(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(InvalidValue, match=r"cannot be stored as a skops file|does not trust"):
            ModelStore(tmp_path).save(make_pipeline(StandardScaler(), Homemade()).set_params(homemade=lambda x: x))
