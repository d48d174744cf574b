"""Summaries merge: the parts make the whole, in any order, through bytes and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.monitor.performance import summary
from lifecycle.monitor.performance.channels import Rows
from lifecycle.monitor.performance.layout import Layout
from lifecycle.monitor.performance.row_model import fit_row_model, project_edges
from lifecycle.monitor.performance.summary import add, empty, pack, stacked, summarise_features, summarise_labels, summarise_rows, unpack


def draw(rng, n, k):
    raw = np.exp(1.5 * rng.normal(size=(n, k)))
    p = raw / raw.sum(axis=1, keepdims=True)
    truth = (p.cumsum(axis=1) > rng.uniform(size=(n, 1))).argmax(axis=1)
    return Rows(p.argmax(axis=1), p, rng.normal(size=(n, 2))), truth


def fitted(k):
    rows, truth = draw(np.random.default_rng(0), 800, k)
    layout = Layout("classification", tuple(map(str, range(k))))
    return fit_row_model(layout, project_edges(layout, rows.probabilities), rows, truth)


MODELS = {k: fitted(k) for k in (2, 3)}


def same(one, other):
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_allclose(one[name], other[name], rtol=1e-9, atol=1e-9, err_msg=name)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([2, 3]), st.integers(1, 4))
def test_parts_make_the_whole_in_any_order(seed, k, windows):
    rng, model = np.random.default_rng(seed), MODELS[k]
    rows, truth = draw(rng, 60, k)
    window, group, weight = rng.integers(0, windows, 60), rng.integers(0, 2, 60), rng.uniform(1, 9, 60)
    weight[group == 0] = 1.0
    whole = summarise_rows(model, rows, window, windows)
    add(whole, np.arange(windows), summarise_labels(model, rows, truth, weight, group, window, windows))
    parts = empty(model.layout, windows)
    for some in np.array_split(rng.permutation(60), 3):
        add(parts, np.arange(windows), summarise_rows(model, rows.pick(some), window[some], windows))
        add(parts, np.arange(windows), summarise_labels(model, rows.pick(some), truth[some], weight[some], group[some], window[some], windows))
    same(whole, parts)
    same(whole, unpack(model.layout, [pack(whole, at) for at in range(windows)]))
    assert whole["rows"].sum() == 60
    assert whole["labels"].sum() == 60


def test_days_regroup_into_weeks_by_adding():
    rows, truth = draw(np.random.default_rng(1), 700, 2)
    day, ones, zeros = np.repeat(np.arange(7), 100), np.ones(700), np.zeros(700, dtype=int)
    days = summarise_labels(MODELS[2], rows, truth, ones, zeros, day, 7)
    week = empty(MODELS[2].layout, 1)
    add(week, zeros[:7], days)
    same(week, summarise_labels(MODELS[2], rows, truth, ones, zeros, zeros, 1))
    assert stacked([week, days])["labels"].shape == (8, 2)


@pytest.mark.parametrize("weighted", [False, True])
def test_counting_cells_is_going_through_the_rows(weighted, monkeypatch):
    rng = np.random.default_rng(2)
    rows, truth = draw(rng, 3000, 2)
    window, group = rng.integers(0, 3, 3000), rng.integers(0, 2, 3000) * weighted
    weight = np.where(group == 1, rng.uniform(1, 9, 3000), 1.0)
    one = summarise_labels(MODELS[2], rows, truth, weight, group, window, 3)
    monkeypatch.setattr(summary, "MANY", 0)
    other = summarise_labels(MODELS[2], rows, truth, weight, group, window, 3)
    same(one, other)


def test_what_features_add_is_unbiased_whatever_the_draw_and_its_variance_covers():
    rows, _ = draw(np.random.default_rng(5), 3000, 3)
    model, here = MODELS[3], np.zeros(3000, dtype=np.int64)
    whole = summarise_rows(model, rows, here, 1)
    every = whole["sharper"][0] / whole["sampled"][0]
    assert not whole["sharper2"].any()
    chance, rng, means, variances = np.where(np.arange(3000) < 600, 1.0, 0.2), np.random.default_rng(6), [], []
    for _ in range(100):
        read = np.flatnonzero(rng.uniform(size=3000) < chance)
        part = summarise_features(model, rows.pick(read), here[read], 1, 1.0 / chance[read])
        means.append(part["sharper"][0] / part["sampled"][0])
        variances.append(np.diag(part["sharper2"][0]) / part["sampled"][0] ** 2)
    moves = np.std(means, axis=0) > 1e-9
    spread = np.std(means, axis=0)[moves]
    assert moves[:3].all()
    assert (np.abs(np.mean(means, axis=0) - every)[moves] < 4 * spread / 10).all()
    ratio = np.mean(variances, axis=0)[moves] / spread**2
    assert ((ratio > 0.7) & (ratio < 1.6)).all()
