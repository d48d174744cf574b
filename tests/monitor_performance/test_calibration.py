"""Score bins and what they are calibrated to."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from lifecycle.monitor.performance.calibration import bin_of, calibrated_bins, score_edges


@pytest.mark.parametrize("shape", [(1, 1), (0.05, 3), (8, 0.1), (30, 30)])
@pytest.mark.parametrize("n", [50, 20_000])
def test_a_score_lies_in_its_bin_however_many_there_are(shape, n):
    rng = np.random.default_rng(0)
    edges = score_edges(rng.beta(*shape, size=3000), 512)
    assert len(edges) == 513
    assert (np.diff(edges) > 0).all()
    scores = np.concatenate([rng.beta(*shape, size=n), edges, np.nextafter(edges, -1).clip(0), rng.uniform(size=n)])
    np.testing.assert_array_equal(bin_of(scores, edges), np.searchsorted(edges[1:-1], scores, side="right"))


def test_few_distinct_scores_and_none_at_all_still_make_bins():
    assert len(score_edges([0.5] * 100, 64)) == 65
    assert len(score_edges([], 64)) == 65


def test_calibration_is_isotonic_regression_of_the_rows():
    rng = np.random.default_rng(0)
    place = rng.integers(0, 20, 4000)
    centres = (np.arange(20) + 0.5) / 20
    truth = rng.uniform(size=4000) < centres[place] ** 2
    positive, negative = np.bincount(place[truth], minlength=20), np.bincount(place[~truth], minlength=20)
    expected = IsotonicRegression(y_min=0, y_max=1).fit(centres[place], truth).predict(centres)
    np.testing.assert_allclose(calibrated_bins(positive.astype(float), negative.astype(float), centres), expected, atol=1e-12)
