"""The rows that can be asked about, and what a query strategy has to know of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lifecycle.errors import LifecycleError
from lifecycle.label.features import as_numbers
from lifecycle.label.regressors import ENOUGH, committee_predictions, expected_errors
from lifecycle.label.uncertainty import Bools, Floats, Integers
from lifecycle.records import ModelVersion
from lifecycle.stores import likenesses, versions
from lifecycle.verbs.context import Context
from lifecycle.verbs.label.samples import frame_at
from lifecycle.verbs.predictions.scoring import say
from lifecycle.verbs.predictions.truth import labelled

__all__ = ["POOL", "Candidates", "Pool", "State", "free_rows", "read_pool"]

POOL = 1_000_000  # the newest rows of the log that can be asked about
RESCORED = 20_000  # of them, the newest that a model is asked about again
KNOWN = 5_000  # rows with a truth that errors are learned from
MEMBERS = 5  # versions on a committee
BLOCK = 4_096

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class State:
    """What a ranking depends on."""

    strategy: str
    audit_share: float
    model_version: int
    last_seq: int
    rules: str = ""


@dataclass(frozen=True, slots=True)
class Pool:
    """Rows without a label, and the audit's rows that experts have labelled (`served`), by place in the log.

    `known`: those whose score is the model's own. `scores` is what `strategy` takes; it is 'clusters', or 'random' in regression,
    where nothing is known that the wanted one could use.
    """

    seqs: Places
    versions: Places
    scores: Floats
    served: Bools
    strategy: str
    known: Bools


def read_pool(context: Context, now: State) -> Pool:
    """The pool as it is now, with the champion's opinion of older rows where its model is here."""
    first = max(0, now.last_seq - POOL)
    chances, answered = _logged(context, first, now.last_seq)
    free, served = _free(context, first, now.last_seq - first)
    keep = np.flatnonzero(free | served)
    seqs, answered, served = first + 1 + keep, answered[keep], served[keep]
    if context.schema.task == "regression":
        scores, strategy = _errors(context, seqs, now)
        known = np.ones(len(seqs), dtype=np.bool_)
    else:
        scores, strategy, known = _chances(context, seqs, answered, chances[keep], now)
    return Pool(seqs, answered, scores, served, strategy, known)


@dataclass(slots=True)
class Candidates:
    """The rows of a pool that a strategy looks at closely; those of its first look are kept, so that similar ones are found at once."""

    context: Context
    pool: Pool
    _seen: tuple[Places, pd.DataFrame, Floats] | None = None

    def features(self, positions: Integers) -> Floats:
        """The pool's rows at these positions as numbers."""
        seqs, names = self.pool.seqs[positions], ["id", "prediction", *self.context.schema.names]
        if not len(seqs):
            return np.zeros((0, 1))
        told, parts = [], []
        for start in range(0, len(seqs), BLOCK):
            frame = frame_at(self.context, seqs[start : start + BLOCK], names)
            told.append(frame[["id", "prediction"]])
            parts.append(as_numbers(frame, self.context.schema.features))
        numbers = np.concatenate(parts)
        if self._seen is None or len(seqs) > len(self._seen[0]):
            self._seen = seqs, pd.concat(told, ignore_index=True), numbers
        return numbers

    def keep(self, otherwise: Integers) -> None:
        """Store what was looked at; a strategy that looked at none has the rows at these positions stored."""
        if self._seen is None:
            self.features(otherwise)
        if self._seen is not None:
            seqs, told, numbers = self._seen
            likenesses.keep_candidates(self.context.database, self.context.name, seqs, told["id"].tolist(), told["prediction"].tolist(), numbers)


def free_rows(context: Context, first: int, count: int) -> Bools:
    """Which of the `count` rows after `first` nobody has labelled or asked for."""
    return _free(context, first, count)[0]


def _logged(context: Context, first: int, last: int) -> tuple[Floats, Places]:
    """Each row's logged probabilities (NaN where there are none) and the version that answered."""
    names = context.schema.probability_columns()
    chances, answered = np.full((last - first, len(names)), np.nan), np.zeros(last - first, dtype=np.int64)
    for batch in context.log().batches(["version", *names], after=first, until=last):
        if not batch.num_rows:
            continue
        place = slice(int(batch["seq"][0].as_py()) - first - 1, int(batch["seq"][-1].as_py()) - first)
        answered[place] = batch["version"].fill_null(0).to_numpy(zero_copy_only=False)
        for j, name in enumerate(names):
            chances[place, j] = batch[name].fill_null(np.nan).to_numpy(zero_copy_only=False)
    return chances, answered


