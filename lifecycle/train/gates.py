"""What a candidate has to meet before it may be approved, judged on rows that neither model was fitted on.

Each gate is a pure function of a `Case` and the limits; it returns a sentence either way. Differences are candidate minus champion
in loss (share wrong, or absolute error), with a paired bootstrap of the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.records import Gate
from lifecycle.train import evaluation

__all__ = ["LIMITS", "MEANING", "Case", "check", "judge", "limits", "paired_difference"]

Array = np.ndarray[Any, Any]

# What is asked when Settings.gates says nothing else; MEANING says what each is.
LIMITS: dict[str, float] = {
    "margin": 0.02,
    "few_rows": 20,
    "slice_margin": 0.10,
    "slice_rows": 30,
    "calibration": 0.05,
    "negative_flips": 0.10,
    "milliseconds": 250,
    "megabytes": 500,
}
MEANING: dict[str, str] = {
    "margin": "Not worse than the champion by more than this share (of rows, or of its error)",
    "few_rows": "Rows from which on being as good or better passes, though the margin is not sure",
    "slice_margin": "No slice of the data loses more than this, in the same unit",
    "slice_rows": "Rows that a slice must have to be judged",
    "calibration": "How much the calibration error may grow",
    "negative_flips": "The share of rows that the champion had right and the candidate has wrong",
    "milliseconds": "Milliseconds for one answer, unless the champion takes half as long or longer",
    "megabytes": "Megabytes of the stored model",
}
SHARES = ("margin", "slice_margin", "calibration", "negative_flips")
RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Case:
    """A candidate and the champion on the same rows; `old` and `old_probabilities` are None where no champion can be asked.

    Attributes
    ----------
    truth, new, old : (rows,) class names as str, or numbers. new_probabilities, old_probabilities : (rows, classes).
    slices : by column, (rows,) the slice that each row lies in. features, old_features : what each model is given, in order.
    milliseconds, old_milliseconds : for one answer, measured in turns. megabytes : the stored model.
    failed_checks : data quality checks that the training rows failed.
    """

    task: str
    truth: Array
    new: Array
    old: Array | None = None
    new_probabilities: Array | None = None
    old_probabilities: Array | None = None
    slices: Mapping[str, Array] = field(default_factory=dict)
    features: tuple[str, ...] = ()
    old_features: tuple[str, ...] = ()
    milliseconds: float = 0.0
    old_milliseconds: float = 0.0
    megabytes: float = 0.0
    failed_checks: tuple[str, ...] = ()
    seed: int = 0


def limits(given: Mapping[str, float]) -> dict[str, tuple[float, float, str]]:
    """By name, the limit that counts, the usual one, and what it means.

    >>> limits({"margin": 0.01})["margin"][:2]
    (0.01, 0.02)
    """
    return {name: (float(given.get(name, usual)), usual, MEANING[name]) for name, usual in LIMITS.items()}


def check(given: Mapping[str, float]) -> None:
    """Refuse limits that are not known, or that nothing could be judged by.

    >>> check({"margin": -1})
    Traceback (most recent call last):
    ...
    lifecycle.errors.InvalidValue: The gate margin is -1; give a number from 0 to 1.

    Raises
    ------
    UnknownName, InvalidValue : no such limit, or a value outside what is allowed.
    """
    if not isinstance(given, Mapping):
        raise InvalidValue(f"gates is {given!r}; give limits by name, such as {{'margin': 0.01}}.")
    for name, value in given.items():
        if name not in LIMITS:
            raise UnknownName.among("gate limit", name, LIMITS)
        most = 1.0 if name in SHARES else 1e9
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= most:
            raise InvalidValue(f"The gate {name} is {value!r}; give a number from 0 to {most:g}.")


def judge(case: Case, given: Mapping[str, float] | None = None) -> list[Gate]:
    """Every gate, with what was found; a gate that cannot be judged (no champion, no probabilities) passes and says so.

    >>> truth = np.array(["a", "b"] * 100)
    >>> case = Case("classification", truth, new=truth, old=np.array(["a"] * 200))
    >>> [gate.name for gate in judge(case) if not gate.passed]
    []
    """
    known = {**LIMITS, **(given or {})}
    found = [gate(case, known) for gate in GATES]
    return [Gate(gate.name, bool(gate.passed), gate.reason) for gate in found]


def paired_difference(new: Array, old: Array, seed: int = 0) -> tuple[float, float, float]:
    """Mean of new - old with the bounds of a one-sided 95 % interval each way, from a bootstrap of the pairs.

    >>> paired_difference(np.array([1.0, 0.0]), np.array([1.0, 0.0]))
    (0.0, 0.0, 0.0)
    """
    difference = np.asarray(new, dtype=float) - np.asarray(old, dtype=float)
    values, counts = np.unique(difference, return_counts=True)
    rng = np.random.default_rng(seed)
    # few distinct values: resample their counts, the same draw at a fraction of the cost
    if len(values) <= 50:
        means = rng.multinomial(len(difference), counts / len(difference), RESAMPLES) @ values / len(difference)
    else:
        means = np.array([difference[rng.integers(0, len(difference), len(difference))].mean() for _ in range(RESAMPLES)])
    lower, upper = np.quantile(means, [0.05, 0.95])
    return float(difference.mean()), float(lower), float(upper)


def _not_worse(case: Case, limits: Mapping[str, float]) -> Gate:
    if case.old is None or not len(case.truth):
        return Gate("not_worse", True, "There is no champion to compare with on these rows.")
    mean, _, upper = paired_difference(_losses(case, case.new), _losses(case, case.old), case.seed)
    margin = limits["margin"] * _unit(case)
    what = f"{_said(case, mean)} on {len(case.truth):,} rows, at worst {_said(case, upper)} with 95 % confidence"
    if upper <= margin:
        return Gate("not_worse", True, f"Against the champion: {what}.")
    if mean <= 0 and len(case.truth) >= limits["few_rows"]:
        return Gate("not_worse", True, f"Against the champion: {what}; as good or better, on too few rows to be sure.")
    return Gate("not_worse", False, f"Against the champion: {what}; allowed is {_said(case, margin)}. Label more rows, or change the recipe.")


def _slices(case: Case, limits: Mapping[str, float]) -> Gate:
    if case.old is None or not case.slices:
        return Gate("slices", True, "There is no champion, or no slice, to compare.")
    new, old = _losses(case, case.new), _losses(case, case.old)
    worst: tuple[float, str] = (0.0, "")
    for column, names in case.slices.items():
        for name in sorted(set(names.tolist())):
            rows = names == name
            if rows.sum() >= limits["slice_rows"]:
                _, lower, _ = paired_difference(new[rows], old[rows], case.seed)
                worst = max(worst, (lower, f"{column} = {name} ({int(rows.sum()):,} rows)"))
    allowed = limits["slice_margin"] * _unit(case)
    if worst[0] > allowed:
        return Gate("slices", False, f"{worst[1]} is {_said(case, worst[0])} or more, with 95 % confidence; allowed is {_said(case, allowed)}.")
    return Gate("slices", True, f"No slice of {limits['slice_rows']:.0f} rows or more is shown to have {_said(case, allowed)}.")


def _flips(case: Case, limits: Mapping[str, float]) -> Gate:
    if case.task == "regression" or case.old is None or not len(case.truth):
        return Gate("negative_flips", True, "Not asked here.")
    lost = (case.old == case.truth) & (case.new != case.truth)
    share = float(lost.mean())
    # a handful of rows cannot show a share: what counts is the lower bound
    bound = evaluation.wilson(int(lost.sum()), len(lost)).lower
    text = f"{int(lost.sum()):,} of {len(lost):,} rows ({share:.1%}) were right and are not any more; allowed is {limits['negative_flips']:.0%}"
    return Gate("negative_flips", bound <= limits["negative_flips"], f"{text}.")


def _calibration(case: Case, limits: Mapping[str, float]) -> Gate:
    if case.new_probabilities is None or case.old_probabilities is None or not len(case.truth):
        return Gate("calibration", True, "There are no two sets of probabilities to compare.")
    pairs = [(p.max(axis=1), case.truth == said) for p, said in ((case.new_probabilities, case.new), (case.old_probabilities, case.old))]
    new, old = (evaluation.calibration_error(confidence, right) for confidence, right in pairs)
    noise = 1.0 / np.sqrt(len(case.truth))  # the error of a calibrated model on so few rows
    text = f"The calibration error is {new:.3f}, the champion's {old:.3f}; it may grow by {limits['calibration']:.3f}"
    return Gate("calibration", new - old <= limits["calibration"] + noise, f"{text} and the noise of {len(case.truth):,} rows.")


def _schema(case: Case, limits: Mapping[str, float]) -> Gate:
    if not case.old_features or case.features == case.old_features:
        return Gate("schema", True, f"It is given the same {len(case.features)} features in the same order.")
    changed = sorted(set(case.features) ^ set(case.old_features))
    return Gate("schema", False, f"Its features are not the champion's: {', '.join(changed) or 'their order differs'}.")


def _speed(case: Case, limits: Mapping[str, float]) -> Gate:
    """A busy machine slows both, so a champion that is as slow excuses the candidate."""
    allowed = max(limits["milliseconds"], 2.0 * case.old_milliseconds)
    champion = f", the champion's {case.old_milliseconds:.1f}" if case.old_milliseconds else ""
    return Gate("latency", case.milliseconds <= allowed, f"One answer takes {case.milliseconds:.1f} ms{champion}; allowed are {allowed:.0f}.")


def _size(case: Case, limits: Mapping[str, float]) -> Gate:
    return Gate("size", case.megabytes <= limits["megabytes"], f"The model is {case.megabytes:.2f} MB; allowed are {limits['megabytes']:.0f}.")


def _quality(case: Case, limits: Mapping[str, float]) -> Gate:
    failed = case.failed_checks
    return Gate("data", not failed, "The training rows passed their checks." if not failed else f"The training rows failed: {'; '.join(failed)}.")


GATES: tuple[Callable[[Case, Mapping[str, float]], Gate], ...] = (_not_worse, _slices, _flips, _calibration, _schema, _speed, _size, _quality)


def _losses(case: Case, answers: Array) -> Array:
    return evaluation.losses(case.truth, answers, case.task)


def _unit(case: Case) -> float:
    """What margins are multiplied by: 1 for a share, the champion's mean error for a number."""
    return 1.0 if case.task == "classification" or case.old is None else float(_losses(case, case.old).mean())


def _said(case: Case, difference: float) -> str:
    if case.task == "classification":
        return f"{abs(difference):.1%} {'more' if difference >= 0 else 'fewer'} rows wrong"
    return f"{abs(difference):.3g} {'more' if difference >= 0 else 'less'} error"
