-- Notifications: where to send, and what waits to be sent. A row of the outbox is one event for one channel, once.
CREATE TABLE channels (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    project TEXT NOT NULL,           -- '' is every project
    url TEXT NOT NULL,               -- holds a secret: shown nowhere but masked
    kinds TEXT NOT NULL,             -- JSON: what is told
    quiet TEXT NOT NULL DEFAULT '',  -- '22-6': what happens in these hours (UTC) is told afterwards
    digest TEXT NOT NULL DEFAULT '', -- '1D': told together, so often
    after INTEGER NOT NULL,          -- the newest event when it was made: what came before is not told
    created TEXT NOT NULL,
    created_by TEXT NOT NULL
) STRICT;

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel INTEGER NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    event INTEGER NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    reference TEXT NOT NULL,         -- the same for the same event, so that a receiver knows a repetition
    status TEXT NOT NULL DEFAULT 'waiting',  -- waiting, sent, failed
    created TEXT NOT NULL,
    due TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    claimed TEXT NOT NULL DEFAULT '',        -- until when a worker has it
    sent TEXT,
    error TEXT NOT NULL DEFAULT '',
    UNIQUE (channel, event)
) STRICT;
CREATE INDEX outbox_waiting ON outbox (status, due);

-- Calls from outside that ask for a retraining.
CREATE TABLE retrain_calls (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL REFERENCES projects (name),
    time TEXT NOT NULL,
    by TEXT NOT NULL,
    reason TEXT NOT NULL,
    figures TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX retrain_calls_by_project ON retrain_calls (project, time);
