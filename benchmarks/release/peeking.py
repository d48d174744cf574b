"""Live trials that one peeks at after every request: how often they decide wrongly, how soon rightly, and whether the planner is right.

python benchmarks/release/peeking.py [--quick]

Beside the tests of Lifecycle stands McNemar's test with a fixed horizon, peeked at just as often. Each figure carries its Monte-Carlo
standard error; a line that ends in FAILED is beyond what was promised by more than three of them, and the script then ends with status 1.
"""

from __future__ import annotations

import argparse
import math
import sys

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import gammaln

from lifecycle.release import planning
from lifecycle.release.sequential import FEWEST_ENTITIES, FEWEST_ERRORS, RATIO_MIXTURE, TUNED_FOR, log_evidence, log_wealth

ALPHA = 0.05
Array = NDArray[np.float64]
failures: list[str] = []


def row(*cells: str) -> None:
    print("| " + " | ".join(cells) + " |", flush=True)


def head(*cells: str) -> None:
    print()
    row(*cells)
    row(*["---"] * len(cells))


def rate(hits: NDArray[np.bool_], most: float, what: str) -> str:
    """A share with its standard error, held against what was promised."""
    found, n = float(hits.mean()), len(hits)
    if found > most + 3 * math.sqrt(most * (1 - most) / n):
        failures.append(f"{what}: {found:.2%}")
    return f"{found:.1%} ± {math.sqrt(max(found, 1 / n) * (1 - found) / n):.1%}"


def mean(values: Array, most: float, what: str) -> str:
    """A mean with its standard error, held against what was promised."""
    error = float(values.std()) / math.sqrt(len(values))
    if values.mean() > most + 3 * error:
        failures.append(f"{what}: {values.mean():,.0f}")
    return f"{values.mean():,.0f} ± {error:,.0f}"


