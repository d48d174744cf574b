-- Decisions and what people said about a version; append-only.
CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL,
    version INTEGER NOT NULL,
    decision TEXT NOT NULL,          -- approved, rejected
    by TEXT NOT NULL,
    reason TEXT NOT NULL,
    time TEXT NOT NULL,
    figures TEXT NOT NULL,           -- JSON: what was on the table
    FOREIGN KEY (project, version) REFERENCES versions (project, version)
) STRICT;
CREATE INDEX decisions_by_version ON decisions (project, version, id);

CREATE TABLE comments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL,
    version INTEGER NOT NULL,
    by TEXT NOT NULL,
    text TEXT NOT NULL,
    time TEXT NOT NULL,
    FOREIGN KEY (project, version) REFERENCES versions (project, version)
) STRICT;
CREATE INDEX comments_by_version ON comments (project, version, id);

-- A release that returned to an earlier champion, so that rolling back twice goes two back and not forth.
ALTER TABLE rollouts ADD COLUMN back INTEGER NOT NULL DEFAULT 0;

-- What a trial has counted, by release row: requests and errors by side; derived from the log but for 'failed'.
CREATE TABLE trial_counters (
    rollout INTEGER NOT NULL REFERENCES rollouts (id),
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (rollout, name)
) STRICT, WITHOUT ROWID;

-- Who has been seen by which side of a canary: stickiness makes the entity, not the request, the unit.
CREATE TABLE trial_entities (
    rollout INTEGER NOT NULL REFERENCES rollouts (id),
    entity TEXT NOT NULL,
    side INTEGER NOT NULL,           -- 1: the candidate answered, 0: the champion
    PRIMARY KEY (rollout, entity, side)
) STRICT, WITHOUT ROWID;

-- How right each side was about a labelled row: 0/1 for classes, minus the absolute error for numbers; NULL: that side did not answer it.
CREATE TABLE trial_outcomes (
    rollout INTEGER NOT NULL REFERENCES rollouts (id),
    id TEXT NOT NULL,
    entity TEXT NOT NULL,
    old REAL,
    new REAL,
    PRIMARY KEY (rollout, id)
) STRICT, WITHOUT ROWID;
