"""Models and recipes from elsewhere, and versions trained again from their manifests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from lifecycle.errors import BadFile, InvalidValue, NotReady, UnknownName
from lifecycle.records import ModelVersion, Reproduction
from lifecycle.stores import versions
from lifecycle.stores.runs import log_path
from lifecycle.train import environment as environments
from lifecycle.train import fingerprint, recipes, searching
from lifecycle.verbs.configuring import configure
from lifecycle.verbs.context import Context, who
from lifecycle.verbs.train import admitting, beginning, fitting, jobs

__all__ = ["compare_fit", "environment", "environment_of", "register_model", "reproduce", "score_model", "set_recipe"]

SHA = re.compile("[0-9a-f]{64}")  # how stored files are called


def register_model(context: Context, model: Any, by: str | None, reason: str = "") -> ModelVersion:
    """Register a fitted estimator, or a path (`admitting.admit`), as a candidate; it is scored on the champion's reference first.

    Raises
    ------
    BadFile : no skops file, or types that are not trusted. TrainingFailed : it does not answer on this project's rows.
    """
    stored, origin = admitting.admit(context, model)
    champion = versions.champion(context.database, context.name)
    rows = champion.reference if champion is not None else None
    found = jobs.ask(context, "score", log_path(context.root, context.name, "register"), model=stored, rows=rows)
    manifest = {**found.pop("manifest"), **origin, "reason": reason.strip() or "registered by hand", "trigger": None, "requested_by": who(by)}
    parent = champion.version if champion is not None else None
    with context.database.write():
        version = versions.add(
            context.database, context.name, context.now(), who(by), parent=parent, model=stored, manifest={**manifest, "parent": parent}, **found
        )
        context.happened(by, "register", f"version {version.version}", {"reason": manifest["reason"]})
    return version


def set_recipe(context: Context, recipe: Any, by: str | None, search: Mapping[str, Any] | None = None) -> None:
    """Retraining fits this from now on: an unfitted estimator, a ready recipe's name, the path of a skops file, or the
    SHA-256 of a stored recipe; or lets several race.

    Parameters
    ----------
    recipe : one, or {name: one}, the simplest first: they race in every run.
    search : {parameter: values to try}; of several recipes {name: {parameter: values}}.

    Raises
    ------
    InvalidValue : it has no fit and predict. BadFile : no skops file, or types that are not trusted. UnknownName : no such parameter.
    """
    seed, spaces = context.settings.seed, dict(search or {})
    if not isinstance(recipe, Mapping):
        configure(context, by, {"recipe": _stored(context, recipe, spaces, seed), "recipes": ()})
        return
    if not recipe:
        raise InvalidValue("There is no recipe; give at least one, such as {'linear': 'linear', 'forest': 'forest'}.")
    for name in spaces:
        if name not in recipe:
            raise UnknownName.among("recipe", name, recipe)
    stored = {str(name): _stored(context, one, spaces.get(name, {}), seed) for name, one in recipe.items()}
    configure(context, by, {"recipe": next(iter(stored.values())), "recipes": tuple(stored.items()) if len(stored) > 1 else ()})


def score_model(context: Context, model: str, rows: str | None) -> dict[str, Any]:
    """Runs in a child: what a model from elsewhere says of a reference: the fields reference, metrics and manifest of its version."""
    estimator = context.models.load(model)
    facts = {"estimator": type(estimator).__name__, "features": list(context.schema.names), "environment": environments.environment()}
    if rows is None:
        return {"reference": None, "metrics": {}, "manifest": facts}
    held = fitting.score(context, model, context.snapshots.load(rows))
    metrics = {**fitting.evaluate(held, context.schema), "rows": held.num_rows}
    facts |= {"held_out_rows": held.num_rows, "fitted": fingerprint.fingerprint(estimator)}
    return {"reference": context.snapshots.save(held), "metrics": metrics, "manifest": facts}


def reproduce(context: Context, version: int) -> Reproduction:
    """Train a version again from its manifest, in a child process, and compare with what was registered, bit by bit.

    Raises
    ------
    NotReady : the version was not trained here, so there is nothing to repeat. Tampered : a stored file was changed.
    """
    found = versions.get(context.database, context.name, version)
    if found.model is None or found.training is None or "recipe" not in found.manifest:
        raise NotReady(f"Version {version} was not trained here (its model came from elsewhere), so there is no recipe and data to repeat.")
    log = log_path(context.root, context.name, f"reproduce-{version}")
    differences = jobs.ask(context, "reproduce", log, version=version)
    return Reproduction(not differences, tuple(differences))


def compare_fit(context: Context, version: int) -> list[str]:
    """Runs in a child: fit again, and say what differs: nothing, or the reasons in the order of their weight."""
    found = versions.get(context.database, context.name, version)
    manifest, schema = found.manifest, context.schema
    training, held = context.snapshots.load(str(found.training)), context.snapshots.load(str(found.reference))
    estimator, _, _ = beginning.fit(context, manifest["recipe"], training, manifest["seed"], manifest.get("start"))
    again = context.models.save(estimator)
    answers = [name for name in held.column_names if name == "prediction" or name in schema.probability_columns()]
    scored = fitting.score(context, again, held.drop_columns(answers))
    unlike = []
    if paths := fingerprint.differences(context.models.load(str(found.model)), estimator):
        unlike.append(f"The fitted parameters differ: {', '.join(paths)}.")
    if (rows := _unlike(held.select(answers), scored.select(answers))) > 0:
        unlike.append(f"{rows} of {held.num_rows} predictions on the reference differ.")
    if not unlike:
        return []
    if fitting.data_hash(training) != manifest["data"]:
        unlike.append("The training data are not the ones that were recorded.")
    return unlike + environment_of(found)


def environment(context: Context, version: int) -> tuple[str, tuple[str, ...]]:
    """What a version was trained in, as a requirements file for pip, and how what runs now differs from it, a sentence each.

    Raises
    ------
    UnknownName : there is no such version. NotReady : it was not trained here.
    """
    found = versions.get(context.database, context.name, version)
    if "environment" not in found.manifest:
        raise NotReady(f"Version {version} was not trained here, so that nothing is known of what it was trained in.")
    return environments.requirements(found.manifest["environment"]), tuple(environment_of(found))


def environment_of(version: ModelVersion) -> list[str]:
    """How the running environment differs from the one that a version was trained in, a sentence each."""
    then = version.manifest.get("environment", {})
    return environments.differences(then, environments.environment(tuple(_modules(then)))) if then else []


def _modules(then: dict[str, Any]) -> list[str]:
    return [name.replace("-", "_") for name in then.get("packages", {})]


def _unlike(one: pa.Table, other: pa.Table) -> int:
    here, there = one.to_pandas(), other.to_pandas()
    same = [(here[name].to_numpy() == there[name].to_numpy()) | (here[name].isna() & there[name].isna()).to_numpy() for name in here.columns]
    return int(len(here) - sum(map(all, zip(*same, strict=True))))


def _stored(context: Context, recipe: Any, space: Mapping[str, Any], seed: int) -> str:
    """The SHA-256 of a recipe, wrapped into its search where there is a space."""
    if isinstance(recipe, str) and recipe in recipes.names():
        recipe = recipes.build(recipe, context.schema)
    elif isinstance(recipe, str) and SHA.fullmatch(recipe):
        known, recipe = recipe, context.models.load(recipe)
        if not space:
            return known
    elif isinstance(recipe, str | Path):
        recipe = context.models.load(context.models.import_file(_file(recipe)))
    if not all(callable(getattr(recipe, name, None)) for name in ("fit", "predict")) or isinstance(recipe, type):
        raise InvalidValue(f"A recipe is an unfitted scikit-learn estimator with fit and predict; given: {type(recipe).__name__}.")
    return context.models.save(searching.searched(recipe, space, context.schema, seed) if space else recipe)


def _file(path: str | Path) -> Path:
    found = Path(path).expanduser()
    if not found.is_file():
        raise BadFile(f"There is no file at {found}; give the path of a skops file, or a ready recipe: {', '.join(recipes.names())}.")
    return found
