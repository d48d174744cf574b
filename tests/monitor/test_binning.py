"""The table of bins against a binary search, whatever the values look like."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.monitor.binning import Lookup, aligned
from lifecycle.monitor.summaries import freeze_numbers

ROWS = 20_000
KINDS = (
    "normal",
    "lognormal",
    "far off",
    "tiny",
    "huge",
    "zero inflated",
    "two scales",
    "whole",
    "tenths",
    "binary",
    "constant",
    "negative",
    "falling",
)


def spread(kind: str) -> np.ndarray:
    rng = np.random.default_rng(0)
    normal = rng.normal(size=ROWS)
    return {
        "normal": normal,
        "lognormal": np.exp(4 * normal),
        "far off": 1e9 + normal,
        "tiny": 1e-300 * normal,
        "huge": 1e300 * normal,
        "zero inflated": np.where(normal < 0, 0.0, np.abs(normal)),
        "two scales": np.where(rng.random(ROWS) < 0.5, 1e-6 * normal, 1e6 * normal),
        "whole": rng.poisson(40, ROWS).astype(np.float64),
        "tenths": np.round(normal, 1),
        "binary": (normal > 0).astype(np.float64),
        "constant": np.full(ROWS, 0.3),
        "negative": -np.exp(2 * normal),
        "falling": np.linspace(5, -5, ROWS),
    }[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_cells_are_a_binary_search_with_missing_apart(kind: str) -> None:
    values = spread(kind)
    edges = freeze_numbers(values).edges
    extremes = np.array([-1e308, 1e308, 0.0, -0.0, 5e-324, -5e-324, np.inf, -np.inf])
    known = np.concatenate((values, edges, np.nextafter(edges, -np.inf), np.nextafter(edges, np.inf), extremes))
    missing = np.random.default_rng(1).random(len(known)) < 0.3
    given_values = np.where(missing, np.where(known > 0, np.nan, -np.nan), known)
    lookup = Lookup(edges)
    assert (lookup(known) == np.searchsorted(edges, known)).all()
    assert (lookup.cells(given_values) == np.where(missing, 0, np.searchsorted(edges, known) + 1)).all()
    assert (lookup.cells(given_values[:100]) == lookup.cells(given_values)[:100]).all()
    assert (lookup.cells(np.repeat(known, 2)[::2]) == lookup.cells(known)).all()


@pytest.mark.parametrize("kind", ["normal", "lognormal", "far off", "tiny", "whole", "tenths", "negative"])
def test_nearly_every_value_is_placed_by_the_table_alone(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    values, searched = spread(kind), []
    lookup, search = Lookup(freeze_numbers(values).edges), Lookup._searched
    monkeypatch.setattr(Lookup, "_searched", lambda self, part: searched.append(len(part)) or search(self, part))
    lookup(values)
    assert sum(searched) < 0.02 * len(values)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-4_000, 4_000), min_size=2, max_size=300, unique=True), st.integers(-30, 30))
def test_values_of_a_few_thousand_steps_stay_apart(steps: list[int], scale: int) -> None:
    values = np.sort(np.array(steps, dtype=np.float64)) * 0.7 * 2.0**scale
    edges = aligned(values)
    if len(edges) == len(values):
        assert (np.searchsorted(edges, values) == np.arange(len(values))).all()
        assert (edges >= values).all()
    assert len(edges) >= 0.9 * len(values)
