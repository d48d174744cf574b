"""What a reader of the drift report has to know beside its figures: what chance does, what is too small to judge, what follows what."""

from __future__ import annotations

from math import ceil, inf

import pandas as pd

from lifecycle.monitor.alarming.autocorrelation import NOTEWORTHY
from lifecycle.monitor.alarming.budget import expected
from lifecycle.monitor.alarms import fewest_rows
from lifecycle.monitor.summaries import decode
from lifecycle.stores import summaries as store
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor.drift_columns import Monitored, monitored, reference_counts
from lifecycle.verbs.monitor.drift_dependence import measured
from lifecycle.verbs.monitor.drift_policy import Policy, policy
from lifecycle.verbs.monitor.drift_stored import served

__all__ = ["drift_notes", "unjudged"]


def unjudged(context: Context, alarms: pd.DataFrame) -> pd.DataFrame:
    """The windows that no column could be judged in, with the rows that it takes: window, start, end, rows, needed (infinite where the
    reference is too small itself). `alarms`: of the report."""
    small = alarms["p_value"].isna().to_numpy()
    out = alarms.loc[small, ["window", "start", "end", "rows"]]
    columns = monitored(context)
    if columns is None or not len(out):
        return out.assign(needed=pd.Series(dtype="float64"))
    rows = store.windows(context.database, context.name)
    rules = policy(context.settings, context.config.window)
    kinds = [(served(row), bool(row["closed"])) for row, taken in zip(rows, small, strict=True) if taken]
    needed = {kind: _needed(context, columns, rules, *kind) for kind in set(kinds)}
    return out.assign(needed=[needed[kind] for kind in kinds])


def drift_notes(context: Context, alarms: pd.DataFrame, small: pd.DataFrame) -> tuple[str, ...]:
    """Whole sentences, the most general first."""
    columns = monitored(context)
    if columns is None:
        return ()
    rules = policy(context.settings, context.config.window)
    found = [expected(rules.rate, context.config.window)]
    if rules.m > 1:
        found.append(f"An alarm takes {rules.k} of the last {rules.m} windows of a column.")
    if len(small):
        last = small.iloc[-1]
        few = f"{len(small):,} of {len(alarms):,} windows have" if len(alarms) > 1 else "The window has"
        takes = f"{last['needed']:,.0f} are needed" if last["needed"] < inf else "the reference itself has too few"
        found.append(f"{few} too few rows to be judged, the newest of them {last['window']}: {last['rows']:,} rows, and {takes}.")
    return (*found, *_dependence(context, columns, rules))


def _needed(context: Context, columns: Monitored, rules: Policy, version: int, closed: bool) -> float:
    """The fewest rows with which any column could be judged."""
    references, level = reference_counts(context, columns, version), rules.level(len(columns.bins), closed)
    together = measured(context, columns, version)
    as_one = {name: rules.rows_as_one(together, name) for name in references}
    needed = [one * fewest_rows(level, float(decode(references[name]["counts"]).sum()) / one) for name, one in as_one.items()]
    least = min(needed, default=inf)
    return float(ceil(least)) if least < inf else inf


def _dependence(context: Context, columns: Monitored, rules: Policy) -> tuple[str, ...]:
    found = measured(context, columns, columns.version)
    telling = sorted((name for name in found if found[name] >= NOTEWORTHY and name in columns.bins), key=lambda name: -found[name])
    if not telling or (rules.inflation is not None and rules.inflation > 1):
        return ()
    named = ", ".join(telling[:3]) + (f" and {len(telling) - 3} more" if len(telling) > 3 else "")
    most = found[telling[0]]
    if rules.inflation is None:
        return (f"Rows resemble those before them in {named}: judged as if up to {most:.1f} rows were one.",)
    return (
        f"Rows resemble those before them in {named}: up to {most:.1f} rows say what one independent row would, so alarms without drift"
        " come more often than that. The setting autocorrelation='measured' takes it into account.",
    )
