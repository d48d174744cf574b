"""The model card: what a version is, on what data, how good, where it comes from and who decided what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lifecycle.records import ModelVersion
from lifecycle.stores import versions
from lifecycle.verbs import releasing
from lifecycle.verbs.context import Context

__all__ = ["model_card"]


def model_card(context: Context, version: int) -> str:
    """A version's card in Markdown.

    Raises
    ------
    UnknownName : there is none of that number.
    """
    found = versions.get(context.database, context.name, version)
    parts = [
        f"# {context.name}, version {version}\n\n{context.config.description}".rstrip(),
        _facts(context, found),
        _metrics(found),
        _gates(found),
        _lineage(found),
        _decisions(context, version),
        _repeat(found),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(context: Context, found: ModelVersion) -> str:
    schema, manifest = context.schema, found.manifest
    classes = f", classes {', '.join(map(str, schema.classes))}" if schema.classes else ""
    lines = [
        f"- Status: {found.status}; made {found.created:%Y-%m-%d %H:%M} UTC by {found.created_by}",
        f"- Task: {schema.task} of `{schema.target}` ({schema.modality}){classes}",
        f"- Estimator: {manifest.get('estimator', 'lives elsewhere')}",
        f"- Trained on {manifest.get('rows', 'unknown')} rows, held out {manifest.get('held_out_rows', 'unknown')}; {len(schema.features)} features",
    ]
    return "## What it is\n\n" + "\n".join(lines)


def _metrics(found: ModelVersion) -> str:
    intervals: Mapping[str, Any] = found.metrics.get("intervals", {})
    champion: Mapping[str, Any] = found.metrics.get("champion", {})
    rows = []
    for name, value in found.metrics.items():
        if name in intervals:
            lower, upper = (_number(bound) for bound in intervals[name])
            rows.append(f"| {name} | {_number(value)} | {lower} to {upper} | {_number(champion.get(name))} |")
    head = f"## How good it is\n\nOn {found.metrics.get('rows', 0)} rows that it was not trained on, with 95 % intervals.\n\n"
    return head + "\n".join(["| metric | value | interval | champion then |", "| --- | --- | --- | --- |", *rows]) if rows else ""


def _gates(found: ModelVersion) -> str:
    lines = [f"- {'passed' if gate['passed'] else '**failed**'} {gate['name']}: {gate['reason']}" for gate in found.manifest.get("gates", ())]
    return "## What it had to meet\n\n" + "\n".join(lines) if lines else ""


def _lineage(found: ModelVersion) -> str:
    manifest = found.manifest
    parent = f"version {found.parent}" if found.parent is not None else "none"
    lines = [f"- Parent: {parent}", f"- Reason: {manifest.get('reason', '')}", f"- Run: {found.run or 'none'}"]
    lines += [f"- Training rows: {manifest['policy']}"] if "policy" in manifest else []
    return "## Where it comes from\n\n" + "\n".join(lines)


def _decisions(context: Context, version: int) -> str:
    rows = releasing.decisions(context, version).to_dict("records")
    lines = [f"- {row['decision']} by {row['by']}, {row['time']:%Y-%m-%d %H:%M} UTC: {row['reason']}" for row in rows]
    return "## Decisions\n\n" + "\n".join(lines) if lines else ""


def _repeat(found: ModelVersion) -> str:
    manifest = found.manifest
    if "data" not in manifest:
        return ""
    environment = manifest.get("environment", {})
    lines = [
        f"- Data: `{manifest['data']}` (snapshot `{manifest['training']}`)",
        f"- Recipe: `{manifest['recipe']}`, seed {manifest['seed']}",
        f"- Fitted parameters: `{manifest['fitted']}`; predictions: `{manifest['predictions']}`",
        f"- Python {environment.get('python')} on {environment.get('machine')}; {', '.join(environment.get('blas', ()))}",
        f"- {', '.join(f'{name} {release}' for name, release in environment.get('packages', {}).items())}",
    ]
    return "## How to repeat it\n\n" + "\n".join(lines)


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, int | float) else "unknown"
