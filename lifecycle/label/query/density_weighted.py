"""Information density: uncertain samples in crowded regions, so that outliers are not chased (Settles and Craven, 2008)."""

from __future__ import annotations

import numpy as np

from lifecycle.label.geometry import k_means, squared_distances, standardised
from lifecycle.label.strategies import Picked, picks
from lifecycle.label.uncertainty import Floats, gap, top

__all__ = ["density_weighted"]

CENTRES = 32
SAMPLE = 5_000
BLOCK = 16_384


@picks("density_weighted", features=True, nested=True)
def density_weighted(probabilities: Floats, features: Floats | None, n: int, rng: np.random.Generator) -> Picked:
    """Margin utility times the density at the sample: how near it is to the centres of a sample's clusters, weighted by their
    size, with a Gaussian kernel. Without features it is the margin alone.

    >>> density_weighted([[0.5, 0.5]] * 4, [[0.0], [0.1], [0.2], [99.0]], n=3)[0].tolist()
    [1, 2, 0]
    """
    utilities = gap(probabilities)
    if features is not None and len(features):
        utilities = utilities * _density(features, rng)
    return top(utilities, n), utilities


def _density(features: Floats, rng: np.random.Generator) -> Floats:
    chosen = rng.permutation(len(features))[:SAMPLE]
    sample = standardised(features[chosen])
    centres, labels = k_means(sample, np.ones(len(sample)), min(CENTRES, len(sample)), rng)
    sizes = np.bincount(labels, minlength=len(centres)) / len(sample)
    width = max(float(squared_distances(sample, centres).min(axis=1).mean()), 1e-6) * 2.0
    found = np.empty(len(features))
    for start in range(0, len(features), BLOCK):
        rows = standardised(features[start : start + BLOCK], features[chosen])
        found[start : start + BLOCK] = np.exp(-squared_distances(rows, centres) / width) @ sizes
    return found
