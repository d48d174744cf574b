"""Replays the demo projects through the front door, with the clock set back by half a year (or to the quarters themselves)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from lifecycle.demo import business, digits, inflation
from lifecycle.project import Project
from lifecycle.records import Settings, Trigger
from lifecycle.workspace import Workspace

__all__ = ["NAMES", "Progress", "create"]

EXPERTS = ("ana", "ben")


@dataclass(frozen=True, slots=True)
class Progress:
    """What is being done, and how far it is (0 to 1)."""

    message: str
    fraction: float


def create(workspace: Workspace, names: Sequence[str] | None = None, scale: float = 1.0) -> Iterator[Progress]:
    """Make the demo projects that are missing, a step at a time.

    Parameters
    ----------
    names : which of `NAMES`; None is all.
    scale : the share of the full size (1.0 is about 130,000 predictions), for tests.
    """
    there = {project.name for project in workspace.projects()}
    wanted = [name for name in (NAMES if names is None else names) if name not in there]
    end = workspace.clock.now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    try:
        for number, name in enumerate(wanted):
            for step in _STORIES[name](workspace, end, scale):
                yield Progress(f"{name}: {step.message}", (number + step.fraction) / len(wanted))
    finally:
        workspace.clock.fixed = None


def _digits(workspace: Workspace, end: datetime, scale: float) -> Iterator[Progress]:
    rng = np.random.default_rng(7)
    pixels, truth = digits.images()
    train, reference, later = digits.split(rng)
    weeks, start = 10, end - timedelta(weeks=10)
    workspace.clock.fixed = start
    project = workspace.create_project(
        "digits",
        modality="image",
        target=digits.TARGET,
        timestamp="received",
        window="7D",
        recipe=digits.recipe(),
        training=_dated(digits.frame(pixels[train], truth[train]), "received", start, 30, rng),
        reference=_dated(digits.frame(pixels[reference], truth[reference]), "received", start, 30, rng),
        settings=Settings(audit_share=0.5, triggers=(Trigger("labels", cool_down="20D", n=150),), guidelines=digits_guidelines()),
        description=digits.DESCRIPTION,
        by="demo",
    )
    for week in range(weeks):
        n = max(60, int(300 * scale))
        chosen = later[rng.integers(0, len(later), n)]
        shown = digits.worn(pixels[chosen], rng, 4.0 * max(0, week - 3), 0.55 * max(0, week - 3))
        frame = _dated(digits.frame(shown, truth[chosen]), "received", start + timedelta(weeks=week + 1), 7, rng)
        frame["id"] = [f"digit-{week:02d}-{number:04d}" for number in range(n)]
        workspace.clock.fixed = start + timedelta(weeks=week + 1)
        project.log(frame.drop(columns=digits.TARGET), by="demo")
        _answer(project, dict(zip(frame["id"], frame[digits.TARGET], strict=True)), int(100 * max(scale, 0.5)), rng)
        project.tick(now=workspace.clock.fixed)
        if week == weeks - 5:
            _approve_newest(project, "Clearly better on the turned images that the experts labelled.")
        yield Progress(f"week {week + 1} of {weeks}", (week + 1) / weeks)


def _inflation(workspace: Workspace, end: datetime, scale: float) -> Iterator[Progress]:
    table = inflation.quarters()
    known, later = table[table["quarter"] < "1970"], table[table["quarter"] >= "1970"]
    workspace.clock.fixed = later["quarter"].iloc[0].to_pydatetime()
    project = workspace.create_project(
        "inflation",
        task="regression",
        target=inflation.TARGET,
        timestamp="quarter",
        window="20 rows",
        recipe=inflation.recipe(),
        training=known.iloc[:20],
        reference=known.iloc[20:],
        settings=Settings(metric="mae", triggers=(Trigger("schedule", cool_down="1D", every="QS"),), release="automatic"),
        description=inflation.DESCRIPTION,
        by="demo",
    )
    quarterly = len(later) - int(8 * scale)
    for position, (_, row) in enumerate(later.iterrows()):
        day = row["quarter"].to_pydatetime()
        workspace.clock.fixed = day + timedelta(days=1)
        frame = row.to_frame().T.infer_objects()
        frame["quarter"] = pd.to_datetime(frame["quarter"], utc=True)
        frame["id"] = f"{day.year}-Q{(day.month + 2) // 3}"
        project.log(frame.drop(columns=inflation.TARGET), by="demo")
        workspace.clock.fixed = day + timedelta(days=90)
        project.record_labels(pd.DataFrame({"id": frame["id"], "label": frame[inflation.TARGET].astype(float)}), by="demo")
        if position % 20 == 19 or position >= quarterly:
            project.tick(now=workspace.clock.fixed)
            yield Progress(f"quarter {frame['id'].iloc[0]}", (position + 1) / len(later))


def _business(workspace: Workspace, end: datetime, scale: float) -> Iterator[Progress]:
    rng = np.random.default_rng(11)
    weeks, start = 26, end - timedelta(weeks=26)
    size = int(4700 * scale)
    workspace.clock.fixed = start
    project = workspace.create_project(
        "customers",
        target=business.TARGET,
        classes=business.CLASSES,
        timestamp="asked_at",
        window="7D",
        recipe=business.recipe(),
        training=_dated(business.customers(max(1500, int(12_000 * scale)), rng), "asked_at", start, 60, rng),
        reference=_dated(business.customers(max(1500, int(8_000 * scale)), rng), "asked_at", start, 30, rng),
        settings=Settings(triggers=(Trigger("performance", cool_down="28D", drop=0.04, line="realized"),)),
        description=business.DESCRIPTION,
        by="demo",
    )
    waiting: list[pd.DataFrame] = []
    for week in range(weeks):
        week_end = start + timedelta(weeks=week + 1)
        workspace.clock.fixed = week_end
        frame = business.customers(size, rng, 0.008 * week, megabytes=15 <= week < 18, competitor_wins=week >= 20)
        frame = _dated(frame, "asked_at", week_end, 7, rng)
        frame["id"] = [f"{week_end:%y%m%d}-{number:05d}" for number in range(size)]
        project.log(frame.drop(columns=business.TARGET), by="demo")
        waiting.append(frame[["id", "asked_at", business.TARGET]])
        due = pd.concat(waiting)
        known = due["asked_at"] <= week_end - timedelta(days=30)
        waiting = [due[~known]]
        if known.any():
            project.record_labels(due.loc[known, ["id", business.TARGET]].rename(columns={business.TARGET: "label"}), by="demo")
        if week % 2 or week == weeks - 1:
            project.tick(now=week_end)
        if week == 21:
            _reject_newest(project, "It learned from the weeks in which data_used_gb came in megabytes.")
        yield Progress(f"week {week + 1} of {weeks}", (week + 1) / weeks)
    said = project.predictions(limit=400).set_index("id")["prediction"]
    truth = frame.set_index("id")[business.TARGET].reindex(said.index)
    wrong = truth[truth.notna() & (truth != said)].tail(12)
    project.record_labels(pd.DataFrame({"id": wrong.index, "label": wrong.to_numpy()}), source="feedback", by="call centre")


def digits_guidelines() -> str:
    """What the experts of the digits project read when in doubt."""
    return (
        "**Which digit did the writer mean?** Turn the image in your mind: many of the later ones are rotated.\n\n"
        "- A 7 may carry a bar; a 1 may carry a flag.\n- A closed upper loop is a 9, an open one a 4.\n"
        "- If two digits are equally likely, say *unsure*: that tells us something a guess does not."
    )


def _dated(frame: pd.DataFrame, column: str, end: datetime, days: int, rng: np.random.Generator) -> pd.DataFrame:
    """The rows with times spread over the `days` before `end`, in order."""
    seconds = np.sort(rng.integers(1, days * 86_400, len(frame)))[::-1]
    return frame.assign(**{column: pd.Timestamp(end) - pd.to_timedelta(seconds, unit="s")})


def _answer(project: Project, truth: dict[str, int], n: int, rng: np.random.Generator) -> None:
    """Two simulated experts answer what the queue gives them; one in thirty is a slip, and the hardest are 'unsure'."""
    for expert in EXPERTS:
        for task in project.next_tasks(expert, n=n // 2):
            if task.prediction_id in truth:
                right = truth[task.prediction_id]
                value = int(rng.integers(0, 10)) if rng.random() < 1 / 30 else int(right)
                project.annotate(task, value, expert, seconds=float(rng.gamma(3, 0.9)))
        project.release_tasks(expert)


def _newest_candidate(project: Project) -> int | None:
    versions = project.versions()
    candidates = versions[versions["status"] == "candidate"]
    return int(candidates["version"].max()) if len(candidates) else None


def _approve_newest(project: Project, reason: str) -> None:
    """An approver lets the newest candidate go live, if there is one."""
    if (version := _newest_candidate(project)) is not None:
        project.approve(version, by="carla", reason=reason)


def _reject_newest(project: Project, reason: str) -> None:
    """An approver turns the newest candidate down, if there is one."""
    if (version := _newest_candidate(project)) is not None:
        project.reject(version, by="carla", reason=reason)


_STORIES: dict[str, Callable[[Workspace, datetime, float], Iterator[Progress]]] = {"digits": _digits, "inflation": _inflation, "customers": _business}
NAMES = tuple(_STORIES)
