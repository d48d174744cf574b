"""Features that give the answer away: copies of the target under another name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from lifecycle.records import Schema

__all__ = ["copies"]

FEWEST = 30
AGREED = 0.999  # of the rows: a copy with a few errors in it is one


def copies(table: pa.Table, schema: Schema) -> list[str]:
    """The features that equal the target or are nearly it, by another name or unit; none on fewer than 30 rows.

    A number copies a number when |correlation| is above 0.999999; values copy classes when there are as many of them and one tells the other
    in 99.9 % of the rows.

    >>> from lifecycle.records import Column
    >>> schema = Schema((Column("age", "numeric"), Column("cents", "numeric")), "euros", None, "regression", "tabular")
    >>> euros = np.arange(40.0)
    >>> copies(pa.table({"age": euros % 7, "cents": 100 * euros, "euros": euros}), schema)
    ['cents']
    """
    if table.num_rows < FEWEST or schema.target not in table.column_names:
        return []
    truth = table[schema.target].to_pandas()
    alike = _same_number if schema.task == "regression" else _same_class
    kinds = ("numeric",) if schema.task == "regression" else ("numeric", "categorical", "text")
    return [column.name for column in schema.features if column.kind in kinds and alike(table[column.name].to_pandas(), truth)]


def _same_number(values: pd.Series, truth: pd.Series) -> bool:
    known = np.isfinite(values.to_numpy()) & np.isfinite(truth.to_numpy())
    x, y = values.to_numpy()[known], truth.to_numpy()[known]
    if len(x) < FEWEST or x.std() == 0 or y.std() == 0:
        return False
    return bool(abs(np.corrcoef(x, y)[0, 1]) > 0.999999)


def _same_class(values: pd.Series, truth: pd.Series) -> bool:
    said = values.astype(str)
    if truth.nunique() < 2 or not truth.nunique() <= said.nunique() <= truth.nunique() + 1:
        return False
    table = pd.crosstab(said, truth).to_numpy()
    return bool(min(table.max(axis=1).sum(), table.max(axis=0).sum()) >= AGREED * table.sum())
