"""Consensus on public crowds with a known truth: how often it is right, beside crowd-kit's Dawid-Skene on the same answers.

    python benchmarks/label/crowds.py FOLDER

FOLDER has a folder a crowd, each with `answer.csv` (question, worker, answer) and `truth.csv` (question, truth), as the data of Zheng et al.,
'Truth inference in crowdsourcing: is the problem solved?' (PVLDB 10(5), 2017; github.com/zhydhkcws/crowd_truth_infer) come; they are not
shipped here. The peer runs where `.bench/crowd-kit` has it: python -m venv .bench/crowd-kit && .bench/crowd-kit/bin/pip install crowd-kit.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import lifecycle  # noqa: E402  the checkout has to be on the path first

PEER = ROOT / ".bench" / "crowd-kit" / "bin" / "python"
ASKED = """
import sys, json, pandas as pd
from crowdkit.aggregation import DawidSkene, MajorityVote
rows = pd.read_csv(sys.argv[1] + "/answer.csv", dtype=str).set_axis(["task", "worker", "label"], axis=1)
truth = pd.read_csv(sys.argv[1] + "/truth.csv", dtype=str).set_axis(["task", "truth"], axis=1).set_index("task")["truth"]
methods = {"majority": MajorityVote(), "dawid_skene": DawidSkene(n_iter=100)}
print(json.dumps({name: float((method.fit_predict(rows).reindex(truth.index) == truth).mean()) for name, method in methods.items()}))
"""


def ours(folder: Path) -> dict[str, float]:
    """The share of the items with a known truth that each method says right, and the seconds of Dawid-Skene."""
    rows = pd.read_csv(folder / "answer.csv", dtype=str).set_axis(["item", "annotator", "value"], axis=1)
    rows = rows.drop_duplicates(["item", "annotator"], keep="last")  # a person who answered twice has changed their mind
    truth = pd.read_csv(folder / "truth.csv", dtype=str).set_axis(["item", "truth"], axis=1).set_index("item")["truth"]
    found: dict[str, float] = {"items": len(truth), "people": rows["annotator"].nunique(), "answers": len(rows)}
    for method in ("majority", "dawid_skene"):
        start = time.perf_counter()
        said = lifecycle.consensus(rows, method).set_index("item")["value"].reindex(truth.index)
        found |= {method: float((said == truth).mean()), "seconds": round(time.perf_counter() - start, 2)}
    return found


def theirs(folder: Path) -> dict[str, float]:
    """What the peer says of the same answers; nothing where it is not installed."""
    if not PEER.exists():
        return {}
    done = subprocess.run([str(PEER), "-W", "ignore", "-c", ASKED, str(folder)], capture_output=True, text=True, check=True)
    return {f"crowd-kit {name}": value for name, value in json.loads(done.stdout).items()}


def main() -> None:
    """A line of JSON a crowd."""
    for folder in sorted(path for path in Path(sys.argv[1]).iterdir() if (path / "answer.csv").exists()):
        figures = {"crowd": folder.name} | ours(folder) | theirs(folder)
        print(json.dumps({name: round(value, 4) if isinstance(value, float) else value for name, value in figures.items()}), flush=True)


if __name__ == "__main__":
    main()
