"""How long each page takes to open with a million predictions, beside a thousand: processor seconds, and their ratio.

    python benchmarks/pages/open_pages.py [ROWS]

Both projects have 50 columns, 90 daily windows and truth for 80 % of their rows; the worker's work is done before. Each page is run without
a browser, the best of three after a first time.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import lifecycle  # noqa: E402  the checkout has to be on the path first

NUMERIC, CATEGORICAL, DAYS, FEW = 35, 15, 90, 1_000


def rows(count: int, rng: np.random.Generator) -> pd.DataFrame:
    words = np.array([f"level {level}" for level in range(20)], dtype=object)
    frame = pd.DataFrame(
        {f"x{i}": rng.normal(size=count) for i in range(NUMERIC)} | {f"c{i}": words[rng.integers(0, 20, count)] for i in range(CATEGORICAL)}
    )
    chance = 1 / (1 + np.exp(-1.5 * frame["x0"] - frame["x1"]))
    first = pd.Timestamp.now(tz="UTC").floor("D") - pd.Timedelta(days=DAYS)
    when = first + pd.to_timedelta(np.sort(rng.random(count)) * DAYS, unit="D")
    return frame.assign(when=when, prediction=np.where(chance > 0.5, "yes", "no"), p_no=1 - chance, p_yes=chance)


def made(home: Path, count: int) -> dict[str, float]:
    """A workspace of one project; the seconds that its parts took."""
    rng = np.random.default_rng(0)
    reference = rows(20_000, rng)
    reference["label"] = np.where(rng.random(len(reference)) < reference["p_yes"], "yes", "no")
    project = lifecycle.open_workspace(home).create_project("big", window="1D", timestamp="when", reference=reference)
    frame = rows(count, rng)
    start = time.perf_counter()
    ids = np.asarray(project.log(frame))
    logged = time.perf_counter()
    known = rng.random(count) < 0.8
    truth = np.where(rng.random(count) < frame["p_yes"], "yes", "no")
    project.record_labels(pd.DataFrame({"id": ids[known], "label": truth[known]}))
    labelled = time.perf_counter()
    project.tick()
    return {"log_seconds": logged - start, "labels_seconds": labelled - logged, "tick_seconds": time.perf_counter() - labelled}


def opened(home: Path, url: str) -> float:
    """The processor seconds that a page takes, warm."""
    import streamlit as st
    from streamlit.testing.v1 import AppTest

    from pages.parts import tree

    os.environ["LIFECYCLE_HOME"] = str(home)
    st.cache_resource.clear()
    taken = []
    for _ in range(4):
        at = AppTest.from_file(str(ROOT / "pages" / "router.py"), default_timeout=120)
        at.query_params["project"] = "big"
        if url != "home":
            at.run()  # the menu is known from the first run on
            at.query_params["project"] = "big"
            at.switch_page(str(tree.PAGES[url].file))
        start = time.process_time()
        at.run()
        taken.append(time.process_time() - start)
        assert not at.exception, at.exception
    return min(taken[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="?", type=int, default=1_000_000)
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        few, many = Path(folder, "few"), Path(folder, "many")
        made(few, FEW)
        figures = made(many, given.rows)
        from pages.parts import tree

        for url in tree.PAGES:
            one, other = opened(few, url), opened(many, url)
            print(f"{url:12} {one * 1e3:6.0f} ms at {FEW:,}  {other * 1e3:6.0f} ms at {given.rows:,}", flush=True)
            figures[f"{url}_ratio"] = other / one
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
