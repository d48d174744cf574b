"""Notifications: channels are added and tested; what happens becomes messages that wait in the outbox; the worker sends them.

An event is put into a channel's outbox once, in the transaction that moves the cursor over the events. A message is sent at
least once: who dies after sending and before saying so lets the next one send it again, with the same reference.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from lifecycle.engines import posting
from lifecycle.errors import Conflict, InvalidValue, NotReady, UnknownName
from lifecycle.stores import channels as stored
from lifecycle.stores import cursors
from lifecycle.stores.channels import Channel
from lifecycle.verbs.context import Context, who
from lifecycle.verbs.notices.notice_words import KINDS, message

__all__ = ["add", "channels", "collect", "deliver", "messages", "remove", "test"]

LEASE = timedelta(minutes=5)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
MOST_ATTEMPTS = 12  # about seven hours
AT_ONCE = 3  # more than so many that are due together are told in one message
MOST = 200
CURSOR = "notices"
MONDAY = datetime(1970, 1, 5, tzinfo=UTC)  # digests are counted from a midnight between two weeks

log = logging.getLogger("lifecycle.notices")


def base_url() -> str:
    """The dashboard's address as people reach it, for links: $LIFECYCLE_URL."""
    return os.environ.get("LIFECYCLE_URL", "").strip() or "http://localhost:8501"


def add(context: Context, name: str, url: str, kinds: Iterable[str] | None, project: str, quiet: str, digest: str, by: str | None) -> None:
    """Add a channel; it is told what happens from now on.

    Raises
    ------
    InvalidValue, UnknownName : an argument outside what is allowed. Conflict : the name is taken.
    """
    title = name.strip() if isinstance(name, str) else ""
    if not 1 <= len(title) <= 64:
        raise InvalidValue("A channel needs a name of 1 to 64 characters, such as 'team mail'.")
    given = [kinds] if isinstance(kinds, str) else list(kinds) if kinds is not None else list(KINDS)
    wanted = tuple(kind for kind in KINDS if kind in given)
    if unknown := sorted(set(given) - set(KINDS)):
        raise UnknownName.among("kind of notification", unknown[0], KINDS)
    if not wanted:
        raise InvalidValue(f"A channel is told something, or it is of no use; give some of {', '.join(KINDS)}.")
    if project and context.database.value("SELECT 1 FROM projects WHERE name = ?", (project,)) is None:
        raise UnknownName.among("project", project, (row["name"] for row in context.database.rows("SELECT name FROM projects")))
    if quiet and _hours(quiet) is None:
        raise InvalidValue(f"quiet is {quiet!r}; it must be two different hours in UTC such as '22-6', or '' for none.")
    if digest and _span(digest) is None:
        raise InvalidValue(f"digest is {digest!r}; it must be a span such as '1h' or '1D', or '' to tell each thing at once.")
    posting.require_address(url)
    with context.database.write():
        if title in {found.name for found in stored.channels(context.database)}:
            raise Conflict(f"There is a channel named {title!r} already; choose another name, or remove that one first.")
        if not stored.channels(context.database):
            cursors.move(context.database, "", CURSOR, stored.newest_event(context.database))
        stored.add(context.database, title, project, url.strip(), wanted, quiet, digest, context.now(), who(by))
        told = {"address": posting.masked(url), "kinds": list(wanted), "quiet": quiet, "digest": digest}
        _about(context, project).happened(by, "add_channel", title, told)


def remove(context: Context, name: str, project: str, by: str | None) -> None:
    """Forget a channel, its address and what waits for it.

    Raises
    ------
    UnknownName : there is none of that name.
    """
    with context.database.write():
        found = stored.get(context.database, name, project)
        stored.remove(context.database, found.id)
        _about(context, found.project).happened(by, "remove_channel", name, {"address": posting.masked(found.url)})


def test(context: Context, name: str, project: str) -> None:
    """Send a test message here and now.

    Raises
    ------
    UnknownName : there is no such channel. NotReady : the service did not take it; the sentence says why.
    """
    found = stored.get(context.database, name, project)
    where = found.project or "every project"
    why = posting.post(found.url, "Lifecycle: a test", f"This channel is told about {where}: {', '.join(found.kinds)}. {base_url()}")
    if why:
        raise NotReady(f"The test message to {name!r} did not arrive. {why}")


