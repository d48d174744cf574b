"""The chances of labels are right: a weighted total is unbiased where the labels' own mean is far off."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lifecycle.label.audit import permanent_numbers
from lifecycle.verbs.context import Context
from lifecycle.verbs.label import labeling


def label(context: Context, answers: int, truth: Callable[[int], int]) -> None:
    left = answers
    while left:
        batch = labeling.next_tasks(context, "ana", min(50, left))
        for task in batch:
            labeling.annotate(context, task, truth(int(task.prediction_id[1:])), "ana")
        left -= len(batch)


def test_weighted_labels_estimate_the_log(make: Callable[..., Context]) -> None:
    """Hard rows (the model unsure) are wrong half the time: over many draws of u the weighted mean finds the truth."""
    context = make(rows=600, query_strategy="margin")
    table = context.log().read(["seq", "p_1"]).to_pandas()
    wrong = (np.abs(table["p_1"].to_numpy() - 0.5) < 0.25).astype(int)
    weighted, plain, audits = [], [], []
    for seed in range(60):
        with context.database.write() as connection:
            connection.execute("UPDATE projects SET settings = json_set(settings, '$.seed', ?)", (seed,))
            for name in ("standing", "passed", "rankings", "leases", "current_labels"):
                connection.execute(f"DELETE FROM {name}")
            connection.execute("DROP TRIGGER IF EXISTS annotations_remain")
            for name in ("labels", "annotations", "tasks"):
                connection.execute(f"DELETE FROM {name}")
        label(context, 150, lambda seq: int(wrong[seq - 1]))
        found = labeling.labels(context)
        weighted.append((found["label"].astype(float) / found["probability"]).sum() / 600)
        plain.append(found["label"].astype(float).mean())
        audits.append(found.loc[found["purpose"] == "audit", "label"].astype(float).mean())
    error = np.std(weighted) / np.sqrt(len(weighted))
    assert abs(np.mean(weighted) - wrong.mean()) < 3 * error + 0.005
    assert abs(np.mean(audits) - wrong.mean()) < 3 * np.std(audits) / np.sqrt(60)
    assert np.mean(plain) - wrong.mean() > 0.2
    assert np.std(weighted) < np.std(audits)


def test_the_audit_is_the_lowest_numbers_whatever_the_model_says(make: Callable[..., Context]) -> None:
    context = make(rows=2000, audit_share=0.25, seed=3)
    label(context, 200, lambda seq: 1)
    rows = context.database.rows("SELECT seq FROM tasks WHERE purpose = 'audit' AND answers > 0")
    numbers = permanent_numbers(np.arange(1, 2001), 3)
    expected = set((1 + np.argsort(numbers)[: len(rows)]).tolist())
    assert {row["seq"] for row in rows} == expected
    queried = context.database.rows("SELECT seq FROM tasks WHERE purpose = 'query'")
    assert (numbers[[row["seq"] - 1 for row in queried]] >= 0.25).all()


def test_requested_rows_become_the_audits_when_it_passes_them(make: Callable[..., Context]) -> None:
    context = make(rows=300)
    order = 1 + np.argsort(permanent_numbers(np.arange(1, 301), 0))
    early, late = f"r{order[0]}", f"r{order[299]}"
    labeling.request_labels(context, [early, late], "dee", "")
    label(context, 60, lambda seq: 1)
    labeling.catch_up(context)
    context.database.connection.execute("DELETE FROM rankings")
    labeling.catch_up(context)
    found = labeling.labels(context).set_index("id")
    assert found.loc[early, "purpose"] == "audit"
    assert found.loc[late, "purpose"] == "query"
    assert found.loc[[early, late], "probability"].tolist() == [1.0, 1.0]
    assert found.loc[early, "annotators"] == ("ana",)
