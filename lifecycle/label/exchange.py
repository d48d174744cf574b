"""Answers in the formats of other labeling tools, as rows of one shape. Pure: what a file held goes in.

A row is item (the prediction's id), annotator, value, time (text or None), seconds, comment, origin (the tool's own id of the answer,
by which it is known again) and place (where it stood, for a refusal).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from lifecycle.errors import BadFile, UnknownName

__all__ = ["FORMATS", "answers_of"]

Row = dict[str, Any]
IDS = ("prediction_id", "lifecycle_id", "external_id", "id")


def answers_of(content: Any, form: str) -> list[Row]:
    """The answers in what a JSON file held (or a list of rows), by format: "label_studio", "argilla" or "csv".

    Raises
    ------
    UnknownName : another format. BadFile : it is not laid out so.

    >>> task = {"data": {"id": "r1"}, "annotations": [{"id": 7, "completed_by": 3, "result": [{"value": {"choices": ["cat"]}}]}]}
    >>> [(row["item"], row["annotator"], row["value"], row["origin"]) for row in answers_of([task], "label_studio")]
    [('r1', '3', 'cat', '7')]
    """
    if form not in FORMATS:
        raise UnknownName.among("format", form, FORMATS)
    records = _records(content)
    return list(FORMATS[form](records))


def _records(content: Any) -> list[Mapping[str, Any]]:
    """A list of records; a mapping of columns (as `datasets` gives) is turned round."""
    if isinstance(content, Mapping):
        columns = {name: values for name, values in content.items() if isinstance(values, list)}
        if columns and len(columns) == len(content) and len({len(values) for values in columns.values()}) == 1:
            return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        content = content.get("records", content.get("items"))
    if not isinstance(content, list) or not all(isinstance(record, Mapping) for record in content):
        raise BadFile("The file holds no list of records; export the annotations as JSON.")
    return content


def _row(place: int, item: Any, annotator: Any, value: Any, origin: Any, **more: Any) -> Row:
    fields = {"time": None, "seconds": None, "comment": ""} | more
    text = None if item is None else str(item)
    return {"place": place, "item": text, "annotator": _name(annotator), "value": value, "origin": str(origin), **fields}


def _name(annotator: Any) -> str:
    """A person's name out of an id, an address or a record of them."""
    if isinstance(annotator, Mapping):
        annotator = next((annotator[key] for key in ("email", "username", "id") if annotator.get(key) not in (None, "")), "")
    return "" if annotator is None else str(annotator).strip()


def _id(*places: Any) -> Any:
    return next((found[key] for key in IDS for found in places if isinstance(found, Mapping) and found.get(key) not in (None, "")), None)


def _label_studio(records: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    """JSON (tasks with `annotations`, whose `result` holds the values) and JSON-MIN (a flat record an annotation)."""
    for place, task in enumerate(records, 1):
        if "annotations" not in task:
            yield from _label_studio_flat(place, task)
            continue
        item = _id(task.get("data"), task.get("meta"))
        for given in task["annotations"] or []:
            if given.get("was_cancelled") or not given.get("result"):
                continue  # skipped there
            value = _result(given["result"])
            times = {"time": given.get("created_at"), "seconds": given.get("lead_time")}
            yield _row(place, item, given.get("completed_by"), value, given.get("id", f"{item}:{_name(given.get('completed_by'))}"), **times)


def _label_studio_flat(place: int, task: Mapping[str, Any]) -> Iterator[Row]:
    known = {*IDS, "annotator", "annotation_id", "created_at", "updated_at", "lead_time"}
    item = _id(task)
    named = next((task[key] for key in ("choice", "label", "sentiment", "number", "rating", "value") if key in task), None)
    if named is None:
        rest = [value for key, value in task.items() if key not in known and isinstance(value, Mapping) and "choices" in value]
        named = rest[0] if rest else None
    times = {"time": task.get("created_at"), "seconds": task.get("lead_time")}
    yield _row(place, item, task.get("annotator"), _single(named), task.get("annotation_id", f"{item}:{task.get('annotator')}"), **times)


def _result(result: Iterable[Mapping[str, Any]]) -> Any:
    values = [_single(part.get("value")) for part in result]
    known = [value for value in values if value is not None]
    return known[0] if len(known) == 1 else None


def _single(value: Any) -> Any:
    """The one value of a choice, a number, a rating or a text; None where there is none or several."""
    if isinstance(value, Mapping):
        value = next((value[key] for key in ("choices", "number", "rating", "text", "value", "label") if key in value), None)
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else None
    return _single(value) if isinstance(value, Mapping | list) else value


def _argilla(records: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    """Records of Argilla 1 (`annotation`, or `responses` as a list) and 2 (`responses` by question, or columns `<question>.responses`)."""
    for place, record in enumerate(records, 1):
        item = _id(record.get("metadata"), {"external_id": record.get("external_id")}, record)
        if "annotation" in record:
            if record["annotation"] is not None:
                agent = record.get("annotation_agent") or record.get("agent")
                yield _row(place, item, agent, _single(record["annotation"]), f"{item}:{agent}", time=record.get("event_timestamp"))
            continue
        for who, value, status in _responses(record):
            if status in (None, "submitted"):
                yield _row(place, item, who, value, f"{item}:{_name(who)}", time=record.get("updated_at"))


def _responses(record: Mapping[str, Any]) -> Iterator[tuple[Any, Any, Any]]:
    """Who, what and whether submitted; of several questions the first counts."""
    given = record.get("responses")
    if isinstance(given, list):
        for answer in given:
            values = list((answer.get("values") or {}).values())
            yield answer.get("user_id"), _single(values[0]) if values else None, answer.get("status")
    elif isinstance(given, Mapping):
        for answer in next(iter(given.values()), None) or []:
            yield answer.get("user_id"), _single(answer.get("value")), answer.get("status")
    else:
        name = next((key for key in record if key.endswith(".responses")), None)
        values = (record.get(name) or []) if name else []
        people = record.get(f"{name}.users") or [None] * len(values)
        states = record.get(f"{name}.status") or [None] * len(values)
        yield from zip(people, map(_single, values), states, strict=False)


def _flat(records: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    """A row an answer: id, label (or value), annotator (or by) [+ time, seconds, comment, annotation_id]."""
    for place, record in enumerate(records, 1):
        item, who = _id(record), record.get("annotator", record.get("by"))
        value = record.get("label", record.get("value"))
        value = None if isinstance(value, float) and value != value else value
        origin = record.get("annotation_id") if record.get("annotation_id") == record.get("annotation_id") else None
        rest = {name: record[name] for name in ("time", "seconds", "comment") if record.get(name) is not None and record[name] == record[name]}
        yield _row(place, item, None if who != who else who, value, origin or f"{item}:{_name(who)}", **rest)


FORMATS: dict[str, Callable[[Iterable[Mapping[str, Any]]], Iterator[Row]]] = {"label_studio": _label_studio, "argilla": _argilla, "csv": _flat}
