"""Models from elsewhere come in as files, and a version goes out as one."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import zipfile
from pathlib import Path

import click.testing
import numpy as np
import pytest
import skops.io
import yaml

import lifecycle
from lifecycle.__main__ import main
from lifecycle.stores import model_archive
from lifecycle.verbs.train.admitting import PICKLES
from tests.release.conftest import better, features, made
from tests.release.conftest import project as project

COLUMNS = [{"type": "double", "name": name, "required": True} for name in ("x0", "x1", "x2")]


def saved_by_mlflow(folder: Path, form: str = "skops", inputs: object = COLUMNS, **flavor: object) -> Path:
    """A model as mlflow.sklearn.save_model lays it down (MLflow 3: MLmodel, model.skops or model.pkl, environment files)."""
    folder.mkdir()
    name = "model.skops" if form == "skops" else "model.pkl"
    if form == "skops":
        skops.io.dump(better(), folder / name)
    else:
        (folder / name).write_bytes(pickle.dumps(better()))
    sklearn = {"code": None, "pickled_model": name, "serialization_format": form, "sklearn_version": "1.9.1", "skops_trusted_types": None, **flavor}
    function = {"loader_module": "mlflow.sklearn", "model_path": name, "predict_fn": "predict", "python_version": "3.11.7"}
    said = {"flavors": {"python_function": function, "sklearn": sklearn}, "mlflow_version": "3.18.0", "run_id": "abc"}
    if inputs is not None:
        said["signature"] = {"inputs": json.dumps(inputs), "outputs": json.dumps([{"type": "string", "required": True}]), "params": None}
    (folder / "MLmodel").write_text(yaml.safe_dump(said))
    return folder


def same_as(project: lifecycle.Project, version: int, rows: int = 50) -> None:
    frame = features(rows, 3)
    assert project.answer(frame, version=version)["prediction"].tolist() == better().predict(frame).tolist()


def test_a_skops_model_of_mlflow(project: lifecycle.Project, tmp_path: Path) -> None:
    version = project.register_model(saved_by_mlflow(tmp_path / "m"), by="ann", reason="from the registry")
    assert {key: version.manifest[key] for key in ("source", "mlflow", "flavor", "mlflow_run")} == {
        "source": "MLflow",
        "mlflow": "3.18.0",
        "flavor": "sklearn",
        "mlflow_run": "abc",
    }
    assert version.metrics["rows"] == 200
    same_as(project, version.version)
    again = project.register_model(str(tmp_path / "m" / "MLmodel"))
    assert again.model == version.model


def test_a_pickle_is_opened_only_where_the_operator_says_so(project: lifecycle.Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = saved_by_mlflow(tmp_path / "m", "cloudpickle")
    marker = tmp_path / "ran"

    class Evil:
        def __reduce__(self) -> object:
            return os.mkdir, (str(marker),)

    evil = saved_by_mlflow(tmp_path / "evil", "pickle")
    (evil / "model.pkl").write_bytes(pickle.dumps(Evil()))
    for one in (folder, evil):
        with pytest.raises(lifecycle.NotAllowed, match=r"opening it runs whatever code is in it, so it was not opened.*LIFECYCLE_OPEN_PICKLES"):
            project.register_model(one)
    assert not marker.exists()
    monkeypatch.setenv(*PICKLES)
    version = project.register_model(folder)
    assert project._context.models.path(str(version.model)).suffix == ".skops"
    same_as(project, version.version)
    with pytest.raises(lifecycle.LifecycleError):
        project.register_model(evil)
    assert marker.exists(), "the setting says what it does"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"inputs": COLUMNS[:2]}, "it does not take x2"),
        ({"inputs": [*COLUMNS, {"type": "double", "name": "age"}]}, "it takes age, which this project does not have"),
        ({"pickled_model": "../../outside.skops"}, "outside its folder"),
        ({"pickled_model": "gone.skops"}, "is not there"),
        ({"serialization_format": "dill"}, "serialised as 'dill'"),
    ],
)
def test_a_folder_that_does_not_fit(project: lifecycle.Project, tmp_path: Path, changes: dict, words: str) -> None:
    with pytest.raises(lifecycle.BadFile, match=words):
        project.register_model(saved_by_mlflow(tmp_path / "m", **changes))
    assert len(project.versions()) == 2


@pytest.mark.parametrize("text", ["", "[1, 2]", "flavors: {}", "a: [", "flavors: {python_function: {loader_module: my.own.loader}}"])
def test_an_mlmodel_that_says_nothing_of_use(project: lifecycle.Project, tmp_path: Path, text: str) -> None:
    (tmp_path / "MLmodel").write_text(text)
    with pytest.raises(lifecycle.BadFile):
        project.register_model(tmp_path)


def test_onnx_answers_like_the_model_it_was_made_of(project: lifecycle.Project, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    skl2onnx = pytest.importorskip("skl2onnx")
    from skl2onnx.common.data_types import FloatTensorType

    model, frame = better(), features(200, 7)
    for name, options in (("zipped.onnx", None), ("plain.onnx", {id(model): {"zipmap": False}})):
        converted = skl2onnx.convert_sklearn(model, initial_types=[("x", FloatTensorType([None, 3]))], options=options)
        path = tmp_path / name
        path.write_bytes(converted.SerializeToString())
        version = project.register_model(path)
        said = project.answer(frame, version=version.version)
        np.testing.assert_allclose(said["p_yes"], model.predict_proba(frame)[:, 1], atol=1e-5)
        assert (said["prediction"] == model.predict(frame)).mean() > 0.99
        assert project._context.models.path(str(version.model)).suffix == ".onnx"
    project.roll_out(version.version, by="bob")
    assert project.predict(frame)["model_version"].unique().tolist() == [version.version]
    narrow = skl2onnx.convert_sklearn(model, initial_types=[("x", FloatTensorType([None, 2]))])
    path.write_bytes(narrow.SerializeToString())
    with pytest.raises(lifecycle.BadFile, match="this project has 3 features"):
        project.register_model(path)
    path.write_bytes(converted.SerializeToString()[:-40])
    with pytest.raises(lifecycle.LifecycleError):
        project.register_model(path)


def test_onnx_with_an_input_a_column(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    skl2onnx = pytest.importorskip("skl2onnx")
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    frame = made(300, 1)[["x0", "label"]].assign(color=np.where(made(300, 1)["x2"] > 0, "red", "blue"))
    columns = make_column_transformer((OneHotEncoder(), ["color"]), (StandardScaler(), ["x0"]))
    model = make_pipeline(columns, LogisticRegression()).fit(frame[["x0", "color"]], frame["label"])
    project = lifecycle.open_workspace(tmp_path / "home").create_project("mixed", recipe=model, training=frame)
    types = [("x0", FloatTensorType([None, 1])), ("color", StringTensorType([None, 1]))]
    (tmp_path / "m.onnx").write_bytes(skl2onnx.convert_sklearn(model, initial_types=types).SerializeToString())
    version = project.register_model(tmp_path / "m.onnx")
    said = project.answer(frame[["x0", "color"]], version=version.version)
    np.testing.assert_allclose(said["p_yes"], model.predict_proba(frame[["x0", "color"]])[:, 1], atol=1e-5)


def test_a_version_goes_out_whole(project: lifecycle.Project, tmp_path: Path) -> None:
    file = project.export_version(2, tmp_path / "two.zip")
    with zipfile.ZipFile(file) as archive:
        assert set(archive.namelist()) == {"README.md", "model.skops", "card.html", "card.md", "manifest.json", "requirements.txt", "SHA256SUMS"}
        for line in archive.read("SHA256SUMS").decode().splitlines():
            digest, _, name = line.partition("  ")
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest
        assert json.loads(archive.read("manifest.json"))["model"] == project.version(2).model
        assert "scikit-learn==" in archive.read("requirements.txt").decode()
        assert "version 2" in archive.read("card.md").decode()
        assert archive.read("card.html").startswith(b"<!doctype html>")
        content = archive.read("model.skops")
    estimator = skops.io.loads(content, trusted=skops.io.get_untrusted_types(data=content))
    frame = features(50, 4)
    assert estimator.predict(frame).tolist() == project.answer(frame, version=2)["prediction"].tolist()
    with pytest.raises(lifecycle.InvalidValue, match="not a file in a folder that exists"):
        project.export_version(2, tmp_path)
    path = project._context.models.path(str(project.version(2).model))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(lifecycle.Tampered):
        project.export_version(2, tmp_path / "again.zip")


def zipped(folder: Path, file: Path, changes: dict[str, bytes] | None = None) -> Path:
    """A folder, or the entries of a zip file, as a zip file, some entries changed."""
    if folder.is_dir():
        parts = {str(found.relative_to(folder.parent)): found.read_bytes() for found in folder.rglob("*") if found.is_file()}
    else:
        with zipfile.ZipFile(folder) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in {**parts, **(changes or {})}.items():
            archive.writestr(name, content)
    return file


def test_a_zipped_folder_of_mlflow_and_an_exported_version_come_in(project: lifecycle.Project, tmp_path: Path) -> None:
    version = project.register_model(zipped(saved_by_mlflow(tmp_path / "m"), tmp_path / "from the registry.zip"))
    assert (version.manifest["source"], version.manifest["file"]) == ("MLflow", "from the registry.zip")
    same_as(project, version.version)
    again = project.register_model(project.export_version(2, tmp_path / "two.zip"))
    assert again.model == project.version(2).model


def test_a_zip_file_that_was_tampered_with_or_leads_elsewhere_is_refused(project: lifecycle.Project, tmp_path: Path) -> None:
    good, bad, before = project.export_version(2, tmp_path / "two.zip"), tmp_path / "bad.zip", len(project.versions())
    with zipfile.ZipFile(good) as archive:
        model, sums = archive.read("model.skops"), archive.read("SHA256SUMS")
    cases = [
        ({"model.skops": model + b"!"}, "model.skops in bad.zip is not what SHA256SUMS says: it was changed on the way"),
        ({"SHA256SUMS": sums.replace(b"model.skops", b"../model.skops")}, "is not what SHA256SUMS says"),
        ({"SHA256SUMS": b""}, "holds 0 models"),
        ({"../../escaped": b"x"}, "leads out of the folder"),
        ({"/etc/escaped": b"x"}, "leads out of the folder"),
    ]
    for changes, words in cases:
        with pytest.raises(lifecycle.BadFile, match=words):
            project.register_model(zipped(good, bad, changes))
    assert not list(tmp_path.parent.rglob("escaped"))
    bad.write_bytes(good.read_bytes()[:-30])
    with pytest.raises(lifecycle.BadFile, match="cannot be unpacked"):
        project.register_model(bad)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("no model")
    with pytest.raises(lifecycle.BadFile, match="holds no MLmodel"):
        project.register_model(zipped(tmp_path / "notes", bad))
    assert len(project.versions()) == before


def test_a_zip_bomb_is_left(project: lifecycle.Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_archive, "MOST_BYTES", 1 << 20)
    monkeypatch.setattr(model_archive, "MOST_FILES", 5)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("MLmodel", bytes(1 << 21))
    with pytest.raises(lifecycle.BadFile, match="when unpacked"):
        project.register_model(tmp_path / "bomb.zip")
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for i in range(6):
            archive.writestr(f"{i}.txt", b"")
    with pytest.raises(lifecycle.BadFile, match="holds 6 files"):
        project.register_model(tmp_path / "many.zip")


def test_the_commands(project: lifecycle.Project, tmp_path: Path) -> None:
    def run(*words: str) -> click.testing.Result:
        return click.testing.CliRunner().invoke(main, ["--home", str(project._context.root), *words])

    found = run("register", "demo", str(saved_by_mlflow(tmp_path / "m")), "--reason", "from the registry", "--json")
    assert (found.exit_code, json.loads(found.stdout)["version"]) == (0, 3)
    assert run("export-version", "demo", "3", str(tmp_path / "three.zip")).exit_code == 0
    assert (tmp_path / "three.zip").is_file()
    assert "are signed with the new key" in run("rotate-key").stdout
    assert run("verify").exit_code == 0
    for path in project._context.models.root.glob("*.hmac"):
        path.unlink()
    refused = run("verify")
    assert (refused.exit_code, "is not signed" in refused.stderr) == (1, True)
    assert run("rotate-key").exit_code == 1
    assert run("rotate-key", "--adopt").exit_code == 0
    assert run("verify").exit_code == 0
