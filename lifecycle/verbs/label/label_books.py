"""The labels with all that an auditor asks about them."""

from __future__ import annotations

import json

import pandas as pd

from lifecycle.verbs.context import Context
from lifecycle.verbs.label.auditing import inclusion

__all__ = ["label_records"]

COLUMNS = [
    "id", "kind", "value", "source", "by", "time", "seconds", "comment", "purpose", "strategy", "probability", "utility", "model_version",
    "undone", "counts", "task", "annotation", "label", "client_id",
]  # fmt: skip


def label_records(context: Context) -> pd.DataFrame:
    """Everything that was ever said of a sample, the oldest first: each answer, unsure, skip and undo of an expert, and each label from
    elsewhere (ground truth, feedback, adjudication).

    id (the prediction's), kind, value, source, by, time, seconds, comment, purpose, strategy, probability (the chance to be labelled, as
    things stand), utility, model_version (whose doubt it was), undone, counts (whether it is, or is part of, the label that counts now),
    task, annotation and label (numbers of the records), client_id (of the browser or the import).
    """
    said = """SELECT a.prediction_id AS id, a.kind, a.value, 'expert' AS source, a.annotator AS by, a.time, a.seconds, a.comment, t.purpose,
              t.strategy, t.probability, t.utility, t.model_version, u.id IS NOT NULL AS undone,
              s.annotation IS NOT NULL AND s.kind = 'answer' AND l.source = 'expert' AS counts,
              a.task, a.id AS annotation, NULL AS label, a.client_id
              FROM annotations a JOIN tasks t ON t.id = a.task LEFT JOIN annotations u ON u.undoes = a.id
              LEFT JOIN standing s ON s.annotation = a.id LEFT JOIN current_labels c ON c.project = a.project AND c.id = a.prediction_id
              LEFT JOIN labels l ON l.no = c.no WHERE a.project = ?1"""
    told = """SELECT l.id, 'label' AS kind, l.value, l.source, l.by, l.time, NULL AS seconds, '' AS comment, l.purpose, '' AS strategy,
              l.probability, NULL AS utility, NULL AS model_version, l.reviewed < 0 AS undone, c.no IS l.no AS counts,
              NULL AS task, NULL AS annotation, l.no AS label, NULL AS client_id
              FROM labels l LEFT JOIN current_labels c ON c.project = l.project AND c.id = l.id WHERE l.project = ?1 AND l.source != 'expert'"""
    found = pd.DataFrame(context.database.rows(f"{said} UNION ALL {told} ORDER BY 6, 17, 18", (context.name,)), columns=COLUMNS)
    known = {text: json.loads(text) if isinstance(text, str) else None for text in found["value"].unique().tolist()}
    found["value"] = pd.Series([known[text] for text in found["value"]], dtype=object)
    found["time"] = pd.to_datetime(found["time"], utc=True, format="ISO8601")
    found["probability"] = found["id"].map(inclusion(context)).where(found["counts"] == 1).fillna(found["probability"].astype("float64"))
    whole = dict.fromkeys(("model_version", "task", "annotation", "label"), "Int64")
    return found.astype({"undone": bool, "counts": bool, "seconds": "float64", "utility": "float64", **whole})
