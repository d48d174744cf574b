"""The command line: the same verbs as in Python, `lifecycle VERB PROJECT ...`.

Exit status: 0 done, 1 refused with a sentence on standard error, 2 wrong usage.
"""

from __future__ import annotations

import os

import click

from lifecycle.commands import change, label, models, monitor, monitor_views, notify, operations, people, predictions, queue, release, train

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--home", default=None, envvar="LIFECYCLE_HOME", help="The workspace folder; data/workspace by default.")
@click.option("--as", "person", default=None, envvar="LIFECYCLE_USER", help="Who you are, where that is not your user name on this machine.")
@click.version_option(package_name="lifecycle")
@click.pass_context
def main(context: click.Context, home: str | None, person: str | None) -> None:
    """Monitor, label, train, release: the loop around a deployed model, in one place."""
    context.obj = home
    if person:
        before = os.environ.get("LIFECYCLE_USER", "")
        os.environ["LIFECYCLE_USER"] = person  # so that parts started from here know it, too
        context.call_on_close(lambda: os.environ.update(LIFECYCLE_USER=before))


for stage in (predictions, monitor, monitor_views, change, label, queue, train, models, release, operations, people, notify):
    for name, subcommand in stage.commands.commands.items():
        main.add_command(subcommand, name)

if __name__ == "__main__":
    main()