def counts(trials: int, requests: int, win: float, loss: float, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    u = rng.random((trials, requests), dtype=np.float32)
    wins, losses = (u < win).cumsum(axis=1, dtype=np.int32), (u > 1 - loss).cumsum(axis=1, dtype=np.int32)
    return wins, losses, np.arange(1, requests + 1, dtype=np.int32) - wins - losses


def table_of_evidence(most: int) -> tuple[Array, Array]:
    """The counts of wins between which the test is undecided, by the number of discordant requests: looked up, not computed, at each peek."""
    n = np.arange(most + 1)
    low = np.full(most + 1, -1)
    for k in n[1:]:
        wins = np.arange(k // 2 + 1)
        decided = np.flatnonzero(log_evidence(wins, k - wins) >= -math.log(ALPHA))
        low[k] = decided[-1] if len(decided) else -1
    return low, n - low


def paired(trials: int, rng: np.random.Generator) -> None:
    head("paired, A/A, 3,000 requests", "e-process decides", "McNemar decides", "interval misses the truth")
    low, high = table_of_evidence(1600)
    for discordance in (0.02, 0.05, 0.10, 0.30):
        parts: list[tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]] = []
        for _ in range(-(-trials // 500)):
            wins, losses, ties = counts(500, 3000, discordance / 2, discordance / 2, rng)
            total = wins + losses
            wrong = ((wins <= low[total]) | (wins >= high[total])).any(axis=1)
            naive = ((np.abs(wins - losses) > 1.96 * np.sqrt(np.maximum(total, 1))) & (total >= 10)).any(axis=1)
            peeks = np.r_[0:100:10, 100:3000:50]  # one after the other is as good: the wealth moves little in between
            missed = (log_wealth(wins[:, peeks], losses[:, peeks], ties[:, peeks], 0.0) >= -math.log(ALPHA)).any(axis=1)
            parts.append((wrong, naive, missed))
        wrong, naive, missed = (np.concatenate(part) for part in zip(*parts, strict=True))
        what = f"paired A/A at {discordance:.0%}"
        row(f"{discordance:.0%} disagreement", rate(wrong, ALPHA, what), f"{naive.mean():.0%}", rate(missed, ALPHA, f"{what}, interval"))
    head("paired, .90 -> .92", "requests until decided", "planned", "nine of ten", "planned", "decided wrongly")
    for discordance, most in ((0.05, 1500), (0.10, 2800)):
        runs, first, right = 200, [], []
        for _ in range(max(2, trials // 1000)):
            wins, losses, _ = counts(runs, 16_000, (discordance + 0.02) / 2, (discordance - 0.02) / 2, rng)
            total = np.minimum(wins + losses, len(low) - 1)
            at = ((wins <= low[total]) | (wins >= high[total])).argmax(axis=1)
            first.append(at + 1)
            right.append(wins[np.arange(runs), at] > losses[np.arange(runs), at])
        needed = np.concatenate(first).astype(float)
        planned, planned_90 = planning.paired_requests(0.02, discordance)
        if abs(planned / needed.mean() - 1) > 0.10 + 3 * needed.std() / needed.mean() / math.sqrt(len(needed)):
            failures.append(f"planner, paired at {discordance:.0%}: {planned:,.0f} for {needed.mean():,.0f}")
        said = mean(needed, most, f"paired at {discordance:.0%}")
        ninety = f"{np.quantile(needed, 0.9):,.0f}"
        row(
            f"{discordance:.0%} disagreement", said, f"{planned:,.0f}", ninety, f"{planned_90:,.0f}", rate(~np.concatenate(right), ALPHA, "wrong way")
        )


def apart(
    trials: int, entities: int, per_entity: int, share: float, gain: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Entities that differ in how hard they are (Beta(9.5, .5); without an entity of its own, each request is one), in random order, peeked at
    after every request. Returns the requests until decided (0: never) and whether the interval ever missed the truth.

    The sums of both groups are running sums of what each request changes: the mean of its entity before and after it.
    """
    requests = entities * per_entity
    order = rng.permuted(np.tile(np.repeat(np.arange(entities), per_entity), (trials, 1)), axis=1) if per_entity > 1 else None
    arm = rng.random((trials, entities)) < share
    hard = rng.beta(9.5, 0.5, (trials, entities)) * (0.9 if gain else 1.0) + gain * arm
    if order is None:
        side, after, seen = arm, (rng.random((trials, requests)) < hard).astype(np.float32), np.ones((trials, requests), dtype=bool)
        before = np.zeros_like(after)
    else:
        side = np.take_along_axis(arm, order, axis=1)
        right = (rng.random((trials, requests)) < np.take_along_axis(hard, order, axis=1)).astype(np.float32)
        by = np.argsort(order, axis=1, kind="stable")  # each entity's requests, one after the other
        running = np.take_along_axis(right, by, axis=1).reshape(trials, entities, per_entity).cumsum(axis=2)
        means = running / np.arange(1, per_entity + 1, dtype=np.float32)
        earlier = np.concatenate([np.zeros_like(means[:, :, :1]), means[:, :, :-1]], axis=2)
        after, before, seen = np.empty_like(right), np.empty_like(right), np.empty(right.shape, dtype=bool)
        np.put_along_axis(after, by, means.reshape(trials, -1), axis=1)
        np.put_along_axis(before, by, earlier.reshape(trials, -1), axis=1)
        first = np.broadcast_to(np.arange(per_entity) == 0, means.shape).reshape(trials, -1)
        np.put_along_axis(seen, by, first, axis=1)
    sums = []
    for mine in (~side, side):
        changes = (seen * mine, (after - before) * mine, (after**2 - before**2) * mine, ((after < 1) * 1.0 - ((before < 1) & ~seen)) * mine)
        sums.append([change.cumsum(axis=1, dtype=np.float64) for change in changes])
    return _looked(sums, gain)


def _looked(sums: list[list[Array]], gain: float) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """`unpaired_test` on running sums; tests/release/test_sequential.py holds such sums and the test together."""
    with np.errstate(all="ignore"):
        n, s, q = (sums[0][i] + sums[1][i] for i in range(3))
        pooled = (q - s**2 / n) / (n - 1)
        spread = sum(np.maximum((q1 - s1**2 / n1) / (n1 - 1), pooled) / n1 for n1, s1, q1, _ in sums)
        target = -2 * math.log(ALPHA)
        r2 = (target + math.log(target) + 1) / TUNED_FOR
        grown = n * r2 + 1
        difference = sums[1][1] / sums[1][0] - sums[0][1] / sums[0][0]
        half = np.sqrt(spread * 2 * grown / (n * r2) * np.log(np.sqrt(grown) / ALPHA))
    enough = np.logical_and.reduce([(side[0] >= FEWEST_ENTITIES) & (side[3] >= FEWEST_ERRORS) for side in sums])
    decided, missed = enough & (np.abs(difference) >= half), enough & (np.abs(difference - gain) > half)
    return np.where(decided.any(axis=1), decided.argmax(axis=1) + 1, 0), missed.any(axis=1)


def unpaired(trials: int, rng: np.random.Generator) -> None:
    head("unpaired, A/A", "requests an entity", "entities", "decides")
    for share in (0.5, 0.05):
        for per_entity in (1, 10):
            entities = (3000 if share == 0.5 else 6000) // (1 if per_entity == 1 else 4)
            first = [apart(100, entities, per_entity, share, 0.0, rng)[0] for _ in range(trials // 100)]
            what = f"unpaired A/A, {share:.0%}, {per_entity} an entity"
            row(f"{share:.0%} to the new", str(per_entity), f"{entities:,}", rate(np.concatenate(first) > 0, ALPHA, what))
    head("unpaired, .855 -> .875", "entities until decided: median", "planned", "interval misses the truth")
    found = [apart(50, 24_000, 1, 0.5, 0.02, rng) for _ in range(4)]
    first = np.concatenate([one[0] for one in found])
    middle = float(np.median(np.where(first > 0, first, 24_000)))
    planned = planning.unpaired_entities(0.02, 0.5, 0.855)[0]
    row("half and half", f"{middle:,.0f}", f"{planned:,.0f}", rate(np.concatenate([one[1] for one in found]), ALPHA, "unpaired coverage"))
    if abs(planned / middle - 1) > 0.35:
        failures.append(f"planner, unpaired: {planned:,.0f} for {middle:,.0f}")


def ratio(trials: int, rng: np.random.Generator) -> None:
    head("sample ratio, 3,000 requests, peeked at each", "alarms falsely")
    for share in (0.5, 0.05, 0.01):
        hits = []
        planned = np.array([share, 1 - share])
        a, n = RATIO_MIXTURE * planned, np.arange(1, 3001)
        past = gammaln(RATIO_MIXTURE) - gammaln(RATIO_MIXTURE + n)
        grids = [gammaln(a[i] + np.arange(3001)) - gammaln(a[i]) - np.arange(3001) * math.log(planned[i]) for i in (0, 1)]
        for _ in range(-(-trials // 500)):
            new = (rng.random((500, 3000), dtype=np.float32) < share).cumsum(axis=1, dtype=np.int32)
            hits.append((past + grids[0][new] + grids[1][n - new] >= math.log(100)).any(axis=1))
        row(f"{share:.0%} planned", rate(np.concatenate(hits), 0.01, f"sample ratio {share:.0%}"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the trials")
    trials, rng = (200 if parser.parse_args().quick else 2000), np.random.default_rng(1)
    print(f"{trials:,} simulated trials; ± is one Monte-Carlo standard error; limit {stats.norm.ppf(0.975):.2f} for McNemar's test.")
    paired(trials, rng)
    unpaired(trials, rng)
    ratio(trials, rng)
    print("\n" + "\n".join(f"FAILED {text}" for text in failures) if failures else "\nAll within what is promised.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
