-- Facts are append-only; what is derived from them may be dropped and rebuilt.
CREATE TABLE projects (
    name TEXT PRIMARY KEY,
    config TEXT NOT NULL,            -- JSON: ProjectConfig
    settings TEXT NOT NULL,          -- JSON: Settings
    created TEXT NOT NULL,
    created_by TEXT NOT NULL
) STRICT;

CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL,           -- '' for the workspace itself
    time TEXT NOT NULL,
    by TEXT NOT NULL,
    verb TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL,           -- JSON
    hash TEXT NOT NULL               -- SHA-256 over the previous event's hash and this one's fields
) STRICT;
CREATE INDEX events_by_project ON events (project, id);

-- The prediction log: a durable buffer of small batches, and immutable Parquet segments. `stream` is 'served', or
-- 'shadow-<version>' for what a candidate on trial answered to nobody.
CREATE TABLE buffer (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL REFERENCES projects (name),
    stream TEXT NOT NULL,
    token TEXT NOT NULL,             -- random, so that what readers keep of an entry is never mistaken for another's
    first_seq INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    payload BLOB NOT NULL            -- Arrow IPC stream
) STRICT;
CREATE INDEX buffer_by_stream ON buffer (project, stream, first_seq);

CREATE TABLE segments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL REFERENCES projects (name),
    stream TEXT NOT NULL,
    path TEXT NOT NULL,              -- below the workspace
    rows INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    first_time TEXT NOT NULL,
    last_time TEXT NOT NULL,
    sha256 TEXT NOT NULL
) STRICT;
CREATE INDEX segments_by_stream ON segments (project, stream, first_seq);

-- Labels as they arrived (append-only) and, derived, the one that counts for each prediction.
CREATE TABLE labels (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL REFERENCES projects (name),
    id TEXT NOT NULL,                -- the prediction's id
    value TEXT NOT NULL,             -- JSON scalar
    source TEXT NOT NULL,            -- ground_truth, expert, adjudication, feedback
    confidence REAL NOT NULL DEFAULT 1.0,
    annotators TEXT NOT NULL DEFAULT '[]',
    purpose TEXT NOT NULL DEFAULT '',  -- query, audit or ''
    probability REAL,                -- the row's chance to have been labelled, where known
    time TEXT NOT NULL,
    by TEXT NOT NULL,
    reviewed INTEGER NOT NULL DEFAULT 1  -- feedback waits at 0 until reviewed
) STRICT;
CREATE INDEX labels_by_id ON labels (project, id);
CREATE INDEX labels_by_no ON labels (project, no);

CREATE TABLE current_labels (
    project TEXT NOT NULL,
    id TEXT NOT NULL,
    no INTEGER NOT NULL,             -- the row of `labels` that counts
    seq INTEGER,                     -- the prediction's place in the log; NULL until it arrives
    changed INTEGER NOT NULL,        -- rises with each change, so that readers follow with a cursor
    PRIMARY KEY (project, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX current_labels_by_change ON current_labels (project, changed);
CREATE INDEX current_labels_by_seq ON current_labels (project, seq);

-- How far each derived thing has followed the log or the labels.
CREATE TABLE cursors (
    project TEXT NOT NULL,
    consumer TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (project, consumer)
) STRICT, WITHOUT ROWID;

CREATE TABLE versions (
    project TEXT NOT NULL REFERENCES projects (name),
    version INTEGER NOT NULL,
    status TEXT NOT NULL,            -- candidate, champion, archived, rejected
    created TEXT NOT NULL,
    created_by TEXT NOT NULL,
    parent INTEGER,
    run TEXT,
    model TEXT,                      -- SHA-256 of the skops file; NULL: the model lives elsewhere
    training TEXT,                   -- SHA-256 of the training snapshot
    reference TEXT,                  -- SHA-256 of the reference snapshot, scored by this version
    metrics TEXT NOT NULL DEFAULT '{}',
    manifest TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (project, version)
) STRICT;

-- A release is one committed row. The newest 'full' row names the champion; a 'shadow' or 'canary' row without an end is the trial.
CREATE TABLE rollouts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL REFERENCES projects (name),
    version INTEGER NOT NULL,
    mode TEXT NOT NULL,
    share REAL NOT NULL,
    started TEXT NOT NULL,
    ended TEXT,
    by TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX rollouts_by_project ON rollouts (project, id);
