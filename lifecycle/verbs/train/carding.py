"""The model card: what a version is, on what data, how good, where it comes from and who decided what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow.compute as pc
from scipy import stats

from lifecycle.errors import InvalidValue
from lifecycle.records import ModelVersion
from lifecycle.stores import versions
from lifecycle.train import dataset, evaluation
from lifecycle.train.card import Section, as_html, as_markdown
from lifecycle.verbs.context import Context
from lifecycle.verbs.release import releasing
from lifecycle.verbs.train.registering import environment_of

__all__ = ["model_card"]

FORMS = {"markdown": as_markdown, "html": as_html}
FEWEST = 20  # rows of a slice that is told
MOST = 24  # slices, the worst first


def model_card(context: Context, version: int, form: str = "markdown") -> str:
    """A version's card in Markdown or HTML.

    Raises
    ------
    UnknownName : there is none of that number. InvalidValue : another form.
    """
    if form not in FORMS:
        raise InvalidValue(f"A model card is written as {' or '.join(FORMS)}; given: {form!r}.")
    found = versions.get(context.database, context.name, version)
    sections = [
        _facts(context, found),
        _data(context, found),
        _metrics(found),
        _slices(context, found),
        _race(found),
        _gates(found),
        _lineage(found),
        _decisions(context, version),
        _repeat(found),
    ]
    return FORMS[form](f"{context.name}, version {version}", context.config.description.strip(), sections)


def _facts(context: Context, found: ModelVersion) -> Section:
    schema, manifest = context.schema, found.manifest
    classes = f", classes {', '.join(map(str, schema.classes))}" if schema.classes else ""
    lines = [
        f"Status: {found.status}; made {found.created:%Y-%m-%d %H:%M} UTC by {found.created_by}",
        f"Task: {schema.task} of `{schema.target}` ({schema.modality}){classes}",
        f"Estimator: {manifest.get('estimator', 'lives elsewhere')}",
        f"Trained on {manifest.get('rows', 'unknown')} rows, held out {manifest.get('held_out_rows', 'unknown')}; {len(schema.features)} features",
    ]
    if best := manifest.get("best_parameters"):
        lines.append("Found by its search: " + ", ".join(f"{name} = {value}" for name, value in best.items()))
    return Section("What it is", points=lines)


def _data(context: Context, found: ModelVersion) -> Section:
    schema = context.schema
    if found.training is None:
        return Section("What it learned from")
    table = context.snapshots.load(found.training)
    lines = [f"Features: {', '.join(f'`{column.name}` ({column.kind})' for column in schema.features[:40])}"]
    if len(schema.features) > 40:
        lines[0] += f" and {len(schema.features) - 40} more"
    if schema.task == "classification":
        counts = sorted(
            ((str(item["values"]), item["counts"]) for item in pc.value_counts(table[schema.target]).to_pylist()), key=lambda item: -item[1]
        )
        lines.append("Rows a class: " + ", ".join(f"{name} {count:,}" for name, count in counts[:20]))
    else:
        low, middle, high = np.nanquantile(table[schema.target].to_numpy(), [0, 0.5, 1])
        lines.append(f"`{schema.target}` from {low:.4g} to {high:.4g}, median {middle:.4g}")
    if "time" in table.column_names and (times := pc.min_max(table["time"]).as_py())["min"] is not None:
        lines.append(f"From {times['min']:%Y-%m-%d} to {times['max']:%Y-%m-%d}")
    lines += [f"Entities: {found.manifest['entities']}"] if found.manifest.get("entities") else []
    return Section("What it learned from", points=lines)


def _metrics(found: ModelVersion) -> Section:
    intervals: Mapping[str, Any] = found.metrics.get("intervals", {})
    champion: Mapping[str, Any] = found.metrics.get("champion", {})
    rows = []
    for name, value in found.metrics.items():
        if name in intervals:
            lower, upper = (_number(bound) for bound in intervals[name])
            rows.append([name, _number(value), f"{lower} to {upper}", _number(champion.get(name))])
    text = f"On {found.metrics.get('rows', 0)} rows that it was not trained on, with 95 % intervals." if rows else ""
    return Section("How good it is", text, header=["metric", "value", "interval", "champion then"], rows=rows)


def _slices(context: Context, found: ModelVersion) -> Section:
    """Each slice's score on the held-out rows, the worst first."""
    schema, held = context.schema, context.reference(found.reference)
    if held is None or "prediction" not in held.column_names or not held.num_rows:
        return Section("Where it is worse")
    truth, said = (held[name].to_numpy(zero_copy_only=False) for name in (schema.target, "prediction"))
    losses, scored = evaluation.losses(truth, said, schema.task), []
    for column, names in dataset.slices(held, schema).items():
        for name in dict.fromkeys(names.tolist()):
            values = losses[names == name]
            if len(values) >= FEWEST:
                scored.append((float(values.mean()), f"{column} = {name}", values))
    worst = sorted(scored, key=lambda item: -item[0])[:MOST]
    what = "share wrong" if schema.task == "classification" else "mean absolute error"
    rows = [[name, str(len(values)), _number(loss), _range(values, schema.task)] for loss, name, values in worst]
    text = f"The {what} by slice on the same rows, the worst first; slices of {FEWEST} rows or more." if rows else ""
    return Section("Where it is worse", text, header=["slice", "rows", what, "interval"], rows=rows)


