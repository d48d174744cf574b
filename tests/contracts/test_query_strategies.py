"""What every query strategy promises, whatever file it comes from."""

from __future__ import annotations

import numpy as np
import pytest

import lifecycle
from lifecycle.errors import InvalidValue, LifecycleError, UnknownName
from lifecycle.label.strategies import strategies, suited

NAMES = lifecycle.query_strategies()
CLASSIFIERS = [name for name in NAMES if strategies.facts(name)["task"] in ("classification", "any")]
UNCERTAIN = ["least_confidence", "margin", "entropy", "margin_diverse", "committee"]


def pool(rows: int = 400, classes: int = 4, columns: int = 6, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.ones(classes), size=rows), rng.normal(size=(rows, columns))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("with_features", [True, False])
@pytest.mark.parametrize("n", [0, 1, 57, 500])
def test_picks_are_distinct_rows_of_the_pool(name: str, with_features: bool, n: int) -> None:
    chances, features = pool()
    indices, utilities = lifecycle.query_strategy(name)(chances, features if with_features else None, n=n, rng=1)
    assert indices.shape == (min(n, 400),)
    assert len(set(indices.tolist())) == len(indices)
    assert indices.size == 0 or (indices.min() >= 0 and indices.max() < 400)
    assert utilities.shape == (400,)
    assert np.isfinite(utilities).all()
    assert (utilities >= 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_picks_and_inputs_stay_as_they_were(name: str) -> None:
    chances, features = pool()
    before = chances.copy(), features.copy()
    one, two = (lifecycle.query_strategy(name)(chances, features, n=20, rng=7) for _ in range(2))
    assert np.array_equal(one[0], two[0])
    assert np.array_equal(one[1], two[1])
    assert np.array_equal(before[0], chances)
    assert np.array_equal(before[1], features)


@pytest.mark.parametrize("name", NAMES)
def test_hard_pools(name: str) -> None:
    """An empty pool, one row, copies of one row, a certain model, missing features, a constant column."""
    pick = lifecycle.query_strategy(name)
    assert pick(np.empty((0, 3)), n=5)[0].shape == (0,)
    assert pick([[0.2, 0.8]], [[1.0]], n=5)[0].tolist() == [0]
    same, features = np.full((30, 3), 1 / 3), np.ones((30, 4))
    assert len(set(pick(same, features, n=12)[0].tolist())) == 12
    certain = np.eye(3)[np.arange(60) % 3]
    assert len(set(pick(certain, np.zeros((60, 2)), n=12)[0].tolist())) == 12
    chances, features = pool(80)
    features[::3, 1], features[:, 2] = np.nan, 5.0
    indices, utilities = pick(chances, features, n=12)
    assert len(set(indices.tolist())) == 12
    assert np.isfinite(utilities).all()


@pytest.mark.parametrize("name", NAMES)
def test_bad_arguments_are_refused(name: str) -> None:
    pick = lifecycle.query_strategy(name)
    for chances in ([[0.5, np.nan]], [[np.inf, 0.0]]):
        with pytest.raises(InvalidValue, match="NaN or infinity"):
            pick(chances)
    with pytest.raises(InvalidValue, match="features of shape"):
        pick([[0.5, 0.5]], [[1.0], [2.0]])
    for n in (-1, 1.5, True):
        with pytest.raises(InvalidValue, match="whole number"):
            pick([[0.5, 0.5]], n=n)


@pytest.mark.parametrize("name", UNCERTAIN)
def test_uncertain_rows_are_preferred(name: str) -> None:
    rng = np.random.default_rng(0)
    sure = np.column_stack([np.full(500, 0.98), np.full(500, 0.02)])
    unsure = np.column_stack([np.full(40, 0.51), np.full(40, 0.49)])
    chances = np.concatenate([sure, unsure])
    indices, utilities = lifecycle.query_strategy(name)(chances, rng.normal(size=(540, 3)), n=4)
    assert (indices >= 500).all()
    assert utilities[500:].min() > utilities[:500].max()


@pytest.mark.parametrize("name", ["margin_diverse", "core_set", "badge", "greedy_features"])
def test_diverse_picks_do_not_come_from_one_heap(name: str) -> None:
    rng = np.random.default_rng(0)
    features = np.concatenate([rng.normal(centre, 0.01, size=(50, 2)) for centre in ((0, 0), (0, 9), (9, 0), (9, 9))])
    chances = rng.dirichlet([30, 30], size=200)
    indices, _ = lifecycle.query_strategy(name)(chances, features, n=4)
    assert len(set((indices // 50).tolist())) >= (3 if name == "badge" else 4)  # k-means++ draws


def test_names() -> None:
    expected = {"random", "least_confidence", "margin", "entropy", "margin_diverse", "committee", "density_weighted", "core_set", "badge"}
    assert expected | {"expected_error", "committee_variance", "residual_model", "greedy_features"} <= set(NAMES)
    with pytest.raises(UnknownName, match="known: badge"):
        lifecycle.query_strategy("margins")


def test_a_strategy_for_the_other_task_is_refused_with_those_that_fit() -> None:
    assert suited("margin_diverse", "regression") == "residual_model"
    assert suited("core_set", "classification") == "core_set"
    with pytest.raises(LifecycleError, match=r"for classification; this project is a regression.*residual_model"):
        suited("entropy", "regression")
    with pytest.raises(LifecycleError, match="for regression; this project is a classification"):
        suited("committee_variance", "classification")


def test_a_file_is_all_that_a_strategy_takes() -> None:
    from lifecycle.label.strategies import picks

    @picks("first_rows_test")
    def first_rows(probabilities, features, n, rng):
        """The first rows."""
        return np.arange(n), np.zeros(len(probabilities))

    try:
        assert lifecycle.query_strategy("first_rows_test")([[0.5, 0.5]] * 3, n=2)[0].tolist() == [0, 1]
    finally:
        strategies._items.pop("first_rows_test")
        strategies._facts.pop("first_rows_test")
