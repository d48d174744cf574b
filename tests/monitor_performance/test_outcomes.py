"""What labelled rows can turn out to be: the reference's chances after a look at the labels."""

from __future__ import annotations

import numpy as np
import pytest

from lifecycle.monitor.performance.outcomes import agreement, informed

CHANCES = np.array([[0.002, 0.1, 0.5, 0.9, 0.998]])


def counted(share: list[float], rows: float = 100.0) -> np.ndarray:
    """Sums of weights (1, 2, B) of `rows` labels a bin that all weigh the same."""
    right = rows * np.array(share)
    return np.stack([right, rows - right])[None] / (rows * len(share))


def both(share: list[float], rows: float = 100.0) -> tuple[np.ndarray, np.ndarray]:
    hits = counted(share, rows)
    return hits, hits / (rows * len(share))


def test_labels_as_expected_move_nothing_and_agree():
    hits, hits2 = both(CHANCES[0].tolist())
    assert np.allclose(informed(CHANCES, hits, hits2), CHANCES)
    assert agreement(CHANCES, hits, hits2).tolist() == [1.0]


def test_a_surprise_among_unsure_rows_leaves_sure_ones_where_they_are():
    moved = informed(CHANCES, *both([0.002, 0.3, 0.5, 0.7, 0.998]))[0]
    assert moved[[0, 2, 4]] == pytest.approx(CHANCES[0, [0, 2, 4]])
    assert 0.25 < moved[1] < 0.3
    assert 0.7 < moved[3] < 0.75


def test_a_surprise_among_sure_rows_is_believed():
    assert informed(CHANCES, *both([0.15, 0.1, 0.5, 0.9, 0.998]))[0, 0] == pytest.approx(0.15, abs=0.02)


def test_the_more_labels_contradict_the_less_the_reference_says():
    told = [agreement(CHANCES, *both([0.002 + wrong, 0.1, 0.5, 0.9, 0.998]))[0] for wrong in (0.0, 0.05, 0.1, 0.5)]
    assert told[0] == 1.0
    assert told == sorted(told, reverse=True)
    assert told[-1] == 0.1
