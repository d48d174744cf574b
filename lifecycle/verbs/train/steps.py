"""The steps of a run. Each is given what the ones before it found, and returns what it found, as plain values.

They run in the run's child process. What is large goes to the content-addressed stores, so that a step that is tried again after a
crash writes the same files once more and nothing else.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lifecycle.engines import durable
from lifecycle.engines.locks import exclusive
from lifecycle.errors import LifecycleError, NotReady, TrainingFailed
from lifecycle.plain import plain
from lifecycle.records import ModelVersion, Run
from lifecycle.stores import runs, versions
from lifecycle.train import dataset, gates
from lifecycle.verbs.context import Context
from lifecycle.verbs.predictions import scoring
from lifecycle.verbs.release import releasing
from lifecycle.verbs.train import beginning, contest, fitting, selecting

__all__ = ["perform"]

Found = dict[str, dict[str, Any]]
CANARY_SHARE = 0.1  # of the entities, when the policy starts the trial


def perform(context: Context, id: str, until: str | None = None) -> dict[str, Any]:
    """Run the steps that are left of a run, and return what `register` and `policy` found; with `until` those up to a step, and what it found.

    Raises
    ------
    TrainingFailed : the data or the recipe does not allow it. NotReady : another process is still at this run.
    """
    run = runs.get(context.database, context.name, id)
    with exclusive(context.root / "locks" / f"work-{context.name}.lock", wait=30.0) as mine:
        if not mine:
            raise NotReady(f"Another process is still busy with a run of {context.name!r}; try again in a minute.")
        journal = _Journal(context, id)
        names = list(STEPS)[: None if until is None else list(STEPS).index(until) + 1]
        found = durable.execute(journal, {name: _bound(STEPS[name], context, run) for name in names})
    return {**found["register"], **found["policy"]} if until is None else found[until]


@dataclass(frozen=True)
class _Journal:
    context: Context
    run: str

    def done(self) -> Found:
        steps = runs.get(self.context.database, self.context.name, self.run).steps
        return {step.name: dict(step.details) for step in steps if step.status == "done"}

    def begin(self, step: str) -> None:
        _say(f"{step} ...")
        runs.begin_step(self.context.database, self.run, step, self.context.now())

    def finish(self, step: str, found: Mapping[str, Any]) -> None:
        runs.finish_step(self.context.database, self.run, step, self.context.now(), found)
        told = ", ".join(f"{name} {value}" for name, value in found.items() if isinstance(value, str | int | float) and len(str(value)) < 60)
        _say(f"{step} done: {told}" if told else f"{step} done")

    @contextmanager
    def together(self, step: str) -> Iterator[None]:
        if step in ("register", "policy"):
            with self.context.database.write():
                yield
        else:
            yield


def _ingest(context: Context, run: Run, found: Found) -> Mapping[str, Any]:
    """Gather the first training set and what was labelled since."""
    recipe = context.settings.recipe
    if recipe is None:
        raise NotReady(f"{context.name!r} has no recipe to train; set one with project.set_recipe(estimator).")
    table, labelled = selecting.gathered(context)
    champion = versions.champion(context.database, context.name)
    return {
        "gathered": context.snapshots.save(table),
        "labelled": len(labelled),
        "first_training": table.num_rows - len(labelled),
        "champion": champion.version if champion is not None else None,
        "recipe": recipe,
        "recipes": [list(pair) for pair in context.settings.recipes],
        "start": context.settings.training_start,
        "seed": context.settings.seed,
        "until": int(labelled["changed"].max()) if len(labelled) else 0,
        "rows_until": context.log().rows,
    }


def _validate(context: Context, run: Run, found: Found) -> Mapping[str, Any]:
    """Is there enough to learn from?"""
    table = context.snapshots.load(found["ingest"]["gathered"])
    counts, failed = selecting.checked(context, table, found["ingest"]["labelled"])
    return {"rows": table.num_rows, "classes": counts, "failed_checks": failed}


def _snapshot(context: Context, run: Run, found: Found) -> Mapping[str, Any]:
    """Choose the rows that the policy wants, and keep them."""
    table = context.snapshots.load(found["ingest"]["gathered"])
    text = context.settings.training_rows
    kept, start, _ = selecting.chosen(context, table)
    note = "no drift has alarmed, so all rows are used" if text.strip().lower() == "since drift" and start is None else ""
    return {
        "chosen": context.snapshots.save(kept),
        "rows": kept.num_rows,
        "policy": text,
        "since": start.isoformat() if start else None,
        "note": note,
    }


def _split(context: Context, run: Run, found: Found) -> Mapping[str, Any]:
    """Hold out the newest labelled rows; no id and no entity lies on both sides, and what was answered is no feature."""
    schema, table = context.schema, context.snapshots.load(found["snapshot"]["chosen"])
    parts = selecting.parts(context, table)
    mask, weights = parts.held, parts.weights
    names = [name for name in ("id", "time", schema.target, *schema.names) if name in table.column_names]
    training, kept_out = (table.filter(pa.array(side)).select(names) for side in (parts.learned, mask))
    training = training if weights is None else training.append_column("weight", pa.array(weights))
    if shared := set(training["id"].to_pylist()) & set(kept_out["id"].to_pylist()):
        raise TrainingFailed(f"{len(shared)} ids lie on both sides of the split, such as {min(shared)!r}; every prediction needs an id of its own.")
    answers = [name for name in ("id", "version", "prediction", *schema.probability_columns()) if name in table.column_names]
    return {
        "training": context.snapshots.save(training),
        "kept_out": context.snapshots.save(kept_out),
        "answers": context.snapshots.save(table.filter(pa.array(mask)).select(answers)),
        "training_rows": training.num_rows,
        "held_out_rows": kept_out.num_rows,
        "picked_rows": int((mask & parts.picked).sum()),
        "entities": parts.entities,
        "held_out_from": int(pc.min(table["seq"].filter(pa.array(mask))).as_py()),
    }


def _train(context: Context, run: Run, found: Found) -> Mapping[str, Any]:
    """Let the recipes race where there are several, and fit the one that won."""
    began = time.perf_counter()
    ingested, rows = found["ingest"], context.snapshots.load(found["split"]["training"])
    recipe: str = ingested["recipe"]
    table: list[dict[str, Any]] = []
    if len(ingested["recipes"]) > 1:
        recipe, table = contest.race(context, dict(ingested["recipes"]), rows, ingested["seed"], _say)
    champion = _champion(context, found)
    start = beginning.of(ingested["start"], champion)
    estimator, noted, start = beginning.fit(context, recipe, rows, ingested["seed"], start)
    for note in noted:
        _say(note)
    seconds = round(time.perf_counter() - began, 3)
    return {"model": context.models.save(estimator), "warnings": noted, "seconds": seconds, "recipe": recipe, "race": table, "start": start}


def _evaluate(context: Context, run: Run, found: Found) -> Mapping[str, Any]:
    """Score the rows that were held out, by the new model and by the champion."""
    schema, split, seed = context.schema, found["split"], found["ingest"]["seed"]
    kept_out, rows = context.snapshots.load(split["kept_out"]), context.snapshots.load(split["training"])
    held = fitting.score(context, found["train"]["model"], kept_out)
    estimator = context.models.load(found["train"]["model"])
    facts = {name: found["train"][name] for name in ("recipe", "warnings", "race", "start")} | {"training": split["training"], "seed": seed}
    old = _champion_answers(context, found, kept_out)
    return {
        "reference": context.snapshots.save(held),
        "champion_answers": context.snapshots.save(old) if old is not None else None,
        "metrics": {**fitting.evaluate(held, schema, seed), "rows": held.num_rows},
        "champion_metrics": fitting.evaluate(old, schema, seed) if old is not None else {},
        "manifest": fitting.manifest(schema, estimator, rows, held, **facts),
    }


def _gate(context: Context, run: Run, found: Found) -> Mapping[str, Any]:
    """Compare the candidate with the champion on the same rows."""
    schema, evaluated = context.schema, found["evaluate"]
    held, model = context.snapshots.load(evaluated["reference"]), found["train"]["model"]
    old = context.snapshots.load(evaluated["champion_answers"]) if evaluated["champion_answers"] else None
    champion = _champion(context, found)
    speeds = _milliseconds(context, (model, champion.model if champion is not None else None), held)
    case = gates.Case(
        schema.task,
        held[schema.target].to_numpy(zero_copy_only=False),
        held["prediction"].to_numpy(zero_copy_only=False),
        old["prediction"].to_numpy(zero_copy_only=False) if old is not None else None,
        _probabilities(held, schema.probability_columns()),
        _probabilities(old, schema.probability_columns()) if old is not None else None,
        dataset.slices(held, schema),
        schema.names,
        tuple(champion.manifest.get("features", ())) if champion is not None else (),
        speeds[0],
        speeds[1],
        context.models.path(model).stat().st_size / 1e6,
        tuple(found["validate"]["failed_checks"]),
        found["ingest"]["seed"],
    )
    limits = {name.removeprefix("gate:"): value for name, value in context.settings.thresholds.items() if name.startswith("gate:")}
    judged = gates.judge(case, {**limits, **context.settings.gates})
    for gate in judged:
        _say(f"{'passed' if gate.passed else 'FAILED'} {gate.name}: {gate.reason}")
    return {"gates": plain(judged), "passed": all(gate.passed for gate in judged)}


def _register(context: Context, run: Run, found: Found) -> Mapping[str, Any]:
    """Register the version; once for a run, however often this is tried."""
    evaluated, split, champion = found["evaluate"], found["split"], found["ingest"]["champion"]
    facts = {"reason": run.reason, "trigger": runs.trigger_of(context.database, run.id), "parent": champion, "requested_by": run.requested_by}
    facts |= {"run": run.id, "gates": found["gate"]["gates"], "policy": found["snapshot"]["policy"], "labels_until": found["ingest"]["until"]}
    facts |= {"entities": split["entities"]} if split.get("entities") else {}
    facts |= {"rows_until": found["ingest"]["rows_until"], "held_out_from": split["held_out_from"], "picked_rows": split["picked_rows"]}
    version = versions.add(
        context.database,
        context.name,
        context.now(),
        run.requested_by,
        parent=champion,
        run=run.id,
        model=found["train"]["model"],
        training=split["training"],
        reference=evaluated["reference"],
        metrics={**evaluated["metrics"], "champion": evaluated["champion_metrics"], "gates": found["gate"]["gates"]},
        manifest={**evaluated["manifest"], **facts},
    )
    context.happened(
        run.requested_by, "register", f"version {version.version}", {"run": run.id, "reason": run.reason, "gates": found["gate"]["passed"]}
    )
    return {"version": version.version}


def _policy(context: Context, run: Run, found: Found) -> Mapping[str, Any]:
    """Do what the release policy says; a candidate that fails a gate always waits for a person."""
    number, wish = found["register"]["version"], context.settings.release
    failed = [gate["name"] for gate in found["gate"]["gates"] if not gate["passed"]]
    note = ""
    if wish != "approval" and not failed:
        mode = "full" if wish == "automatic" else wish
        share = CANARY_SHARE if mode == "canary" else None
        try:
            releasing.roll_out(context, number, mode, share, "lifecycle", f"passed all gates; the policy is {wish}")
            return {"outcome": mode, "failed_gates": failed}
        except LifecycleError as error:
            note = str(error)
    told = {"run": run.id, "reason": run.reason, "failed_gates": failed, "note": note}
    context.happened(run.requested_by, "request_approval", f"version {number}", told)
    return {"outcome": "waits for approval", "failed_gates": failed, "note": note}


STEPS = {
    "ingest": _ingest,
    "validate": _validate,
    "snapshot": _snapshot,
    "split": _split,
    "train": _train,
    "evaluate": _evaluate,
    "gate": _gate,
    "register": _register,
    "policy": _policy,
}


def _bound(step: Any, context: Context, run: Run) -> Any:
    return lambda found: step(context, run, found)


def _champion(context: Context, found: Found) -> ModelVersion | None:
    number = found["ingest"]["champion"]
    return None if number is None else versions.get(context.database, context.name, number)


def _champion_answers(context: Context, found: Found, kept_out: pa.Table) -> pa.Table | None:
    """What the champion says of the held-out rows: asked, or as logged where its model lives elsewhere; None where it said nothing."""
    champion = _champion(context, found)
    if champion is None:
        return None
    if champion.model is not None:
        return fitting.score(context, champion.model, kept_out)
    answers = context.snapshots.load(found["split"]["answers"])
    if "prediction" not in answers.column_names or pc.any(pc.not_equal(answers["version"], champion.version)).as_py():
        return None
    for name in ("prediction", *context.schema.probability_columns()):
        if name in answers.column_names and not answers[name].null_count:
            kept_out = kept_out.append_column(name, answers[name])
    return kept_out


def _probabilities(table: pa.Table, names: tuple[str, ...]) -> np.ndarray[Any, Any] | None:
    if not names or not set(names) <= set(table.column_names):
        return None
    return np.column_stack([table[name].to_numpy(zero_copy_only=False) for name in names])


def _milliseconds(context: Context, models: tuple[str | None, ...], rows: pa.Table) -> list[float]:
    """The shortest time that each model took for one row, in turns; 0 where there is no model."""
    one = rows.slice(0, 1).to_pandas()
    taken = [0.0 if model is None else float("inf") for model in models]
    for _ in range(5):
        for place, model in enumerate(models):
            if model is not None:
                began = time.perf_counter()
                scoring.say(context, ModelVersion(0, "candidate", context.now(), "", model=model), one)
                taken[place] = min(taken[place], 1000 * (time.perf_counter() - began))
    return taken


def _say(line: str) -> None:
    sys.stdout.write(f"{datetime.now().astimezone():%H:%M:%S} {line}\n")
    sys.stdout.flush()
