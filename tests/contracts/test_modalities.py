from __future__ import annotations

import io
import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from lifecycle.errors import BadData, UnknownName
from lifecycle.modalities import ColumnFacts, modalities, modality
from lifecycle.modalities.components import component_frame, fit_components

RNG = np.random.default_rng(0)
WORDS = np.array(["the", "a", "good", "bad", "day", "night", "sun", "moon", "comes", "goes", "again", "never", "always", "here", "there"])


def png(grey: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(grey.astype(np.uint8)).save(out, format="PNG")
    return out.getvalue()


def reference(name: str, n: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    if name == "tabular":
        return pd.DataFrame({"age": rng.normal(40, 9, n), "plan": rng.choice(["a", "b"], n)})
    if name == "image":
        return pd.DataFrame(load_digits().data[:n], columns=[f"p{i}" for i in range(64)])
    if name == "text":
        return pd.DataFrame({"text": [" ".join(rng.choice(WORDS, rng.integers(3, 12))) for _ in range(n)]})
    cells = pd.Series([rng.normal(size=12).tolist() for _ in range(n)], dtype=object)
    return pd.DataFrame({"cell": cells})


def test_the_modalities_are_there() -> None:
    assert set(modalities()) >= {"tabular", "image", "text", "series", "embedding"}
    with pytest.raises(UnknownName, match="tabular"):
        modality("sound")


@pytest.mark.parametrize("name", modalities())
class TestEvery:
    def test_state_is_json_and_features_are_numbers_row_by_row(self, name: str) -> None:
        frame, made = reference(name), modality(name)
        columns = list(frame)
        state = json.loads(json.dumps(made.fit(frame, columns)))
        found = made.features(frame, columns, state)
        assert len(found) == len(frame)
        assert all(dtype == np.float64 for dtype in found.dtypes)
        assert found.shape[1] >= 1
        alone = made.features(frame.iloc[3:4].reset_index(drop=True), columns, state)
        np.testing.assert_allclose(alone.to_numpy()[0], found.to_numpy()[3], atol=1e-9)

    def test_a_missing_sample_gives_missing_features_or_none_and_can_be_drawn(self, name: str) -> None:
        frame, made = reference(name), modality(name)
        columns = list(frame)
        state = made.fit(frame, columns)
        nothing = frame.astype(object).iloc[:2].copy()
        nothing.iloc[0] = None
        nothing = nothing.infer_objects() if name in ("tabular", "image") else nothing
        nothing = nothing.astype({c: "float64" for c in columns if c.startswith("p") and name == "image"})
        found = made.features(nothing, columns, state)
        assert found.iloc[0].isna().any()
        assert found.iloc[1].notna().all()
        assert made.preview(dict.fromkeys(columns), columns, {})["kind"]

    def test_a_preview_is_a_plain_dict_that_says_its_kind(self, name: str) -> None:
        frame = reference(name)
        drawn = modality(name).preview(frame.iloc[0].to_dict(), list(frame), {})
        assert drawn["kind"] in ("image", "text", "series", "table")

    def test_what_cannot_be_read_is_refused(self, name: str) -> None:
        with pytest.raises(BadData):
            modality(name).read(object())
        assert modality(name).read(None) is None


def test_pixels_become_a_crisp_picture() -> None:
    digits, columns = load_digits().data, [f"p{i}" for i in range(64)]
    facts = {name: ColumnFacts("numeric", high=16.0) for name in columns}
    drawn = modality("image").preview(dict(zip(columns, digits[0], strict=True)), columns, facts)
    picture = np.asarray(Image.open(io.BytesIO(drawn["png"])))
    assert picture.shape == (160, 160)
    np.testing.assert_array_equal(picture[::20, ::20], np.round(digits[0].reshape(8, 8) / 16 * 255))
    assert (picture[:20, :20] == picture[0, 0]).all()


def test_image_features_mean_what_their_names_say() -> None:
    columns = [f"p{i}" for i in range(64)]
    frame = reference("image")
    state = modality("image").fit(frame, columns)
    assert state["white"] == 16.0

    def of(pixels: np.ndarray) -> pd.Series:
        return modality("image").features(pd.DataFrame(pixels.reshape(1, 64), columns=columns), columns, state).iloc[0]

    dark, left = np.zeros((8, 8)), np.zeros((8, 8))
    left[:, 0] = 16
    noisy = np.clip(frame.iloc[0].to_numpy().reshape(8, 8) + RNG.normal(0, 4, (8, 8)), 0, 16)
    assert of(dark)["brightness"] == 0
    assert of(left)["centre x"] == 0
    assert of(left)["centre y"] == pytest.approx(0.5)
    assert of(left)["ink"] == pytest.approx(1 / 8)
    assert of(noisy)["noise"] > of(frame.iloc[0].to_numpy())["noise"]


def test_pictures_in_bytes() -> None:
    grey = RNG.integers(0, 255, (40, 30))
    frame = pd.DataFrame({"picture": [png(grey), png(grey * 0), b"\x89PNG broken"]})
    state = modality("image").fit(frame, ["picture"])
    found = modality("image").features(frame, ["picture"], state)
    assert found["brightness"].iloc[0] > found["brightness"].iloc[1] == 0
    assert found.iloc[2].isna().all()
    with pytest.raises(BadData, match="cannot be opened"):
        modality("image").read(b"\x89PNG broken")


def test_texts() -> None:
    frame = reference("text")
    state = modality("text").fit(frame, ["text"])
    found = modality("text").features(pd.DataFrame({"text": ["good day", "zweihundert 200 neue", ""]}), ["text"], state)
    assert found["unknown words"].tolist()[:2] == [0.0, 1.0]
    assert found["words"].tolist() == [2, 3, 0]
    assert found["digits"].iloc[1] == pytest.approx(3 / 20)


def test_unusual_values_are_marked() -> None:
    facts = {"age": ColumnFacts("numeric", lower=20, upper=60), "plan": ColumnFacts("categorical", shares={"a": 0.995, "b": 0.005})}
    rows = modality("tabular").preview({"age": 61, "plan": "b", "new": 1}, ["age", "plan", "new"], facts)["rows"]
    assert [bool(note) for _, _, note in rows] == [True, True, False]
    rows = modality("tabular").preview({"age": None, "plan": "c"}, ["age", "plan"], facts)["rows"]
    assert [note for _, _, note in rows] == ["", "not in the reference"]


def test_components_are_those_of_principal_component_analysis() -> None:
    from sklearn.decomposition import PCA

    values = RNG.normal(size=(300, 6)) @ RNG.normal(size=(6, 6))
    state = fit_components(values, 3)
    expected = PCA(3).fit_transform(values)
    found = component_frame(values, state).to_numpy()
    np.testing.assert_allclose(np.abs(found), np.abs(expected), atol=1e-6)
