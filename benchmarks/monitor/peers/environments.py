"""Peers' environments, each of its own below `.bench/`, made when they are first asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PEERS = {
    "nannyml": ["nannyml==0.13.1", "plotly<6", "statsmodels"],
    "evidently": ["evidently==0.7.23", "pandas<3", "pyarrow"],
    "alibi-detect": ["alibi-detect", "pyarrow<18"],
    "frouros": ["frouros", "pandas", "pyarrow"],
}


def python(peer: str) -> Path | None:
    """The interpreter that has a peer, made now where it is missing; None where it cannot be made, as without a network."""
    home = ROOT / ".bench" / peer
    done, found = home / ".made", home / "bin" / "python"
    if done.is_file():
        return found
    print(f"Making an environment for {peer} (once)...", file=sys.stderr, flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(home)], check=False).returncode == 0
    made = made and subprocess.run([str(found), "-m", "pip", "install", "-qq", *PEERS[peer]], check=False, stderr=subprocess.DEVNULL).returncode == 0
    if made:
        done.touch()
    return found if made else None


def said(interpreter: Path | str, script: Path, arguments: list[str]) -> dict[str, Any] | None:
    """The JSON that a script says in a process of its own on one thread of linear algebra; None where it failed."""
    own = str(ROOT) if str(interpreter) == sys.executable else ""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "NML_DISABLE_USAGE_LOGGING": "1", "DO_NOT_TRACK": "1", "PYTHONPATH": own}
    done = subprocess.run(
        [str(interpreter), "-W", "ignore", str(script), *arguments], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT")]
    if done.returncode or not lines:
        print(f"{script.name} {' '.join(arguments)} failed: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    return dict(json.loads(lines[-1][6:]))
