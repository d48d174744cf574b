"""When to stop: what further labels are expected to bring, from the learning curve so far.

The error falls towards a floor as a power of the number of labels, c + b n^-a (Figueroa et al., 2012; Viering and Loog, 2022). For each
exponent of a grid the rest is linear: its posterior is Gaussian under a flat prior, and the exponents are weighed by how well they fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lifecycle.label.uncertainty import Floats

__all__ = ["Curve", "fit_curve", "sizes"]

EXPONENTS = np.linspace(0.1, 1.2, 12)
DRAWS = 4_000
LEAST = 5  # sizes that a curve needs


@dataclass(frozen=True, slots=True)
class Curve:
    """Draws from the posterior of a learning curve: floor, scale (>= 0) and exponent of the error, each (draws,)."""

    floor: Floats
    scale: Floats
    exponent: Floats

    def error(self, labels: float) -> Floats:
        """The error at so many labels, a value a draw."""
        return np.asarray(self.floor + self.scale * labels**-self.exponent)

    def gain(self, labels: float, more: float) -> Floats:
        """How far the error falls with `more` labels, a value a draw; never below 0."""
        return np.asarray(self.scale * (labels**-self.exponent - (labels + more) ** -self.exponent))


def sizes(most: int, least: int = 20, count: int = 7) -> list[int]:
    """About `count` training sizes up to `most`, each a like factor larger than the one before.

    >>> sizes(320)
    [20, 32, 50, 80, 127, 202, 320]
    """
    return sorted(set(np.geomspace(min(least, most), most, count).round().astype(int).tolist()))


def fit_curve(labels: Floats, errors: Floats, rng: np.random.Generator) -> Curve | None:
    """The posterior of the curve from errors measured at several numbers of labels, None with fewer than five.

    Parameters
    ----------
    labels : (sizes,).
    errors : (repeats, sizes), each repeat on one test set of its own: what it has in common over the sizes, a hard or an easy test, says
        nothing of the shape, so the noise is what is left once a repeat's own level is taken off.

    >>> n = np.array([20.0, 40, 80, 160, 320])
    >>> curve = fit_curve(n, np.tile(0.1 + n**-0.5, (4, 1)), np.random.default_rng(0))
    >>> round(float(curve.gain(320, 50).mean()), 4), round(float(320**-0.5 - 370**-0.5), 4)
    (0.0039, 0.0039)
    """
    if len(labels) < LEAST or len(errors) < 2:
        return None
    mean = errors.mean(axis=0)
    left = errors - mean - (errors - mean).mean(axis=1, keepdims=True)
    repeats = len(errors)
    noise = np.sqrt((left**2).sum() / max(1, (repeats - 1) * (len(labels) - 1)) / repeats)
    noise = max(float(noise), 1e-4)
    scores, fits = [], []
    for exponent in EXPONENTS:
        design = np.column_stack([np.ones(len(labels)), labels**-exponent])
        covariance = np.linalg.inv(design.T @ design)
        centre = covariance @ design.T @ mean
        rest = float(((mean - design @ centre) ** 2).sum())
        scores.append(-rest / (2 * noise**2) + 0.5 * np.linalg.slogdet(covariance)[1])
        fits.append((centre, covariance * noise**2))
    weights = np.exp(np.array(scores) - max(scores))
    chosen = rng.choice(len(EXPONENTS), DRAWS, p=weights / weights.sum())
    drawn = np.empty((DRAWS, 2))
    for place in np.unique(chosen):
        centre, covariance = fits[place]
        drawn[chosen == place] = rng.multivariate_normal(centre, covariance, size=int((chosen == place).sum()))
    return Curve(np.maximum(drawn[:, 0], 0.0), np.maximum(drawn[:, 1], 0.0), EXPONENTS[chosen])
