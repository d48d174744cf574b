"""PCA reconstruction error: do rows still lie near the plane that the reference spans.

A row whose columns are usual one by one but do not belong together is rebuilt badly from the reference's principal components.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from lifecycle.monitor.components import LEAST, fit_plane, judge_errors, matrix, residuals
from lifecycle.monitor.multivariate.registration import Floats, Sample, nothing, register
from lifecycle.records import MultivariateResult

__all__ = ["pca_reconstruction"]


@register("pca_reconstruction", least=LEAST)
def pca_reconstruction(reference: Sample, current: Sample, level: float, least: float, seed: int) -> MultivariateResult:
    """The mean distance of the rows from the plane, with its interval; the effect is its rise in standard deviations of the reference's
    distances. `columns`: the share of the rise in squared distance that each column brings."""
    first, second = _numbers(reference, reference), _numbers(current, reference)
    plane = fit_plane(first)
    if not plane["axes"]:
        return nothing()
    apart = residuals(second, plane) ** 2
    found = np.sqrt(apart.sum(axis=1))
    n, total, squares = np.array([len(found)]), np.array([found.sum()]), np.array([(found**2).sum()])
    mean, lower, upper, _, _ = (float(figure[0]) for figure in judge_errors(n, total, squares, plane, level))
    noise = plane["spread"] * np.sqrt(1.0 / len(found) + 1.0 / max(plane["rows"], 1)) or 1e-12
    p_value = float(special.ndtr(-(mean - plane["mean"]) / noise))
    threshold = plane["mean"] + max(float(special.ndtri(1.0 - level)) * noise, least * plane["spread"])
    risen = np.maximum(apart.mean(axis=0) - (residuals(first[1::2], plane) ** 2).mean(axis=0), 0.0)
    order = [int(j) for j in np.argsort(-risen, kind="stable") if risen[j] > 0.02 * risen.sum()] if p_value <= max(level, 0.05) else []
    shares = {reference.names[j]: float(risen[j] / risen[order].sum()) for j in order}
    return MultivariateResult(mean, lower, upper, p_value, (mean - plane["mean"]) / (plane["spread"] or 1.0), threshold, shares)


def _numbers(sample: Sample, reference: Sample) -> Floats:
    """Codes as the share that their level has in the reference; 0 for one that it does not know."""
    columns, shares = {}, {}
    for j, name in enumerate(reference.names):
        columns[name] = sample.values[:, j]
        if reference.categorical[j]:
            known = reference.values[:, j]
            most = int(np.nanmax(known, initial=0.0)) + 1
            held = np.bincount(known[~np.isnan(known)].astype(np.int64), minlength=most) / max(len(known), 1)
            shares[name] = [*held.tolist(), 0.0, float(np.isnan(known).mean())]
            place = np.where(np.isnan(columns[name]), most + 1, np.minimum(np.nan_to_num(columns[name]), most))
            columns[name] = place.astype(np.int64)
    return matrix(columns, shares, reference.names)
