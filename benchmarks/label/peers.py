"""The strategies of scikit-activeml and modAL, called as `efficiency.py` calls its own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = ["picker"]


def picker(name: str, n: int) -> Callable[..., np.ndarray]:
    """`scikit-activeml:margin`, `:entropy`, `:falcun`, `:badge`, `:typiclust`; `modal:margin`, `:entropy`, `:uncertainty_batch`."""
    package, _, strategy = name.partition(":")
    return (_scikit_activeml if package == "scikit-activeml" else _modal)(strategy, n)


def _scikit_activeml(strategy: str, n: int) -> Callable[..., np.ndarray]:
    from skactiveml.classifier import SklearnClassifier
    from skactiveml.pool import Badge, Falcun, TypiClust, UncertaintySampling
    from sklearn.preprocessing import StandardScaler

    made = {
        "margin": lambda seed: UncertaintySampling(method="margin_sampling", random_state=seed),
        "entropy": lambda seed: UncertaintySampling(method="entropy", random_state=seed),
        "falcun": lambda seed: Falcun(random_state=seed),
        "badge": lambda seed: Badge(random_state=seed),
        "typiclust": lambda seed: TypiClust(random_state=seed),
    }[strategy]

    def pick(fitted: object, pool: np.ndarray, labelled: np.ndarray, known: np.ndarray, left: np.ndarray, seed: int) -> np.ndarray:
        rows = StandardScaler().fit_transform(pool)
        said = np.full(len(pool), np.nan)
        said[labelled] = known[labelled]
        options = {"X": rows, "y": said, "batch_size": n}
        if strategy != "typiclust":
            from sklearn.base import clone

            options |= {"clf": SklearnClassifier(clone(fitted), classes=np.unique(known)), "fit_clf": True}
        chosen = made(seed + len(labelled)).query(**options)
        return np.searchsorted(left, chosen)

    return pick


def _modal(strategy: str, n: int) -> Callable[..., np.ndarray]:
    from modAL.batch import uncertainty_batch_sampling
    from modAL.models import ActiveLearner
    from modAL.uncertainty import entropy_sampling, margin_sampling
    from sklearn.base import clone

    query = {"margin": margin_sampling, "entropy": entropy_sampling, "uncertainty_batch": uncertainty_batch_sampling}[strategy]

    def pick(fitted: object, pool: np.ndarray, labelled: np.ndarray, known: np.ndarray, left: np.ndarray, seed: int) -> np.ndarray:
        learner = ActiveLearner(estimator=clone(fitted), X_training=pool[labelled], y_training=known[labelled], query_strategy=query)
        found = learner.query(pool[left], n_instances=n)
        return np.asarray(found[0] if isinstance(found, tuple) else found).ravel()

    return pick
