"""Backtest: at moments of the past, what a version's recipe would have foretold from what was known then, beside what came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from lifecycle.errors import InvalidValue, NotReady
from lifecycle.stores import versions
from lifecycle.stores.runs import log_path
from lifecycle.train import rolling
from lifecycle.verbs.context import Context
from lifecycle.verbs.predictions import scoring
from lifecycle.verbs.train import fitting, jobs, selecting

__all__ = ["Backtest", "backtest", "foretold"]


@dataclass(frozen=True, slots=True)
class Backtest:
    """frame: origin (1 ...), time, id, actual, forecast, lower, upper, inside. origins: origin, trained_on, rows, error, naive_error
    (the value before), covered (the share inside). `error`, `naive_error`, `coverage`: over all rows that have an interval."""

    version: int
    level: float
    frame: pd.DataFrame
    origins: pd.DataFrame
    error: float
    naive_error: float
    coverage: float
    sentence: str


def backtest(context: Context, version: int | None, origins: int, level: float) -> Backtest:
    """Rolling-origin evaluation (Tashman, 2000): fit on all rows before an origin, foretell those up to the next. In a child process.

    The interval of an origin's forecasts has half the width of the `level` quantile of the absolute errors of the origins before it
    (split conformal); the first origin has none.

    Raises
    ------
    InvalidValue : fewer than 2 origins, a level outside (0, 1). NotReady : a classifier, no recipe, or too few rows with a time.
    """
    if context.schema.task != "regression":
        raise NotReady("A backtest foretells numbers; this project predicts classes. Compare shows how a version does on held-out rows.")
    if not isinstance(origins, int) or not 2 <= origins <= 100 or not 0 < level < 1:
        raise InvalidValue(f"A backtest needs 2 to 100 origins and a level between 0 and 1; given: {origins} and {level}.")
    known = versions.champion(context.database, context.name)
    number = version if version is not None else known.version if known is not None else None
    if number is None:
        raise NotReady("There is no version to backtest yet.")
    manifest = versions.get(context.database, context.name, number).manifest
    if "recipe" not in manifest:
        raise NotReady(f"Version {number} was not trained here, so there is no recipe to fit at past moments.")
    log = log_path(context.root, context.name, f"backtest-{number}")
    found = jobs.ask(context, "backtest", log, recipe=manifest["recipe"], seed=manifest["seed"], origins=origins)
    return _told(number, level, pd.DataFrame(found))


def foretold(context: Context, recipe: str, seed: int, origins: int) -> list[dict[str, Any]]:
    """Runs in a child: a row a forecast: origin, trained_on, time, id, actual, forecast, naive."""
    schema = context.schema
    table, _ = selecting.gathered(context)
    if "time" not in table.column_names:
        raise NotReady("No row has a time, so there is no past to go back to; create the project with timestamp=.")
    table = table.filter(pc.is_valid(table["time"]))
    cuts = rolling.cuts(table.num_rows, origins)
    if not cuts:
        raise NotReady(f"{table.num_rows} rows with a time are too few for {origins} origins; ask for fewer, or wait for more labels.")
    truth = table[schema.target].to_numpy(zero_copy_only=False)
    out: list[dict[str, Any]] = []
    for origin, (begin, end) in enumerate(cuts, 1):
        estimator, _ = fitting.fit(context.models.load(recipe), table.slice(0, begin), schema, seed)
        rows = table.slice(begin, end - begin)
        said = np.asarray(estimator.predict(scoring.feature_frame(schema, rows.to_pandas())), dtype=float).reshape(rows.num_rows)
        columns = zip(rows["time"].to_pylist(), rows["id"].to_pylist(), truth[begin:end], said, truth[begin - 1 : end - 1], strict=True)
        names = ("time", "id", "actual", "forecast", "naive")
        out += [{"origin": origin, "trained_on": begin, **dict(zip(names, values, strict=True))} for values in columns]
    return out


def _told(version: int, level: float, rows: pd.DataFrame) -> Backtest:
    frame = rows.assign(time=pd.to_datetime(rows["time"], utc=True))
    half = rolling.widths(frame["origin"].to_numpy(), (frame["forecast"] - frame["actual"]).abs().to_numpy(), level)
    frame = frame.assign(lower=frame["forecast"] - half, upper=frame["forecast"] + half)
    frame["inside"] = frame["actual"].between(frame["lower"], frame["upper"]).where(np.isfinite(half))
    frame["missed"], frame["naive_missed"] = (frame["forecast"] - frame["actual"]).abs(), (frame["naive"] - frame["actual"]).abs()
    groups = frame.groupby("origin", as_index=False)
    origins = groups.agg(
        trained_on=("trained_on", "first"),
        rows=("actual", "size"),
        error=("missed", "mean"),
        naive_error=("naive_missed", "mean"),
        covered=("inside", lambda values: float(values.astype(float).mean())),
    )
    error, naive, covered = (float(frame[name].astype(float).mean()) for name in ("missed", "naive_missed", "inside"))
    sentence = (
        f"Fitted again at {len(origins)} moments of the past, version {version}'s recipe would have been off by {error:.3g} on average over "
        f"{len(frame):,} forecasts; repeating the value before: {naive:.3g}. {covered:.0%} of what came lay in the {level:.0%} intervals."
    )
    kept = ["origin", "time", "id", "actual", "forecast", "lower", "upper", "inside"]
    return Backtest(version, level, frame[kept], origins, error, naive, covered, sentence)
