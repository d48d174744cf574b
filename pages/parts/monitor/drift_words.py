"""What the Drift page says in one sentence, and the names of drift tests."""

from __future__ import annotations

import lifecycle
from pages.parts import words
from pages.parts.windows import Windows

__all__ = ["finding", "test"]

_TESTS = {"psi": "PSI", "g_test": "G-test", "chi_squared": "chi-squared", "mmd": "MMD"}
_TESTS |= {"kolmogorov_smirnov": "Kolmogorov–Smirnov", "cramer_von_mises": "Cramér–von Mises", "anderson_darling": "Anderson–Darling"}
_TESTS |= {"jensen_shannon": "Jensen–Shannon distance", "wasserstein": "Wasserstein", "hellinger": "Hellinger distance", "energy": "energy distance"}


def test(name: str) -> str:
    """A drift test's name in words.

    >>> test("kolmogorov_smirnov"), test("total_variation")
    ('Kolmogorov–Smirnov', 'total variation')
    """
    return _TESTS.get(name, name.replace("_", " "))


def finding(report: lifecycle.DriftReport, windows: Windows) -> str:
    """What drifted, since when, and what is worst, in one sentence."""
    frame, alarms = report.frame, report.alarms
    if frame["threshold"].isna().all():
        few = words.plural(int(alarms["rows"].max()), "row")
        return f"No window is large enough to judge drift: the largest has {few}. Look at longer windows, or at the performance."
    newest = frame[frame["window"] == windows.names[-1]]
    now, total = newest[newest["drifted"].astype(bool)], len(newest)
    if now.empty:
        last = alarms[alarms["alarm"].astype(bool)]
        before = f" The last alarm was in {windows.words(str(last['window'].iloc[-1]))}." if len(last) else ""
        return f"None of the {words.plural(total, 'column')} drifted in the newest window ({windows.words(windows.names[-1])}).{before}"
    quiet = alarms.loc[~alarms["alarm"].astype(bool), "start"]
    run = alarms[alarms["start"] > quiet.max()] if len(quiet) else alarms
    since = words.day((run["start"] if len(run) else now["start"]).iloc[0])
    worst = now.assign(reach=now["statistic"] / now["threshold"]).sort_values("reach", ascending=False, kind="stable")["column"].iloc[0]
    alarm = "" if len(run) else ", which is not enough for an alarm"
    return f"{len(now)} of {words.plural(total, 'column')} drifted since {since}{alarm}; worst: {worst}."
