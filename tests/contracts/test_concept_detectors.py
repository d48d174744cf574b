"""What every detector of changes has to do, whichever file it lies in."""

from __future__ import annotations

import numpy as np
import pytest

import lifecycle
from lifecycle.errors import InvalidValue, UnknownName

NAMES = lifecycle.concept_detectors()


def stream(seed: int, *shares: float, rows: int = 2000) -> np.ndarray:
    return (np.random.default_rng(seed).random(rows * len(shares)) < np.repeat(shares, rows)).astype(float)


@pytest.mark.parametrize("name", NAMES)
class TestEach:
    def test_a_rise_is_found_after_it_and_dated_where_it_was(self, name: str) -> None:
        (found, *rest) = lifecycle.concept_detector(name)(stream(1, 0.1, 0.35))
        assert not rest
        assert found.found >= 2000
        assert found.at == pytest.approx(2000, abs=60)
        assert found.before == pytest.approx(0.1, abs=0.03) and found.after > 0.25  # noqa: PT018

    def test_a_stream_that_stays_is_left_alone(self, name: str) -> None:
        assert not any(lifecycle.concept_detector(name)(stream(seed, 0.1, 0.1)) for seed in range(20))

    def test_it_starts_anew_after_a_change(self, name: str) -> None:
        found = lifecycle.concept_detector(name)(stream(2, 0.05, 0.3, 0.7))
        assert [round(change.at, -3) for change in found if change.after > change.before] == [2000, 4000]

    def test_short_or_wrong_streams(self, name: str) -> None:
        detector = lifecycle.concept_detector(name)
        assert detector([]) == detector([0.0, 1.0]) == ()
        with pytest.raises(InvalidValue, match="finite"):
            detector([0.0, float("nan")])
        with pytest.raises(UnknownName, match="delta"):
            detector([0.0], speed=3)


def test_an_unknown_detector_says_which_there_are() -> None:
    with pytest.raises(UnknownName, match="adwin"):
        lifecycle.concept_detector("ddm")


@pytest.mark.parametrize("seed", range(12))
def test_page_hinkley_is_that_of_river(seed: int) -> None:
    drift = pytest.importorskip("river.drift")
    losses = stream(seed, 0.1, 0.1 + 0.05 * (seed % 6), 0.1)
    for both, mode in ((True, "both"), (False, "up")):
        theirs, noticed = drift.PageHinkley(mode=mode, threshold=20 + seed), []
        for place, loss in enumerate(losses):
            theirs.update(loss)
            if theirs.drift_detected:
                noticed.append(place)
        found = lifecycle.concept_detector("page_hinkley")(losses, both=both, threshold=20 + seed)
        assert [change.found for change in found] == noticed


@pytest.mark.parametrize("seed", range(6))
def test_adwin_notices_what_that_of_river_does(seed: int) -> None:
    drift = pytest.importorskip("river.drift")
    losses, theirs, noticed = stream(seed, 0.1, 0.3, 0.1), drift.ADWIN(), []
    for place, loss in enumerate(losses):
        theirs.update(loss)
        if theirs.drift_detected:
            noticed.append(place)
    found = [change.found for change in lifecycle.concept_detector("adwin")(losses)]
    assert len(found) == len(noticed) == 2
    assert np.abs(np.array(found) - noticed).max() <= 96  # three looks