def channels(context: Context) -> pd.DataFrame:
    """A row a channel: name, project, address (masked), kinds, quiet, digest, sent, waiting, failed (counts), last_error, created, created_by."""
    columns = ["name", "project", "address", "kinds", "quiet", "digest", "sent", "waiting", "failed", "last_error", "created", "created_by"]
    sql = "SELECT status, count(*) AS n FROM outbox WHERE channel = ? GROUP BY status"
    rows = []
    for found in stored.channels(context.database):
        count = {row["status"]: row["n"] for row in context.database.rows(sql, (found.id,))}
        error = context.database.value("SELECT error FROM outbox WHERE channel = ? ORDER BY coalesce(sent, due) DESC LIMIT 1", (found.id,)) or ""
        counts = [count.get(name, 0) for name in ("sent", "waiting", "failed")]
        facts = [found.name, found.project, posting.masked(found.url), found.kinds, found.quiet, found.digest]
        rows.append([*facts, *counts, error, found.created, found.created_by])
    return pd.DataFrame(rows, columns=columns)


def messages(context: Context, limit: int = 100) -> pd.DataFrame:
    """What waits, was sent or failed, the newest first: created, channel, project, kind, title, text, status, attempts, due, sent, error."""
    columns = ["created", "channel", "project", "kind", "title", "text", "status", "attempts", "due", "sent", "error"]
    found = pd.DataFrame(stored.messages(context.database, limit), columns=columns)
    for name in ("created", "due", "sent"):
        found[name] = pd.to_datetime(found[name], utc=True, format="ISO8601")
    return found


def collect(context: Context) -> int:
    """Put what happened since the last look into the outboxes of those who are to be told; returns how many messages wait now for the first time."""
    database = context.database
    subscribed = stored.channels(database)
    if not subscribed or cursors.position(database, "", CURSOR) >= stored.newest_event(database):
        return 0
    put = 0
    with database.write():
        start = cursors.position(database, "", CURSOR)
        events = stored.events_after(database, start, 1000)
        for event in events:
            found = message(event, base_url())
            for channel in subscribed if found is not None else ():
                if found is not None and found.kind in channel.kinds and channel.project in ("", event["project"]) and event["id"] > channel.after:
                    due = _due(channel, context.now())
                    reference = str(event["hash"])[:12]
                    stored.put(database, channel.id, event["id"], found.kind, found.title, found.text, reference, context.now(), due)
                    put += 1
        if events:
            cursors.move(database, "", CURSOR, events[-1]["id"])
    return put


def deliver(context: Context) -> int:
    """Collect, then send what is due; returns how many events were told. One channel's trouble holds up no other."""
    collect(context)
    told = 0
    for channel in stored.channels(context.database):
        rows = stored.claim(context.database, channel.id, context.now(), LEASE, MOST)
        together = bool(rows) and (bool(channel.digest) or len(rows) > AT_ONCE)
        for part in [rows] if together else [[row] for row in rows]:
            told += _send(context, channel, part)
    stored.sweep(context.database, context.now())
    return told


def _send(context: Context, channel: Channel, rows: list[dict[str, Any]]) -> int:
    ids = [row["id"] for row in rows]
    if len(rows) == 1:
        title, text = rows[0]["title"], rows[0]["text"]
    else:
        title = f"Lifecycle: {len(rows)} things happened"
        text = "\n".join(f"{row['title']}. {row['text']}" for row in rows)
    why = posting.post(channel.url, title, f"{text}\nReference {'-'.join(dict.fromkeys((rows[0]['reference'], rows[-1]['reference'])))}")
    if not why:
        stored.sent(context.database, ids, context.now())
        return len(ids)
    attempts = max(row["attempts"] for row in rows) + 1
    wait = min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)
    again = context.now() + wait if attempts < MOST_ATTEMPTS else None
    stored.failed(context.database, ids, why, again)
    log.warning("channel %r, attempt %d: %s", channel.name, attempts, why)
    return 0


def _due(channel: Channel, now: datetime) -> datetime:
    """When a message about something that happens now is to be sent: at the digest's next time, and not in quiet hours."""
    due = now
    span = _span(channel.digest) if channel.digest else None
    if span is not None:
        due = MONDAY + span * ((now - MONDAY) // span + 1)
    hours = _hours(channel.quiet)
    if hours is not None:
        first, last = hours
        inside = first <= due.hour < last if first < last else due.hour >= first or due.hour < last
        if inside:
            end = due.replace(hour=last % 24, minute=0, second=0, microsecond=0)
            due = end if end > due else end + timedelta(days=1)
    return due


def _hours(text: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"\s*(\d{1,2})\s*-\s*(\d{1,2})\s*", text) if isinstance(text, str) else None
    hours = (int(found[1]), int(found[2])) if found else None
    return hours if hours and max(hours) <= 24 and hours[0] != hours[1] else None


def _span(text: str) -> timedelta | None:
    try:
        found = pd.Timedelta(text).to_pytimedelta() if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and timedelta(minutes=1) <= found <= timedelta(days=7) else None


def _about(context: Context, project: str) -> Context:
    return Context(project, context.root, context.database, context.models, context.snapshots, context.clock, caller=context.caller)
