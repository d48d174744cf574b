"""Run the benchmarks that need nothing beside this checkout, and print one table: name, figure, unit.

    python -m benchmarks [--list] [--quick] [NAME ...]       a name is a script, `store/log_million`, or a folder, `store`

Every script below runs by itself too. What it prints as a JSON object of numbers goes into the table, the unit being the end of each
key (`log_seconds`); all else is shown as it comes.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
UNITS = {"seconds": "s", "mib": "MiB", "ratio": "x", "rows": "rows", "share": ""}


def scripts() -> dict[str, Path]:
    """The scripts that can be run, by name."""
    found = sorted(path for path in HERE.glob("*/*.py") if '__name__ == "__main__"' in path.read_text("utf-8"))
    return {path.relative_to(HERE).with_suffix("").as_posix(): path for path in found}


def purpose(path: Path) -> str:
    """The first line of what a script says of itself."""
    return (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").splitlines()[0]


def figures(name: str, said: str) -> list[tuple[str, str, str]]:
    """The numbers of the JSON objects in an output: name, figure, unit."""
    found, decoder, at = [], json.JSONDecoder(), 0
    while (at := said.find("{", at)) >= 0:
        try:
            value, end = decoder.raw_decode(said, at)
        except ValueError:
            at += 1
            continue
        at = end
        for key, number in value.items() if isinstance(value, dict) else ():
            if isinstance(number, int | float) and not isinstance(number, bool):
                stem, _, unit = key.rpartition("_")
                what, unit = (stem, UNITS[unit]) if unit in UNITS and stem else (key, UNITS.get(key, ""))
                found.append((f"{name} {what}".replace("_", " "), f"{number:,.4g}" if isinstance(number, float) else f"{number:,}", unit))
    return found


def run(name: str, path: Path, quick: bool) -> tuple[list[tuple[str, str, str]], bool]:
    """One script in a process of its own; its figures, and whether it came to its end."""
    command = [sys.executable, str(path), *(["--quick"] if quick and '"--quick"' in path.read_text("utf-8") else [])]
    print(f"\n## {name}: {purpose(path)}", flush=True)
    start, said = time.perf_counter(), ""
    with subprocess.Popen(command, cwd=HERE.parent, env=_environment(), stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            said += line
    whole = (f"{name} whole script".replace("_", " "), f"{time.perf_counter() - start:,.1f}", "s")
    return [*figures(name, said), whole], process.returncode == 0


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(HERE.parent)}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true", help="what there is")
    parser.add_argument("--quick", action="store_true", help="the short form of those that have one")
    given = parser.parse_args()
    every = scripts()
    chosen = {name: path for name, path in every.items() if not given.names or any(name == n or name.split("/")[0] == n for n in given.names)}
    if not chosen:
        parser.error(f"no benchmark named {', '.join(given.names)}; known: {', '.join(every)}")
    if given.list:
        for name, path in chosen.items():
            print(f"{name:28} {purpose(path)}")
        return 0
    table, failed = [], []
    for name, path in chosen.items():
        rows, whole = run(name, path, given.quick)
        table += rows
        failed += [] if whole else [name]
    width = max(len(row[0]) for row in table)
    print("\n" + "\n".join(f"{name:{width}} {figure:>12} {unit}" for name, figure, unit in table))
    if failed:
        print(f"\nFailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
