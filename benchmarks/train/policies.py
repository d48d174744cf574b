"""When to retrain, replayed: each policy on the same streams with the same few random labels.

    python benchmarks/train/policies.py [STREAM ...]

A stream is replayed window by window through the front door with the clock set: predict, record the labels that were bought (a random
share of the rows), tick. Candidates that pass their gates go live. Scores are over ALL rows after the first training, each answered by
the model that was live when it came: the share right, or the mean absolute error. One line of JSON a (stream, policy).

Streams: generated ones (stable; one abrupt change of the rule; a rule that turns slowly; a rule that comes back; inputs that move away
under one curved rule; river's SEA concepts, one after the other), and real ones that packages ship (river: Trump's approval, water flow;
statsmodels: US inflation, CO2 on Mauna Loa).
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
from river import datasets
from river.datasets import synth
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from statsmodels.datasets import co2, macrodata

import lifecycle
from lifecycle import Trigger

START = datetime(2026, 1, 1, tzinfo=UTC)
WINDOWS, ROWS, FIRST = 20, 200, 400
SHARE = 0.2
PAUSE = {"cool_down": "0D"}
POLICIES: dict[str, tuple[Trigger, ...]] = {
    "never": (),
    "every window": (Trigger("volume", n=1, **PAUSE),),
    "schedule": (Trigger("schedule", every="5D", **PAUSE),),
    "performance": (Trigger("performance", drop=0.03, **PAUSE),),
    "drift": (Trigger("drift", **PAUSE),),
    "performance + concept + drift": (Trigger("performance", drop=0.03, **PAUSE), Trigger("concept", **PAUSE), Trigger("drift", **PAUSE)),
}
Stream = tuple[pd.DataFrame, str, int, int]  # rows in order, task, first training rows, rows a window


def generated(angle: Callable[[np.ndarray], np.ndarray], curved: bool = False, moving: bool = False) -> Stream:
    """Two inputs and a line that turns by `angle` of the time in [0, 1]; one label in twenty is wrong."""
    rng = np.random.default_rng(5)
    n = FIRST + WINDOWS * ROWS
    when = np.concatenate([np.zeros(FIRST), np.linspace(0, 1, n - FIRST)])
    x = rng.normal(size=(n, 2)) + (np.outer(3.0 * when, [1, 0]) if moving else 0.0)
    turn = angle(when)
    side = x[:, 0] * np.cos(turn) + x[:, 1] * np.sin(turn)
    side = x[:, 1] - np.sin(1.5 * x[:, 0]) if curved else side
    label = (side > 0) ^ (rng.random(n) < 0.05)
    return pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "label": np.where(label, "yes", "no")}), "classification", FIRST, ROWS


def real(values: pd.DataFrame, target: str, first: int, rows: int) -> Stream:
    """A time series: its inputs, the target's last values, and the target."""
    lags = {f"last_{k}": values[target].shift(k) for k in (1, 2, 3)}
    frame = pd.concat([values.drop(columns=target), pd.DataFrame(lags), values[target].rename("label")], axis=1)
    return frame.dropna().astype(float).reset_index(drop=True), "regression", first, rows


def trump() -> Stream:
    rows = [{**x, "approval": y} for x, y in datasets.TrumpApproval()]
    return real(pd.DataFrame(rows).drop(columns="ordinal_date"), "approval", 200, 40)


def water() -> Stream:
    rows = [{"hour": x["Time"].hour, "flow": y} for x, y in datasets.WaterFlow()]
    return real(pd.DataFrame(rows), "flow", 268, 50)


def inflation() -> Stream:
    raw = macrodata.load_pandas().data[["unemp", "tbilrate", "infl"]]
    return real(raw.assign(unemp=raw["unemp"].shift(1), tbilrate=raw["tbilrate"].shift(1)), "infl", 56, 7)


def carbon() -> Stream:
    weeks = co2.load_pandas().data["co2"].interpolate()
    return real(pd.DataFrame({"week": weeks.index.isocalendar().week.to_numpy(), "co2": weeks.to_numpy()}), "co2", 260, 100)


def sea() -> Stream:
    """Four SEA concepts (Street and Kim, 2001), each for a quarter of the stream after the first training rows, which are of the first."""
    sizes = [FIRST + WINDOWS * ROWS // 4, *([WINDOWS * ROWS // 4] * 3)]
    rows = [{**x, "label": "yes" if y else "no"} for v, n in enumerate(sizes) for x, y in synth.SEA(variant=v, seed=v, noise=0.05).take(n)]
    return pd.DataFrame(rows).rename(columns=lambda name: name if name == "label" else f"x{name}"), "classification", FIRST, ROWS


STREAMS: dict[str, Callable[[], Stream]] = {
    "stable": lambda: generated(np.zeros_like),
    "abrupt": lambda: generated(lambda t: np.where(t > 0.4, 1.2, 0.0)),
    "turning": lambda: generated(lambda t: 1.8 * t),
    "recurring": lambda: generated(lambda t: np.where((t > 0.3) & (t < 0.6), 1.2, 0.0)),
    "moving inputs": lambda: generated(np.zeros_like, curved=True, moving=True),
    "sea": sea,
    "trump approval": trump,
    "water flow": water,
    "us inflation": inflation,
    "co2": carbon,
}


def replay(stream: Stream, triggers: tuple[Trigger, ...]) -> dict[str, float]:
    frame, task, first, rows = stream
    rng = np.random.default_rng(9)
    recipe = LogisticRegression() if task == "classification" else make_pipeline(StandardScaler(), Ridge())
    with tempfile.TemporaryDirectory() as folder:
        workspace = lifecycle.open_workspace(folder)
        workspace.clock.fixed = START
        share = SHARE if rows >= 40 else 1.0
        settings = lifecycle.Settings(triggers=triggers, release="automatic", training_rows=f"last {max(first // 2, 30)} rows")
        project = workspace.create_project(
            "p", task=task, recipe=recipe, training=frame[:first], window=f"{rows} rows", settings=settings
        )  # fmt: skip
        losses, labels = [], 0
        for number, begin in enumerate(range(first, len(frame) - rows + 1, rows), 1):
            workspace.clock.fixed = START + timedelta(days=number)
            window = frame[begin : begin + rows]
            answer = project.predict(window.drop(columns="label"))
            truth = window["label"].to_numpy()
            said = answer["prediction"].to_numpy()
            losses.append(np.mean(said != truth) if task == "classification" else np.mean(np.abs(said.astype(float) - truth.astype(float))))
            bought = rng.random(rows) < share
            project.record_labels(pd.DataFrame({"id": answer["id"][bought], "label": truth[bought], "probability": share}))
            labels += int(bought.sum())
            project.tick()
        runs = project.runs()
    done = [run for run in runs if run.status == "done"]
    return {"loss": round(float(np.mean(losses)), 4), "retrained": len(done), "failed": len(runs) - len(done), "labels": labels}


def main() -> None:
    for name in sys.argv[1:] or STREAMS:
        stream = STREAMS[name]()
        for policy, triggers in POLICIES.items():
            began = time.perf_counter()
            found = replay(stream, triggers)
            print(json.dumps({"stream": name, "policy": policy, **found, "seconds": round(time.perf_counter() - began, 1)}), flush=True)


if __name__ == "__main__":
    main()
