"""How often do tests of columns together alarm without drift, and how often do they find it.

Run: `python benchmarks/monitor/multivariate_alarms.py [--quick]`. 2,000 reference rows against windows of 200 and 1,000, of 10 and 50 columns: normal
ones, one with heavy ties, one of two values, two that belong together (correlation 0.8), two categories. Each method is held to a p-value of
0.008 and its own least effect, as a closed window is. `null_share`: windows without drift in which it alarms; `p05_share`: with p <= 0.05 (0.05 if
the p-value is exact); `shift_share`: windows found in which one column has moved by half a standard deviation; `apart_share`: the two that belong
together no longer do, while each stays what it was. Monte-Carlo error: 1 point of a share of 0.01 in 100 windows, 2 of 0.05.
"""

from __future__ import annotations

import argparse
import json
import time

import numpy as np
import pandas as pd

import lifecycle

LEVEL = 0.008


def draw(rng: np.random.Generator, n: int, columns: int, shift: float = 0.0, apart: bool = False) -> pd.DataFrame:
    x = rng.normal(size=(n, columns - 2))
    x[:, 1] = np.round(2 * x[:, 1])
    x[:, 2] = x[:, 2] if apart else 0.8 * x[:, 0] + 0.6 * x[:, 2]
    x[:, 5] = rng.random(n) < 0.3
    x[:, 3] += shift
    frame = pd.DataFrame(x, columns=[f"x{i}" for i in range(columns - 2)])
    return frame.assign(few=rng.choice(list("abc"), n, p=[0.6, 0.3, 0.1]), many=rng.zipf(1.6, n).clip(max=200).astype(str))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    runs = 10 if parser.parse_args().quick else 100
    for name in lifecycle.multivariate_tests():
        test = lifecycle.multivariate_test(name)
        for rows, columns in ((200, 10), (1000, 10), (1000, 50)):
            found: dict[str, list[bool]] = {"null": [], "p05": [], "shift": [], "apart": []}
            spent = 0.0
            for seed in range(runs):
                rng = np.random.default_rng([seed, rows, columns])
                reference = draw(rng, 2000, columns)
                start = time.perf_counter()
                same = test(reference, draw(rng, rows, columns), level=LEVEL, seed=seed)
                spent += time.perf_counter() - start
                found["null"].append(same.statistic >= same.threshold)
                found["p05"].append(same.p_value <= 0.05)
                if seed % 5 == 0:
                    for key, options in (("shift", {"shift": 0.5}), ("apart", {"apart": True})):
                        moved = test(reference, draw(rng, rows, columns, **options), level=LEVEL, seed=seed)
                        found[key].append(moved.statistic >= moved.threshold)
            stem = f"{name}_{rows}_rows_{columns}_columns"
            shares = {f"{stem}_{key}_share": float(np.mean(part)) for key, part in found.items()}
            print(json.dumps(shares | {f"{stem}_seconds": spent / runs}), flush=True)


if __name__ == "__main__":
    main()
