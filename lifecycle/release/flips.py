"""The rows about which two models say something else, and who was right."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lifecycle.records import Schema

__all__ = ["flips"]

MOST = 2000
COLUMNS = ["id", "truth", "old", "new", "right"]


def flips(rows: pd.DataFrame, old: pd.DataFrame, new: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """id, truth, old, new, right ("old", "new" or "neither"): losses first, then wins, then where both are wrong; the newest 2,000.
    In regression the rows whose absolute error changed most come first, and right is who was closer.

    >>> schema = Schema((), "y", None, "classification", "tabular", ("a", "b"))
    >>> rows = pd.DataFrame({"id": ["1", "2"], "label": ["a", "a"]})
    >>> flips(rows, pd.DataFrame({"prediction": ["a", "b"]}), pd.DataFrame({"prediction": ["a", "a"]}), schema).values.tolist()
    [['2', 'a', 'b', 'a', 'new']]
    """
    frame = pd.DataFrame({"id": rows["id"].to_numpy(), "truth": rows["label"].to_numpy()})
    frame["old"], frame["new"] = old["prediction"].to_numpy(), new["prediction"].to_numpy()
    if schema.task == "regression":
        before, after = ((frame[side] - frame["truth"]).abs() for side in ("old", "new"))
        order = (after - before).abs().sort_values(ascending=False, kind="stable").index
        frame["right"] = np.select([before < after, after < before], ["old", "new"], "neither")
        return frame.loc[order[: MOST // 10]].query("old != new").reset_index(drop=True)
    texts = {side: frame[side].map(str) for side in ("truth", "old", "new")}
    frame["right"] = np.select([texts["old"] == texts["truth"], texts["new"] == texts["truth"]], ["old", "new"], "neither")
    frame = frame[texts["old"] != texts["new"]].iloc[::-1]
    order = frame["right"].map({"old": 0, "new": 1, "neither": 2}).sort_values(kind="stable").index
    return frame.loc[order[:MOST], COLUMNS].reset_index(drop=True)