def _race(found: ModelVersion) -> Section:
    rows = [
        (entry["name"], entry["estimator"], f"{_number(entry['loss'])} ± {_number(entry['error'])}", _chance(entry), _outcome(entry))
        for entry in found.manifest.get("race") or ()
    ]
    text = "Recipes that raced, the simplest first: cross-fitted loss and its standard error. The simplest within one standard error of the best won."
    tests = {entry.get("test") for entry in found.manifest.get("race") or ()} - {None, ""}
    text += f" p: of no difference to the best, by the {tests.pop()}." if tests else ""
    return Section("What it was chosen from", text if rows else "", header=["recipe", "estimator", "loss", "p", ""], rows=rows)


def _outcome(entry: Mapping[str, Any]) -> str:
    return "won" if entry["won"] else str(entry["failed"])


def _chance(entry: Mapping[str, Any]) -> str:
    return "" if entry.get("p_value") is None else _number(entry["p_value"])


def _gates(found: ModelVersion) -> Section:
    lines = [f"{'passed' if gate['passed'] else '**failed**'} {gate['name']}: {gate['reason']}" for gate in found.manifest.get("gates", ())]
    return Section("What it had to meet", points=lines)


def _lineage(found: ModelVersion) -> Section:
    manifest = found.manifest
    parent = f"version {found.parent}" if found.parent is not None else "none"
    lines = [f"Parent: {parent}", f"Reason: {manifest.get('reason', '')}", f"Run: {found.run or 'none'}"]
    lines += [f"Training rows: {manifest['policy']}"] if "policy" in manifest else []
    start = manifest.get("start") or {}
    lines += [f"Began from what version {start['version']} learned ({start['kind']})"] if start.get("kind", "fresh") != "fresh" else []
    return Section("Where it comes from", points=lines)


def _decisions(context: Context, version: int) -> Section:
    lines = []
    for row in releasing.decisions(context, version).to_dict("records"):
        override = " **despite failed gates**" if row["decision"] == "approved" and row["figures"].get("failed_gates") else ""
        lines.append(f"{row['decision']}{override} by {row['by']}, {row['time']:%Y-%m-%d %H:%M} UTC: {row['reason']}")
    return Section("Decisions", points=lines)


def _repeat(found: ModelVersion) -> Section:
    manifest = found.manifest
    if "data" not in manifest:
        return Section("How to repeat it")
    environment = manifest.get("environment", {})
    lines = [
        f"Data: `{manifest['data']}` (snapshot `{manifest['training']}`)",
        f"Recipe: `{manifest['recipe']}`, seed {manifest['seed']}; source {manifest.get('source', 'unknown')}",
        f"Fitted parameters: `{manifest['fitted']}`; predictions: `{manifest['predictions']}`",
        f"Python {environment.get('python')} on {environment.get('machine')}; {', '.join(environment.get('blas', ()))}",
        f"{', '.join(f'{name} {release}' for name, release in environment.get('packages', {}).items())}",
        *(f"Now unlike then: {sentence}" for sentence in environment_of(found)),
    ]
    return Section("How to repeat it", points=lines)


def _range(losses: np.ndarray[Any, Any], task: str) -> str:
    if task == "classification":
        found = evaluation.wilson(int(losses.sum()), len(losses))
        return f"{_number(found.lower)} to {_number(found.upper)}"
    half = float(stats.t.ppf(0.975, len(losses) - 1) * stats.sem(losses))
    return f"{_number(max(0.0, float(losses.mean()) - half))} to {_number(float(losses.mean()) + half)}"


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, int | float) else "unknown"
