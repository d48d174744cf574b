"""A sample as a person wants to see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lifecycle.errors import UnknownName
from lifecycle.modalities import ColumnFacts, modality
from lifecycle.modalities.tabular import usual
from lifecycle.monitor.summaries import Bins, decode, quantile
from lifecycle.records import Preview, Schema
from lifecycle.stores import summaries as store
from lifecycle.verbs.context import Context
from lifecycle.verbs.label.weighing import word_marks
from lifecycle.verbs.remembering import Remembered

__all__ = ["preview"]

_EDGE = 0.01
_known: Remembered[Mapping[str, ColumnFacts]] = Remembered(32)


def preview(context: Context, sample: Mapping[str, Any] | str) -> Preview:
    """Draw a sample, given as its values by column or as the id of a logged prediction.

    Raises
    ------
    UnknownName : no prediction has that id.
    """
    schema = context.schema
    values = sample if isinstance(sample, Mapping) else _logged(context, sample)
    kind, columns = _main(schema)
    drawn = modality(kind).preview(values, columns, _facts(context))
    if drawn["kind"] == "image":
        return Preview("image", drawn["png"])
    if drawn["kind"] == "table":
        rows = [(name, value, note, usual(_facts(context).get(name))) for name, value, note in drawn["rows"]]
        return Preview("table", [dict(zip(("column", "value", "unusual", "usual"), row, strict=True)) for row in rows])
    if drawn["kind"] == "text":
        return Preview("text", drawn["text"], word_marks(context, values, columns[0], drawn["text"]))
    return Preview(drawn["kind"], drawn.get("values"))


def _main(schema: Schema) -> tuple[str, list[str]]:
    """What of a sample is shown: the column of the project's modality, or all of a table's; a lone text, picture or series is itself."""
    if len(schema.features) == 1 and schema.features[0].kind in ("text", "image", "series"):
        return schema.features[0].kind, [schema.features[0].name]
    if schema.modality != "tabular":
        single = [column.name for column in schema.features if column.kind == schema.modality]
        if single:
            return schema.modality, single[:1]
        pixels = [column.name for column in schema.features if column.kind == "numeric"]
        if schema.modality == "image" and pixels:
            return "image", pixels
    return "tabular", [column.name for column in schema.features if column.kind != "embedding"]


def _logged(context: Context, id: str) -> dict[str, Any]:
    log = context.log()
    found = log.find([id])
    if id not in found:
        raise UnknownName(f"No prediction with the id {id!r} is in the log of {context.name!r}; look at its predictions for the ids there are.")
    row: dict[str, Any] = log.take([found[id]], list(context.schema.names)).to_pylist()[0]
    return row


def _facts(context: Context) -> Mapping[str, ColumnFacts]:
    """What is usual in the champion's reference, else in the one that froze the cells; read once a process."""
    base = context.database.value("SELECT version FROM drift_states WHERE project = ?", (context.name,))
    if base is None:
        return {}
    champion = context.database.value("SELECT version FROM versions WHERE project = ? AND status = 'champion'", (context.name,))
    key = (str(context.database.path), context.name, context.config.created, champion, base)
    return _known.get(key, lambda: _read_facts(context, int(champion or base), int(base)))


def _read_facts(context: Context, version: int, base: int) -> Mapping[str, ColumnFacts]:
    found = store.references(context.database, context.name, version) or store.references(context.database, context.name, base)
    columns = store.columns(context.database, context.name)
    named = {name: Bins(kind, edges, levels) for name, kind, edges, levels, hashed in columns if name in found and not hashed}
    return {name: _column_facts(bins, found[name]) for name, bins in named.items()}


def _column_facts(bins: Bins, row: Mapping[str, Any]) -> ColumnFacts:
    counts = decode(row["counts"])
    if bins.kind == "categorical":
        known = max(int(counts.sum()), 1)
        return ColumnFacts("categorical", shares={level: float(n) / known for level, n in zip(bins.levels, counts[1:-1], strict=True) if n})
    low, high = (float("nan") if row[end] is None else float(row[end]) for end in ("low", "high"))
    lower, upper = (float(np.clip(quantile(bins, counts, q), low, high)) for q in (_EDGE, 1 - _EDGE))
    return ColumnFacts("numeric", lower, upper, low, high)
