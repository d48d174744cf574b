"""What `predict` gives and logs is what the model itself says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import lifecycle

MIXED = ColumnTransformer([("plan", OneHotEncoder(handle_unknown="ignore"), ["plan"])], remainder="passthrough")  # sparse rows come out
RECIPES = {
    "plain": (LogisticRegression(), ["a", "b"]),
    "scaled": (Pipeline([("none", "passthrough"), ("scale", StandardScaler()), ("model", LogisticRegression())]), ["a", "b"]),
    "one step": (make_pipeline(LogisticRegression()), ["a", "b"]),
    "mixed": (make_pipeline(MIXED, LogisticRegression()), ["a", "plan", "b"]),
    "sparse": (make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression()), ["plan"]),
}


def rows(count: int, seed: int, names: list[str]) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"a": rng.normal(size=count), "b": rng.normal(size=count), "plan": rng.choice(["x", "y"], count)})
    label = np.where(frame["a"] + 2 * (frame["plan"] == "x") + rng.normal(size=count) > 1, 7, 3)
    return frame[names].assign(label=label)


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("count", [1, 40])
def test_answers_are_those_of_the_model(tmp_path, name, count):
    recipe, names = RECIPES[name]
    training, asked = rows(300, 0, names), rows(count, 2, names)[names]
    project = lifecycle.open_workspace(tmp_path).create_project("demo", recipe=recipe, training=training, reference=rows(100, 1, names))
    found = project.predict(asked.set_axis(range(5, 5 + count)))
    model = project._context.models.load(project.champion.model)
    assert found.columns.tolist() == ["id", "prediction", "p_3", "p_7", "model_version"]
    assert found["prediction"].tolist() == model.predict(asked).tolist()
    np.testing.assert_allclose(found[["p_3", "p_7"]], model.predict_proba(asked), rtol=0, atol=1e-12)
    logged = project.predictions()
    assert logged["id"].tolist() == found["id"].tolist()
    assert found["id"].is_unique
    pd.testing.assert_frame_equal(logged[names], asked.reset_index(drop=True), check_dtype=False)
    assert project.predict(asked.assign(id=found["id"].to_numpy())).equals(found)  # the same rows again: what the log holds


def test_a_lone_text_column_is_read_as_a_text_and_one_among_others_as_a_row_of_the_table(tmp_path):
    words = [f"the {k} parcel came too late and I want to know why" for k in range(40)]
    frame = pd.DataFrame({"review": words, "label": ["good", "bad"] * 20})
    workspace = lifecycle.open_workspace(tmp_path)
    alone = workspace.create_project("alone", reference=frame.assign(prediction="good"))
    beside = workspace.create_project("beside", reference=frame.assign(prediction="good", stars=range(40)))
    assert alone.preview({"review": words[3]}).kind == "text"
    assert beside.preview({"review": words[3], "stars": 2}).kind == "table"
