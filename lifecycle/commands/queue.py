"""What is asked about and of whom, gold, when to stop, and answers out and in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pandas as pd

import lifecycle
from lifecycle.commands.shell import by_option, command, read
from lifecycle.plain import plain
from lifecycle.project import Project

__all__ = ["commands", "filter_options", "where_of", "written"]

commands = click.Group()

_FILTERS = (
    click.option("--column", default=None, help="A feature column that --value, --low or --high are about."),
    click.option("--value", "values", multiple=True, help="A value of that column; may be given again."),
    click.option("--low", default=None, type=float),
    click.option("--high", default=None, type=float),
    click.option("--window", default=None, help="The name of a window, as `drift` and `performance` give it."),
    click.option("--predicted", multiple=True, help="A class that the model answered; may be given again."),
    click.option("--text", default="", help="Occurs in a text or a category."),
)


def filter_options(function: Any) -> Any:
    """The options of a QueueFilter."""
    for option in reversed(_FILTERS):
        function = option(function)
    return function


def where_of(options: dict[str, Any]) -> lifecycle.QueueFilter | None:
    """The filter that the options name, taken out of them; None where they name none."""
    found = lifecycle.QueueFilter(**{name: options.pop(name) for name in ("column", "values", "low", "high", "window", "predicted", "text")})
    return None if found == lifecycle.QueueFilter() else found


@command(commands, "queue-summary")
def queue_summary(project: Project) -> pd.DataFrame:
    """How many samples wait, by class, window and purpose."""
    return project.queue_summary()


@filter_options
@click.option("--clear", is_flag=True, help="End all rules.")
@by_option
@command(commands)
def prioritise(project: Project, clear: bool, by: str | None, **options: Any) -> Any:
    """Let the query strategy take matching samples first."""
    where = where_of(options)
    if (where is None) != clear:
        raise lifecycle.InvalidValue("Say which samples come first, such as --column age --low 60, or --clear to end all rules.")
    rules = project.prioritise(where, by=by)
    return [plain(rule) for rule in rules]


@click.argument("share", type=float)
@click.option("--answers", default=2, show_default=True, help="How many answers each is to have.")
@by_option
@command(commands, "request-overlap")
def request_overlap(project: Project, share: float, answers: int, by: str | None) -> str:
    """Ask for further answers to a random SHARE of what has been answered."""
    return f"{project.request_overlap(share, answers, by=by)} samples are open for further answers."


@click.argument("id")
@click.option("-n", default=10, show_default=True)
@command(commands)
def similar(project: Project, id: str, n: int) -> pd.DataFrame:
    """The unlabelled samples most like prediction ID."""
    return project.similar(id, n)


@click.argument("id")
@click.option("-n", default=10, show_default=True)
@by_option
@command(commands, "request-similar")
def request_similar(project: Project, id: str, n: int, by: str | None) -> str:
    """Send the unlabelled samples most like prediction ID to the front of the queue."""
    return f"{project.request_similar(id, n, by=by)} samples sent to labeling."


@click.argument("id")
@click.option("-n", default=5, show_default=True)
@command(commands)
def neighbours(project: Project, id: str, n: int) -> pd.DataFrame:
    """The labelled samples most like prediction ID."""
    return project.neighbours(id, n)


@click.argument("file")
@by_option
@command(commands, "add-gold")
def add_gold(project: Project, file: str, by: str | None) -> str:
    """Mix the predictions in FILE (columns id, label), whose answer is known, into the queue."""
    return f"{project.add_gold(read(file), by=by)} gold samples added; they are shown as often as the setting gold_share says."


@click.option("--method", default="dawid_skene", show_default=True, help="majority, dawid_skene or crowdlab")
@command(commands)
def consensus(project: Project, method: str) -> pd.DataFrame:
    """What the experts' answers agree on."""
    return project.consensus(method)


@click.option("--more", default=50, show_default=True, help="How many labels further.")
@command(commands, "labeling-gain")
def labeling_gain(project: Project, more: int) -> Any:
    """What further labels are expected to bring."""
    return project.labeling_gain(more)


@click.argument("file")
@click.option("--format", "form", default="label_studio", show_default=True, type=click.Choice(["label_studio", "argilla", "csv"]))
@click.option("--skip-bad", is_flag=True, help="Take the good answers; the bad ones are counted.")
@by_option
@command(commands, "import-labels")
def import_labels(project: Project, file: str, form: str, skip_bad: bool, by: str | None) -> Any:
    """Take in the answers in FILE, an export of Label Studio or Argilla (JSON) or a CSV with id, label, annotator."""
    return project.import_labels(file, form, by=by, skip_refused=skip_bad)


def written(frame: pd.DataFrame, out: str) -> str:
    """Write records to a CSV, Parquet or JSON file, by its ending."""
    if Path(out).suffix.lower() == ".json":
        Path(out).write_text(frame.to_json(orient="records", date_format="iso", indent=1), encoding="utf-8")
    else:
        lifecycle.write_table(frame.assign(value=frame["value"].map(lambda value: None if value is None else str(value))), out)
    return f"{len(frame)} records written to {out}."