def _free(context: Context, first: int, count: int) -> tuple[Bools, Bools]:
    """Which rows nobody has labelled, and which the audit's experts have; rows that were asked for by hand are neither."""
    free, served = np.ones(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    known = "SELECT seq FROM current_labels WHERE project = ? AND seq > ? AND no != 0"
    answered = "SELECT seq FROM tasks WHERE project = ? AND seq > ? AND (answers > 0 OR (ranking = 0 AND strategy != 'filtered'))"
    audited = "SELECT seq FROM tasks WHERE project = ? AND seq > ? AND answers > 0 AND purpose = 'audit'"
    for sql, which, value in ((known, free, False), (answered, free, False), (audited, served, True)):
        found = np.array(context.database.connection.execute(sql, (context.name, first)).fetchall(), dtype=np.int64).ravel()
        which[found[found <= first + count] - first - 1] = value
    return free, served


def _chances(context: Context, seqs: Places, answered: Places, chances: Floats, now: State) -> tuple[Floats, str, Bools]:
    """Class probabilities; rows without any are taken as certain, so that they wait behind those that are known to be not."""
    champion = versions.champion(context.database, context.name)
    stale = np.flatnonzero(answered != now.model_version)[-RESCORED:]
    if champion is not None and champion.model is not None and len(stale):
        chances[stale] = _said(context, champion, seqs[stale], chances[stale])
    unknown: Bools = np.asarray(~np.isfinite(chances).all(axis=1), dtype=np.bool_)
    if unknown.all() and now.strategy not in ("core_set", "clusters"):
        return np.zeros((len(seqs), 1)), "random" if now.strategy == "random" else "clusters", ~unknown
    chances[unknown] = np.eye(1, chances.shape[1])
    return (_committee(context, seqs, chances) if now.strategy == "committee" else chances), now.strategy, ~unknown


def _said(context: Context, version: ModelVersion, seqs: Places, otherwise: Floats) -> Floats:
    """A version's probabilities for rows of the log; `otherwise` where it gives none or cannot take them."""
    found, names = otherwise.copy(), list(context.schema.probability_columns())
    for start in range(0, len(seqs), BLOCK):
        frame = frame_at(context, seqs[start : start + BLOCK], context.schema.names)
        try:
            said = say(context, version, frame)
        except LifecycleError:  # a version that cannot take today's rows has no opinion of them
            return otherwise
        if not set(names) <= set(said.columns):
            return otherwise
        found[start : start + BLOCK] = said[names].to_numpy(dtype=np.float64)
    return found


def _committee(context: Context, seqs: Places, chances: Floats) -> Floats:
    """What the newest versions say, (members, pool, classes); of rows beyond the newest all say what was logged."""
    known = [version for version in versions.versions(context.database, context.name) if version.model is not None][-MEMBERS:]
    if len(known) < 2:
        return chances
    members = np.repeat(chances[None], len(known), axis=0)
    for member, version in zip(members, known, strict=True):
        member[-RESCORED:] = _said(context, version, seqs[-RESCORED:], chances[-RESCORED:])
    return members


def _errors(context: Context, seqs: Places, now: State) -> tuple[Floats, str]:
    """In regression: what a model of the errors made so far expects of the newest rows, 0 of those beyond."""
    if not len(seqs) or now.strategy in ("random", "greedy_features", "clusters"):
        return np.zeros((len(seqs), 1)), now.strategy
    known = _known(context)
    if len(known) < ENOUGH:
        return np.zeros((len(seqs), 1)), "random"
    rows, newest = _with_prediction(context, known), seqs[-RESCORED:]
    pool = _with_prediction(context, frame_at(context, newest, ["prediction", *context.schema.names]))
    truth, said = known["label"].to_numpy(dtype=np.float64), known["prediction"].to_numpy(dtype=np.float64)
    if now.strategy == "committee_variance":
        found = committee_predictions(rows, truth, pool, context.settings.seed)
    else:
        found = expected_errors(rows, truth - said, pool, context.settings.seed)
    scores = np.zeros((len(seqs), found.shape[1]))
    scores[-len(newest) :] = found
    return scores, now.strategy


def _known(context: Context) -> pd.DataFrame:
    """Rows with features, prediction and label: the newest labels, and the champion's reference while those are few."""
    columns: Sequence[str] = ["prediction", "label", *context.schema.names]
    found = labelled(context, features=True, newest=KNOWN)[list(columns)]
    champion = versions.champion(context.database, context.name)
    table = context.reference(champion.reference) if champion is not None and len(found) < KNOWN else None
    if table is not None and {"prediction", context.schema.target, *context.schema.names} <= set(table.column_names):
        older = (
            table.select(["prediction", context.schema.target, *context.schema.names]).to_pandas().set_axis(columns, axis=1).tail(KNOWN - len(found))
        )
        found = pd.concat([older, found]) if len(found) else older
    numbers = found[["prediction", "label"]].astype("float64")
    return pd.DataFrame(found[np.isfinite(numbers).all(axis=1)]).reset_index(drop=True)


def _with_prediction(context: Context, frame: pd.DataFrame) -> Floats:
    return np.column_stack([as_numbers(frame, context.schema.features), frame["prediction"].to_numpy(dtype=np.float64)])
