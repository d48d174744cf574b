"""What holds for every rollout mode, those to come as well."""

import numpy as np
import pytest

from lifecycle.release.approval import share_of
from lifecycle.release.rollout import modes

KEYS = [f"customer {i}" for i in range(4000)]


@pytest.fixture(params=list(modes))
def name(request):
    return request.param


def share(name: str, wanted: float = 0.3) -> float:
    return share_of(name, wanted if modes.facts(name)["share"] is True else None)


def test_one_answer_a_key_and_no_memory(name):
    mode = modes[name]
    first = mode(KEYS, share(name), 7)
    assert first.dtype == bool
    assert first.shape == (len(KEYS),)
    order = np.random.default_rng(0).permutation(len(KEYS))
    assert (mode([KEYS[i] for i in order], share(name), 7) == first[order]).all()
    assert [bool(mode([key], share(name), 7)[0]) for key in KEYS[:50]] == first[:50].tolist()
    assert mode([], share(name), 7).shape == (0,)


def test_the_share_is_kept(name):
    given = modes[name](KEYS, share(name), 7).mean()
    assert given == pytest.approx(share(name), abs=4 * np.sqrt(0.3 * 0.7 / len(KEYS)))


def test_keys_of_any_alphabet(name):
    modes[name](["", "Ωmega", "顧客", "a" * 5000], share(name), 1)


def test_facts_are_stated(name):
    facts = modes.facts(name)
    assert isinstance(facts["trial"], bool)
    assert isinstance(facts["aside"], bool)
    assert facts["share"] is True or 0 <= facts["share"] <= 1


def test_a_larger_canary_keeps_who_was_in_the_smaller_and_another_trial_draws_anew():
    small, large, other = (modes["canary"](KEYS, part, trial) for part, trial in ((0.05, 1), (0.25, 1), (0.05, 2)))
    assert (small <= large).all()
    assert (small & other).mean() == pytest.approx(0.05 * 0.05, abs=0.004)
