"""The queue, the answers and the labels."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import click
import pandas as pd

import lifecycle
from lifecycle.commands import queue
from lifecycle.commands.shell import by_option, command, scalar
from lifecycle.project import Project

__all__ = ["commands"]

commands = click.Group()


@click.argument("annotator")
@click.option("-n", default=1, show_default=True)
@queue.filter_options
@command(commands, "next-tasks")
def next_tasks(project: Project, annotator: str, n: int, **options: Any) -> Any:
    """Lease the next samples to ANNOTATOR; with options, such as match."""
    return project.next_tasks(annotator, n, where=queue.where_of(options))


@click.argument("annotator")
@click.argument("value")
@click.argument("task", type=int)
@click.option("--seconds", default=None, type=float)
@click.option("--comment", default="")
@command(commands)
def annotate(project: Project, task: int, value: str, annotator: str, seconds: float | None, comment: str) -> str:
    """Answer TASK with VALUE (a class, a number or 'unsure') as ANNOTATOR."""
    project.annotate(task, scalar(value, project), annotator, seconds=seconds, comment=comment)
    return f"Task {task}: {value}."


@click.argument("annotator")
@click.argument("task", type=int)
@command(commands)
def skip(project: Project, task: int, annotator: str) -> str:
    """Pass TASK on to others."""
    project.skip(task, annotator)
    return f"Task {task} is passed on."


@click.argument("annotator")
@command(commands)
def undo(project: Project, annotator: str) -> str:
    """Take back ANNOTATOR's last answer."""
    task = project.undo(annotator)
    return "There is nothing to take back." if task is None else f"The answer to task {task} is taken back."


@click.argument("ids", nargs=-1, required=True)
@click.argument("value")
@click.argument("annotator")
@click.option("--batch", default=None, help="A name of this answer; sent again under the same name it counts once.")
@click.option("--seconds", default=None, type=float)
@command(commands, "annotate-together")
def annotate_together(project: Project, ids: tuple[str, ...], value: str, annotator: str, batch: str | None, seconds: float | None) -> dict[str, Any]:
    """Answer all predictions IDS, which are alike, with VALUE as ANNOTATOR."""
    named = batch or uuid.uuid4().hex
    return {"answered": project.annotate_together(ids, scalar(value, project), annotator, named, seconds), "batch": named}


@click.argument("batch")
@click.argument("annotator")
@command(commands, "undo-together")
def undo_together(project: Project, annotator: str, batch: str) -> str:
    """Take back all that `annotate-together` answered under the name BATCH."""
    return f"{project.undo_together(annotator, batch, f'{batch}-undo')} answers taken back."


@click.argument("annotator")
@command(commands, "release-tasks")
def release_tasks(project: Project, annotator: str) -> str:
    """Give back what ANNOTATOR holds."""
    return f"{project.release_tasks(annotator)} samples given back."


@click.argument("value")
@click.argument("id")
@by_option
@command(commands)
def correct(project: Project, id: str, value: str, by: str | None) -> str:
    """Say that the prediction ID should have been VALUE; it waits for a review."""
    project.correct(id, scalar(value, project), by=by)
    return f"Prediction {id}: {value} waits for a review."


@click.argument("id")
@command(commands)
def served(project: Project, id: str) -> Any:
    """The prediction ID as it was served."""
    return project.served(id)


@click.argument("id")
@click.option("--out", default=None, help="Write the image to this file.")
@command(commands)
def preview(project: Project, id: str, out: str | None) -> Any:
    """The prediction ID as experts see it: unusual values, marked words; an image goes to --out."""
    found = project.preview(id)
    if found.kind != "image":
        return found
    if out is None:
        raise lifecycle.InvalidValue("An image is not text; name a file with --out, such as --out sample.png.")
    Path(out).write_bytes(found.content)
    return f"The image is in {out}."


@click.argument("ids", nargs=-1, required=True)
@click.option("--reason", default="")
@by_option
@command(commands, "request-labels")
def request_labels(project: Project, ids: tuple[str, ...], by: str | None, reason: str) -> str:
    """Send predictions by id to the front of the queue."""
    return f"{project.request_labels(list(ids), by=by, reason=reason)} samples sent to labeling."


@click.option("--out", default=None, help="Write every record with all its columns to this CSV, Parquet or JSON file.")
@command(commands)
def labels(project: Project, out: str | None) -> Any:
    """The labels that count; with --out all that was ever said, as an auditor needs it."""
    return project.labels() if out is None else queue.written(project.label_records(), out)


@command(commands)
def agreement(project: Project) -> Any:
    """How far the experts agree."""
    return project.agreement()


@command(commands)
def suspects(project: Project) -> pd.DataFrame:
    """Labels that are likely wrong, the worst first."""
    return project.suspects()


@click.argument("by")
@click.argument("value")
@click.argument("id")
@command(commands)
def adjudicate(project: Project, id: str, value: str, by: str) -> str:
    """Settle the label of prediction ID as VALUE, decided BY."""
    answer = scalar(value, project)
    if answer is lifecycle.UNSURE:
        raise lifecycle.InvalidValue("A decision cannot be 'unsure'; give a class or a number.")
    project.adjudicate(id, answer, by)
    return f"{id}: {value}."


@click.argument("annotator", required=False)
@command(commands, "label-progress")
def label_progress(project: Project, annotator: str | None) -> Any:
    """How labeling stands, for everybody or for ANNOTATOR."""
    return project.label_progress(annotator)


@click.option("--annotator", default=None, help="Only this person's.")
@click.option("-n", default=50, show_default=True)
@command(commands, "annotations")
def answers(project: Project, annotator: str | None, n: int) -> pd.DataFrame:
    """What experts answered and stands, the newest first."""
    return project.annotations(annotator, limit=n)


@click.option("-n", default=3, show_default=True, help="How many a class.")
@command(commands, "label-examples")
def label_examples(project: Project, n: int) -> pd.DataFrame:
    """The samples of each class that experts are surest of."""
    return project.label_examples(n)


@command(commands)
def labellers(project: Project) -> Any:
    """In how many of the labels that count each person had a part."""
    return project.labellers()


@command(commands, "waiting-tasks")
def waiting_tasks(project: Project) -> str:
    """How many samples wait for a label."""
    return f"{project.waiting_tasks()} samples wait."


@click.argument("annotator")
@command(commands, "labelled-today")
def labelled_today(project: Project, annotator: str) -> str:
    """How many answers ANNOTATOR gave today."""
    return f"{project.labelled_today(annotator)} answers today."


@command(commands)
def disagreements(project: Project) -> pd.DataFrame:
    """Answers that differ and that nobody has settled."""
    return project.disagreements()


@command(commands)
def feedback(project: Project) -> pd.DataFrame:
    """Users' corrections that wait for a review."""
    return project.feedback()


@click.option("--accept/--decline", required=True, help="Whether it becomes a label.")
@by_option
@click.argument("no", type=int)
@command(commands, "review-feedback")
def review_feedback(project: Project, no: int, accept: bool, by: str | None) -> str:
    """Accept or decline the correction NO."""
    project.review_feedback(no, accept, by=by)
    return f"Correction {no} is {'accepted' if accept else 'declined'}."
