"""Answers from other labeling tools become annotations, as if they had been given here."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from lifecycle.errors import BadData, BadFile, InvalidValue, LifecycleError
from lifecycle.label.exchange import answers_of
from lifecycle.stores import tasks
from lifecycle.stores.database import dumps
from lifecycle.stores.files import read_table
from lifecycle.verbs.context import Context
from lifecycle.verbs.label.agreeing import settle
from lifecycle.verbs.label.answers import checked_value

__all__ = ["import_labels"]


def import_labels(context: Context, source: Any, form: str, by: str | None, skip_refused: bool) -> dict[str, int]:
    """Take in answers: imported, known (from an earlier import, or given here), labels (that count since), refused.

    `source`: a path, bytes, a frame, or what a JSON file held. `form`: "label_studio" (JSON and JSON-MIN), "argilla" (records of versions
    1 and 2, or columns) or "csv" (id, label, annotator). An answer belongs to the prediction whose id its data bears (`prediction_id`,
    `lifecycle_id`, `external_id` or `id`). All in one transaction; an answer is known again by the tool's own id of it.

    Raises
    ------
    BadData : `.refused` says which rows and why; nothing was taken, unless `skip_refused`. BadFile : it cannot be read.
    """
    rows = answers_of(_content(source, form), form)
    if not rows:
        raise BadData("There are no answers in what was given; export submitted annotations.")
    places = context.log().find([row["item"] for row in rows if row["item"]])
    good: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    for row in rows:
        reason = _checked(context, row, places)
        (refused if reason else good).append(row | {"reason": reason})
    told = pd.DataFrame([(row["place"], row["item"], row["reason"]) for row in refused], columns=["row", "id", "reason"])
    if refused and not skip_refused:
        first = refused[0]
        raise BadData(f"{len(refused)} of {len(rows)} answers cannot be taken (row {first['place']}: {first['reason']}); nothing was imported.", told)
    with context.database.write():
        _tasks_for(context, good, places)
        imported = 0
        touched: dict[int, dict[str, Any]] = {}
        for row in good:
            task = _append(context, row, f"{form}:{row['origin']}")
            imported += task is not None
            touched |= {task["id"]: task} if task else {}
        before = _labels(context)
        for number in touched:
            settle(context, tasks.find(context.database, context.name, number) or {}, by or "")
        found = {"imported": imported, "known": len(good) - imported, "labels": _labels(context) - before, "refused": len(refused)}
        if imported:
            context.happened(by, "import", f"{imported} answers", {"format": form, **found})
    return found


def _content(source: Any, form: str) -> Any:
    if isinstance(source, pd.DataFrame):
        return source.to_dict("records")
    if isinstance(source, str | Path) and form == "csv":
        return read_table(Path(source), Path(source).name).to_dict("records")
    if isinstance(source, str | Path):
        if not Path(source).is_file():
            raise BadFile(f"There is no file {str(source)!r}; name a JSON file.")
        source = Path(source).read_bytes()
    if isinstance(source, bytes):
        try:
            text = source.decode("utf-8-sig")
            return json.loads(text) if text.lstrip()[:1] in "[{" and "\n{" not in text.strip() else _lines(text)
        except (UnicodeDecodeError, ValueError) as error:
            raise BadFile(f"The file is no JSON: {error}. Export the annotations as JSON.") from error
    return source


def _lines(text: str) -> Any:
    """JSON, or JSON lines."""
    try:
        return json.loads(text)
    except ValueError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]


def _checked(context: Context, row: dict[str, Any], places: dict[str, int]) -> str:
    """Why an answer cannot be taken, empty where it can; its value is brought into the class's own type."""
    if not row["item"]:
        return "it bears no id of a prediction"
    if row["item"] not in places:
        return f"no prediction {row['item']!r} in the log"
    if not row["annotator"]:
        return "nobody is named who gave it"
    if row["value"] is None:
        return "it has no single value"
    try:
        value = row["value"]
        if context.schema.task == "regression" and isinstance(value, str):
            value = float(value)
        row["value"] = checked_value(context.schema, value)
        row["time"] = _time(context, row["time"])
    except (LifecycleError, ValueError) as error:
        return str(error)
    seconds = row["seconds"]
    row["seconds"] = float(seconds) if isinstance(seconds, int | float) and math.isfinite(seconds) and seconds >= 0 else None
    return ""


def _time(context: Context, given: Any) -> datetime:
    """When the answer was given; text, a number of milliseconds or a time; now where nothing is said."""
    if given is None:
        return context.now()
    try:
        found = pd.Timestamp(given, unit="ms") if isinstance(given, int | float) else pd.Timestamp(given)
    except (ValueError, TypeError) as error:
        raise InvalidValue(f"{given!r} is no time; give it as ISO 8601.") from error
    moment: datetime = found.to_pydatetime()
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _tasks_for(context: Context, rows: Sequence[dict[str, Any]], places: dict[str, int]) -> None:
    fixed = {"purpose": "query", "strategy": "imported", "utility": None, "probability": 1.0, "model_version": 0, "turn": 0, "wanted": 1}
    ids = dict.fromkeys(row["item"] for row in rows)
    tasks.insert(context.database, context.name, context.now(), [fixed | {"prediction_id": id, "seq": places[id], "predicted": None} for id in ids])


def _append(context: Context, row: dict[str, Any], client: str) -> dict[str, Any] | None:
    """Append one answer, with a seat of its own where all are taken; None where it is known."""
    database, name = context.database, context.name
    if database.value("SELECT 1 FROM annotations WHERE project = ? AND client_id = ?", (name, client)) is not None:
        return None
    number = database.value("SELECT id FROM tasks WHERE project = ? AND prediction_id = ?", (name, row["item"]))
    said = "SELECT 1 FROM standing WHERE task = ? AND annotator = ? AND kind != 'skip'"
    if database.value(said, (number, row["annotator"])) is not None:
        return None
    with database.write() as connection:
        more = "UPDATE tasks SET wanted = wanted + 1, open = open + 1, extra = extra + 1 WHERE id = ? AND open <= 0"
        connection.execute(more, (number,))
        asked = """UPDATE tasks SET strategy = 'imported', purpose = 'query', ranking = 0, probability = 1.0
                   WHERE id = ? AND answers = 0 AND strategy != 'gold'"""
        connection.execute(asked, (number,))
    task = tasks.find(database, name, int(number)) or {}
    fields = {"value": dumps(row["value"]), "seconds": row["seconds"], "comment": str(row["comment"] or ""), "client_id": client}
    tasks.annotate(database, name, task, row["annotator"], "answer", row["time"], **fields)
    return task


def _labels(context: Context) -> int:
    return int(context.database.value("SELECT count(*) FROM current_labels WHERE project = ? AND no != 0", (context.name,)))
