"""Performance with all, few or no labels, and the health that follows from it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.monitor.health import assess
from lifecycle.monitor.performance.judging import judge
from lifecycle.monitor.performance.metrics import default_metrics, metric_facts, metric_names
from lifecycle.monitor.windows import name as window_name
from lifecycle.records import Health, PerformanceReport
from lifecycle.stores import cursors
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor import drifting, quality_views
from lifecycle.verbs.monitor.performance_following import LABELS, ROWS, follow_labels, follow_rows, forget, renew
from lifecycle.verbs.remembering import Remembered

__all__ = ["catch_up", "headline", "health", "judged", "performance", "rebuild", "require_measurable"]

REPORTED = [
    *("window", "start", "end", "rows", "labels", "metric"),
    *(f"{line}{end}" for line in ("realized", "estimated", "assisted") for end in ("", "_lower", "_upper")),
    *("threshold_lower", "threshold_upper", "alarm"),
]
EXTRA = ["version", "level", "level_lower", "level_upper", "line", "why", "alarm_lines"]
SUMS = ", ".join(f"total({column})" for column in ("rows", "labels", "version", "realized", "estimated", "assisted", "assisted_upper", "level"))
_reports: Remembered[pd.DataFrame] = Remembered(8)


def catch_up(context: Context) -> int:
    """Summarise predictions and labels that landed since the last time; returns the rows taken in.

    Safe to call from several processes: each moves its cursor in the transaction that stores what it derived.
    """
    taken = follow_rows(context) + follow_labels(context)
    if renew(context):
        _tell(context)
    return taken


def rebuild(context: Context) -> int:
    """Drop what is derived and derive it again from the facts; returns the rows taken in."""
    forget(context)
    return catch_up(context)


def performance(context: Context, metrics: Sequence[str] | None = None) -> PerformanceReport:
    """How good the model is in each window.

    Raises
    ------
    UnknownName : no metric of that name for this task.
    """
    wanted = list(_chosen(context) if metrics is None else dict.fromkeys(metrics))
    known = metric_names(context.schema.task)
    for name in wanted:
        if name not in known:
            raise UnknownName.among(f"{context.schema.task} metric", name, known)
        require_measurable(context, name)
    catch_up(context)
    return PerformanceReport(_report(context, wanted))


def require_measurable(context: Context, name: str) -> None:
    """Refuse a metric that needs what the project has not been told.

    Raises
    ------
    InvalidValue : the cost, where no costs are set.
    """
    if metric_facts(name).get("needs_costs") and not context.settings.costs:
        raise InvalidValue(f"The metric {name!r} needs to know what answers cost; configure costs, such as {{'ill': {{'well': 100}}}}.")


def judged(context: Context, metrics: Sequence[str] | None = None) -> pd.DataFrame:
    """The report of these metrics, the default ones without, from what is derived already."""
    return _report(context, list(_chosen(context) if metrics is None else metrics))


def headline(context: Context) -> str:
    """The metric that the project is judged by first."""
    return context.settings.metric or default_metrics(context.schema.task)[0]


def _chosen(context: Context) -> tuple[str, ...]:
    first = headline(context)
    own = ("cost",) if context.settings.costs else ()
    return tuple(dict.fromkeys((first, *own, *default_metrics(context.schema.task))))


def _report(context: Context, wanted: list[str]) -> pd.DataFrame:
    others = () if wanted == [headline(context)] else _chosen(context)  # all others that may alarm share one rate, whichever are asked for
    names = tuple(dict.fromkeys((*wanted, *others, *(("mae",) if "bias" in wanted else ()))))  # the bias is judged by the size of the error
    chosen = f"FROM performance_results WHERE project = ? AND metric IN ({', '.join('?' * len(names))})"
    # the cursors tell what has landed, the sums whether it was all derived anew
    sums = context.database.rows(f"SELECT count(*) AS n, max(window) AS newest, {SUMS} {chosen}", (context.name, *names))[0]
    known = tuple(cursors.position(context.database, context.name, consumer) for consumer in (ROWS, LABELS)), tuple(sums.values())
    key = str(context.database.path), context.name, repr(context.config), repr(context.settings), (*wanted, *names), known
    return _reports.get(key, lambda: _assembled(context, wanted, f"SELECT * {chosen} ORDER BY window", names)).copy(deep=False)


def _assembled(context: Context, wanted: list[str], sql: str, names: tuple[str, ...]) -> pd.DataFrame:
    found = context.database.frame(sql, (context.name, *names))
    settings = context.settings
    found = judge(found, headline(context), settings.false_alarm_rate, settings.thresholds)
    found = found[found["metric"].isin(wanted)]
    found["place"] = found["metric"].map({name: i for i, name in enumerate(wanted)}).astype("int64")
    out = found.sort_values(["window", "place"], kind="stable", ignore_index=True)
    by = context.config.window
    out["window"] = [window_name(int(key), by) for key in out["window"]]
    for column in ("start", "end"):
        out[column] = pd.to_datetime(out[column].astype("int64"), unit="us", utc=True)
    numbers = [name for name in (*REPORTED, *EXTRA) if name.startswith(("realized", "estimated", "assisted", "level", "threshold"))]
    out[numbers] = out[numbers].astype("float64")
    return out[[*REPORTED, *EXTRA]].astype({"alarm": bool})


def _tell(context: Context) -> None:
    """Append an alarm event for each window that alarms for the first time."""
    frame = judged(context)
    alarms = frame[frame["alarm"]]
    if not len(alarms):
        return
    with context.database.write():
        sql = "SELECT DISTINCT subject FROM events WHERE project = ? AND verb = 'alarm' AND subject LIKE 'performance window %'"
        told = {row["subject"] for row in context.database.rows(sql, (context.name,))}
        for window, rows in alarms.groupby("window", sort=False):
            subject = f"performance window {window}"
            if subject not in told:
                worst = rows.iloc[0]
                value, lower, upper = (float(worst[f"{worst['line']}{end}"]) for end in ("", "_lower", "_upper"))
                details = {"metric": worst["metric"], "value": value, "lower": lower, "upper": upper, "line": worst["line"]}
                details |= {"level": float(worst["level"]), "start": worst["start"].isoformat(), "metrics": rows["metric"].tolist()}
                context.happened("lifecycle", "alarm", subject, details)


def health(context: Context) -> Health:
    """Is the model OK, and why: critical for a performance alarm in the newest windows, warning for drift or failed quality checks."""
    from lifecycle.verbs.monitor.blaming import explained  # what is blamed is judged here first

    frame = performance(context).frame
    return explained(context, assess(frame, headline(context), drifting.alarms(context), quality_views.newest_quality(context)))
