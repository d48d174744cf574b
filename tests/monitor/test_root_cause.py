from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import lifecycle
from lifecycle.errors import UnknownName
from lifecycle.monitor.health import because
from lifecycle.monitor.root_cause import blame, group_cells, novel_part
from lifecycle.monitor.summaries import Bins, cells_of, freeze_numbers
from lifecycle.verbs.monitor import blaming


def counted(reference: np.ndarray, current: np.ndarray) -> tuple[list, np.ndarray]:
    """Groupings of each column, and the cells of all rows."""
    groupings, cells = [], []
    for j in range(reference.shape[1]):
        bins = freeze_numbers(reference[:, j])
        both = [cells_of(np.ascontiguousarray(side[:, j]), bins) for side in (reference, current)]
        groupings.append(group_cells(bins, *(np.bincount(side, minlength=bins.cells) for side in both)))
        cells.append(np.concatenate(both))
    return groupings, np.column_stack(cells)


def test_contributions_of_an_additive_loss_are_its_parts() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(20_000, 3)), rng.normal(size=(20_000, 3)) + np.array([0.5, -0.3, 0.0])

    def parts(x: np.ndarray) -> np.ndarray:
        return np.column_stack([np.tanh(x[:, 0]), 0.5 * x[:, 1], np.zeros(len(x))])

    groupings, cells = counted(first, second)
    found = blame(groupings, cells, np.concatenate([parts(first), parts(second)]).sum(axis=1), (20_000, 20_000))
    moved = parts(second).mean(axis=0) - parts(first).mean(axis=0)
    assert found.contribution == pytest.approx(moved, abs=0.015)
    assert (np.abs(found.contribution - moved) < 4 * found.error + 0.01).all()


def test_a_column_that_only_moves_along_is_not_blamed() -> None:
    rng = np.random.default_rng(1)

    def draw(shift: float) -> np.ndarray:
        culprit = rng.normal(shift, 1, 6000)
        return np.column_stack([culprit, 0.9 * culprit + 0.44 * rng.normal(size=6000)])

    first, second = draw(0.0), draw(0.7)
    groupings, cells = counted(first, second)
    found = blame(groupings, cells, np.concatenate([np.exp(0.5 * side[:, 0]) for side in (first, second)]), (6000, 6000))
    assert found.contribution[0] > 4 * abs(found.contribution[1])


def test_what_new_values_cost_is_laid_on_their_column_and_not_on_the_concept() -> None:
    rng = np.random.default_rng(2)
    first, second = rng.normal(size=(3000, 2)), rng.normal(size=(800, 2))
    broken = rng.random(800) < 0.5
    second[broken, 1] = 1e6
    groupings, cells = counted(first, second)
    excess = np.where(broken, 0.4, 0.1) + 0.05 * rng.normal(size=800)
    found = novel_part(groupings, cells[3000:], excess, np.ones(800))
    assert found.contribution[1] == pytest.approx(broken.mean() * 0.3, abs=0.02)
    assert abs(found.contribution[0]) < 0.01


def test_groups_keep_what_the_reference_never_held_apart() -> None:
    found = group_cells(Bins("numeric", np.arange(5.0)), np.array([0, 0, 5, 5, 5, 0, 0]), np.array([2, 1, 3, 0, 3, 1, 0]))
    assert found.reference.sum() == pytest.approx(1) == found.current.sum()
    assert found.current[found.novel].tolist() == [0.2, 0.1, 0.1]  # missing, below, above


def rows(rng: np.random.Generator, n: int, shift: float = 0.0, thousand: bool = False) -> tuple[pd.DataFrame, np.ndarray]:
    """The higher `income`, the harder to tell; `age` moves along with it, `hours` has no part in it."""
    income = rng.normal(shift, 1, n)
    age = 0.7 * income + 0.7 * rng.normal(size=n)
    signal = rng.normal(size=n)
    p = 1 / (1 + np.exp(-signal * 4 / (1 + np.exp(1.5 * income))))
    truth = np.where(rng.random(n) < p, "yes", "no")
    if thousand:
        p = np.where(rng.random(n) < 0.5, 1 - p, p)
    frame = pd.DataFrame({"income": income * (1000 if thousand else 1), "age": age, "hours": rng.normal(size=n) + shift, "signal": signal})
    return frame.assign(prediction=np.where(p > 0.5, "yes", "no"), p_no=1 - p, p_yes=p), truth


