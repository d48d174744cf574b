"""A workspace's notifications: who is told what, and where. The work is in `lifecycle.verbs.notices.notifying`."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from lifecycle.stores.database import Database
from lifecycle.verbs.context import Caller, Context
from lifecycle.verbs.guarding import Guarded
from lifecycle.verbs.notices import notifying
from lifecycle.verbs.notices.notice_words import KINDS

__all__ = ["Notices"]


class Notices(Guarded):
    """Channels that are told what happens. An address is as Apprise writes it (mail, Slack, Teams, web hooks and many more); it holds a
    secret, so it is shown nowhere but masked, and it is part of every backup. `project` '' is every project."""

    _prefix = "notices."

    def __init__(self, context: Context) -> None:
        self._context = context

    def _entrance(self) -> tuple[Database, Caller, str]:
        return self._context.database, self._context.caller, ""

    def kinds(self) -> dict[str, str]:
        """What a channel can be told, and what each kind is."""
        return dict(KINDS)

    def add(
        self,
        name: str,
        url: str,
        kinds: Iterable[str] | None = None,
        project: str = "",
        quiet: str = "",
        digest: str = "",
        by: str | None = None,
    ) -> None:
        """Add a channel. `kinds`: some of `kinds()`; None: all. `quiet`: hours in UTC such as '22-6', after which it is told what happened
        in them. `digest`: told together so often, such as '1D' (at midnight UTC) or '1h'; '': each thing at once."""
        notifying.add(self._context, name, url, kinds, project, quiet, digest, by)

    def remove(self, name: str, project: str = "", by: str | None = None) -> None:
        """Forget a channel, its address and what waits for it."""
        notifying.remove(self._context, name, project, by)

    def test(self, name: str, project: str = "") -> None:
        """Send a test message here and now.

        Raises
        ------
        NotReady : it did not arrive; the sentence says why.
        """
        notifying.test(self._context, name, project)

    def channels(self) -> pd.DataFrame:
        """A row a channel: name, project, address (masked), kinds, quiet, digest, sent, waiting, failed (counts), last_error, created,
        created_by."""
        return notifying.channels(self._context)

    def messages(self, limit: int = 100) -> pd.DataFrame:
        """What waits, was sent or failed, the newest first: created, channel, project, kind, title, text, status, attempts, due, sent, error."""
        return notifying.messages(self._context, limit)

    def deliver(self) -> int:
        """What the worker does every few seconds: send what is due; returns how many events were told."""
        return notifying.deliver(self._context)
