"""One status and whole sentences."""

from __future__ import annotations

import pandas as pd
import pytest

from lifecycle.monitor.health import assess

DAY = pd.Timestamp("2026-11-01", tz="UTC")


def report(values, alarms, line="assisted", metric="accuracy", version=1):
    rows = []
    for i, (value, alarm) in enumerate(zip(values, alarms, strict=True)):
        row = {"window": str(i + 1), "start": DAY + pd.Timedelta(days=i), "end": DAY + pd.Timedelta(days=i + 1), "metric": metric}
        row |= {"alarm": alarm, "line": line, "version": version, "level": 0.87, "level_lower": 0.86, "level_upper": 0.88}
        for name in ("realized", "estimated", "assisted"):
            shown = value if name == line else float("nan")
            row |= {name: shown, f"{name}_lower": shown - 0.02, f"{name}_upper": shown + 0.02}
        rows.append(row)
    return pd.DataFrame(rows)


def drift(flags, columns=("income", "region")):
    frame = pd.DataFrame({"window": range(len(flags)), "start": [DAY + pd.Timedelta(days=i) for i in range(len(flags))], "alarm": flags})
    return frame.assign(columns=[list(columns) if flag else [] for flag in flags])


QUIET = drift([False] * 6)


def test_a_fall_is_critical_and_says_how_far_since_when_and_from_where():
    health = assess(report([0.87, 0.86, 0.81, 0.81], [False, False, True, True]), "accuracy", drift([False, False, True, True]))
    assert health.status == "critical"
    assert health.reasons[0] == "Accuracy fell to 0.810 (0.790-0.830) since 3 Nov 2026; it was 0.870 (0.860-0.880) on the reference."
    assert health.reasons[1] == "income and region drifted since 3 Nov 2026."


def test_an_alarm_long_ago_is_history():
    health = assess(report([0.8] + [0.87] * 9, [True] + [False] * 9), "accuracy", QUIET)
    assert health.status == "ok"
    assert health.reasons == ("Accuracy is 0.870 (0.850-0.890) in the newest window; on the reference it was 0.870 (0.860-0.880).",)


def test_estimates_do_not_acquit_what_the_last_labels_found_guilty():
    guessed = report([0.87] * 5, [False] * 5, line="estimated").assign(window=[str(i) for i in range(11, 16)], start=DAY + pd.Timedelta(days=20))
    both = pd.concat([report([0.87, 0.78], [False, True]), guessed], ignore_index=True)
    assert assess(both, "accuracy", QUIET).status == "critical"
    retrained = pd.concat([report([0.87, 0.78], [False, True]), guessed.assign(version=2)], ignore_index=True)
    assert assess(retrained, "accuracy", QUIET).status == "ok"


@pytest.mark.parametrize(("columns", "said"), [(("a",), "a drifted"), (tuple("abcde"), "a, b, c and 2 more drifted"), ((), "though none stands out")])
def test_drift_alone_is_a_warning(columns, said):
    health = assess(report([0.87], [False]), "accuracy", drift([False, True, True], columns))
    assert health.status == "warning"
    assert said in health.reasons[0]
    assert "2 Nov 2026" in health.reasons[0]


def test_a_failed_check_of_the_newest_window_is_a_warning():
    quality = pd.DataFrame({"window": ["1", "2", "2"], "column": ["old", "age", "age"], "check": ["range"] * 3, "failed": [True, True, False]})
    health = assess(report([0.87], [False]), "accuracy", QUIET, quality)
    assert health.status == "warning"
    assert health.reasons[0] == "Data quality: age failed a check in the newest window."


def test_nothing_to_judge_by_is_unknown():
    empty = report([0.5], [False]).iloc[:0]
    assert assess(empty, "accuracy", drift([])).status == "unknown"
    assert assess(empty, "accuracy", drift([False])).status == "ok"