@pytest.fixture
def watched(tmp_path: Path) -> lifecycle.Project:
    frame, truth = rows(np.random.default_rng(0), 3000)
    return lifecycle.open_workspace(tmp_path).create_project("p", reference=frame.assign(label=truth), window="1500 rows")


def log(project: lifecycle.Project, seed: int, labels: int = 0, **options: object) -> None:
    frame, truth = rows(np.random.default_rng(seed), 1500, **options)
    ids = [f"{seed}-{i}" for i in range(1500)]
    project.log(frame.assign(id=ids))
    if labels:
        project.record_labels(pd.DataFrame({"id": ids[:labels], "label": truth[:labels]}))


def test_the_culprit_is_first_and_the_parts_add_up(watched: lifecycle.Project) -> None:
    log(watched, 1)
    log(watched, 2, shift=0.8)
    found = watched.root_cause()
    assert found["column"].iloc[0] == "income"
    assert found["upper"].iloc[0] < 0
    assert found["drifted"].iloc[0]
    assert found["share"].iloc[0] > 0.5
    frame = watched.performance(["accuracy"]).frame.iloc[-1]
    reference = watched.concept("accuracy").frame["level"].iloc[-1]
    assert found["contribution"].sum() == pytest.approx(frame["estimated"] - reference)
    assert found["share"].sum() == pytest.approx(1)
    assert found["kind"].tolist() == ["column"] * 4 + ["together"]
    assert watched.root_cause("1")["share"].isna().all()  # nothing changed there


def test_a_broken_column_is_known_by_its_labels(watched: lifecycle.Project) -> None:
    log(watched, 3, labels=600, thousand=True)
    found = watched.root_cause()
    assert found["column"].iloc[0] == "income"
    assert found["kind"].tolist()[-2:] == ["together", "concept"]
    assert found["share"].sum() == pytest.approx(1)
    health = watched.health()
    assert health.status == "critical"
    assert health.reasons[1].startswith("Mostly through income (")
    assert (health.column, health.window) == ("income", "1")


def test_it_is_looked_at_once_until_rows_or_labels_land(watched: lifecycle.Project, monkeypatch: pytest.MonkeyPatch) -> None:
    log(watched, 2, shift=0.8)
    before, looks = watched.root_cause(), []
    look = blaming._found
    monkeypatch.setattr(blaming, "_found", lambda *given: looks.append(1) or look(*given))
    pd.testing.assert_frame_equal(watched.root_cause(), before)
    assert not looks
    log(watched, 4)
    watched.root_cause("1")
    assert not looks
    truth = rows(np.random.default_rng(2), 1500, shift=0.8)[1]
    watched.record_labels(pd.DataFrame({"id": [f"2-{i}" for i in range(300)], "label": truth[:300]}))
    assert "concept" in watched.root_cause("1")["kind"].tolist()
    assert looks


def test_without_probabilities_the_reference_says_what_bins_cost(tmp_path: Path) -> None:
    frame, truth = rows(np.random.default_rng(0), 6000)
    said = frame.drop(columns=["p_no", "p_yes"])
    project = lifecycle.open_workspace(tmp_path).create_project("p", reference=said.assign(label=truth), window="3000 rows")
    now, truth = rows(np.random.default_rng(1), 3000, shift=0.8)
    ids = [f"r{i}" for i in range(3000)]
    project.log(now.drop(columns=["p_no", "p_yes"]).assign(id=ids))
    project.record_labels(pd.DataFrame({"id": ids, "label": truth}))
    found = project.root_cause()
    assert found["column"].iloc[0] == "income"
    assert found["share"].sum() == pytest.approx(1)


def test_nothing_to_judge_and_unknown_names(watched: lifecycle.Project) -> None:
    assert watched.root_cause().empty
    log(watched, 1)
    assert watched.root_cause(metric="roc_auc")["metric"].unique().tolist() == ["accuracy"]
    with pytest.raises(UnknownName, match="window"):
        watched.root_cause("99")
    with pytest.raises(UnknownName, match="accuracy"):
        watched.root_cause(metric="acc")


def test_a_changed_concept_is_said_to_be_one() -> None:
    part = {"column": "a changed concept", "kind": "concept", "contribution": -0.08, "lower": -0.1, "upper": -0.06, "share": 0.8}
    column = {"column": "age", "kind": "column", "contribution": -0.02, "lower": -0.03, "upper": -0.01, "share": 0.2}
    assert because(pd.DataFrame([column, part]))[0] == (
        "Mostly because the same inputs have other outcomes now (80 % of the change); then through age."
    )
    assert because(pd.DataFrame([column | {"share": 0.05}])) == ("", "")
