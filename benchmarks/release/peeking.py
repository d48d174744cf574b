"""Live trials that one peeks at after every request: how often they decide wrongly, and how soon they decide rightly.

python benchmarks/release/peeking.py [--quick]

Beside the tests of Lifecycle stand a z-test and McNemar's test with a fixed horizon, peeked at just as often. Each figure carries its
Monte-Carlo standard error.
"""

from __future__ import annotations

import argparse
import math

import numpy as np
from scipy import stats

from lifecycle.release.sequential import log_evidence, log_wealth

ALPHA = 0.05


def counts(trials: int, requests: int, win: float, loss: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    u = rng.random((trials, requests), dtype=np.float32)
    wins, losses = (u < win).cumsum(axis=1, dtype=np.int32), (u > 1 - loss).cumsum(axis=1, dtype=np.int32)
    return wins, losses, np.arange(1, requests + 1) - wins - losses


def said(rate: float, trials: int) -> str:
    return f"{rate:.1%} ± {math.sqrt(rate * (1 - rate) / trials):.1%}"


def paired(trials: int, rng: np.random.Generator) -> None:
    print("| discordance | e-process: wrong | McNemar peeked at: wrong | interval misses the truth |\n|---|---|---|---|")
    for discordance in (0.02, 0.05, 0.10, 0.30):
        wins, losses, ties = counts(trials, 2000, discordance / 2, discordance / 2, rng)
        wrong = (log_evidence(wins, losses) >= -math.log(ALPHA)).any(axis=1).mean()
        total = wins + losses
        z = np.abs(wins - losses) / np.sqrt(np.maximum(total, 1))
        naive = ((z > stats.norm.ppf(1 - ALPHA / 2)) & (total >= 10)).any(axis=1).mean()
        peeks = np.r_[0:100:5, 100:2000:25]
        missed = (log_wealth(wins[:, peeks], losses[:, peeks], ties[:, peeks], 0.0) >= -math.log(ALPHA)).any(axis=1).mean()
        print(f"| {discordance:.0%} | {said(wrong, trials)} | {said(naive, trials)} | {said(missed, trials)} |", flush=True)
    print("\n| gain | discordance | requests until decided: mean | 90th percentile | decided wrongly |\n|---|---|---|---|---|")
    for discordance in (0.05, 0.10):
        runs = min(trials, 600)
        wins, losses, _ = counts(runs, 16_000, (discordance + 0.02) / 2, (discordance - 0.02) / 2, rng)
        first = (log_evidence(wins, losses) >= -math.log(ALPHA)).argmax(axis=1)
        rows = np.arange(runs)
        wrong = (wins[rows, first] < losses[rows, first]).mean()
        print(f"| .90 -> .92 | {discordance:.0%} | {first.mean() + 1:,.0f} | {np.quantile(first, 0.9) + 1:,.0f} | {wrong:.1%} |", flush=True)


def unpaired(trials: int) -> None:
    from tests.release.test_sequential import peeked_at_every_request

    print("\n| share | requests an entity | entities | unpaired: wrong |\n|---|---|---|---|")
    for share in (0.5, 0.05):
        for per_entity in (1, 10):
            entities = 4000 // per_entity if share == 0.5 else 12_000 // per_entity
            wrong = peeked_at_every_request(trials, entities, per_entity, share, seed=11)
            print(f"| {share:.0%} | {per_entity} | {entities:,} | {said(wrong, trials)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the trials")
    trials = 300 if parser.parse_args().quick else 3000
    paired(trials, np.random.default_rng(1))
    unpaired(trials)


if __name__ == "__main__":
    main()
