-- The queue. A task is a place in it for one prediction; who holds it, and how everybody stands to it, are tables of their own,
-- so that overlap (several answers to one item) needs no second kind of task.
CREATE TABLE tasks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL REFERENCES projects (name),
    prediction_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    purpose TEXT NOT NULL,           -- query, audit
    strategy TEXT NOT NULL,
    utility REAL,
    probability REAL NOT NULL,       -- its chance to be picked, see docs/decisions/0004-inclusion-probabilities.md
    model_version INTEGER NOT NULL,
    turn INTEGER NOT NULL,           -- the lowest is served first; requested tasks are below zero
    ranking INTEGER NOT NULL DEFAULT 0,  -- the row of `rankings` that put it here; 0: it was asked for
    wanted INTEGER NOT NULL,         -- answers asked for
    answers INTEGER NOT NULL DEFAULT 0,
    open INTEGER NOT NULL,           -- wanted - answers - leases: how many more experts may take it
    created TEXT NOT NULL,
    UNIQUE (project, prediction_id)
) STRICT;
CREATE INDEX tasks_open ON tasks (project, turn) WHERE open > 0;
CREATE INDEX tasks_by_answers ON tasks (project, answers);

CREATE TABLE leases (
    task INTEGER NOT NULL REFERENCES tasks (id),
    annotator TEXT NOT NULL,
    project TEXT NOT NULL,
    until TEXT NOT NULL,
    PRIMARY KEY (task, annotator)
) STRICT, WITHOUT ROWID;
CREATE INDEX leases_by_annotator ON leases (project, annotator);
CREATE INDEX leases_by_end ON leases (project, until);

CREATE TRIGGER lease_taken AFTER INSERT ON leases BEGIN
    UPDATE tasks SET open = open - 1 WHERE id = new.task;
END;
CREATE TRIGGER lease_ended AFTER DELETE ON leases BEGIN
    UPDATE tasks SET open = open + 1 WHERE id = old.task;
END;

-- What experts said, append-only: an undo is a row that names the row it takes back.
CREATE TABLE annotations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL REFERENCES projects (name),
    task INTEGER NOT NULL REFERENCES tasks (id),
    prediction_id TEXT NOT NULL,
    annotator TEXT NOT NULL,
    kind TEXT NOT NULL,              -- answer, unsure, skip, undo
    value TEXT,                      -- JSON scalar of an answer
    time TEXT NOT NULL,
    seconds REAL,
    comment TEXT NOT NULL DEFAULT '',
    client_id TEXT,                  -- the same one counts once
    undoes INTEGER REFERENCES annotations (id),
    UNIQUE (project, client_id)
) STRICT;
CREATE INDEX annotations_by_annotator ON annotations (project, annotator, id);
CREATE INDEX annotations_by_task ON annotations (task);
CREATE INDEX annotations_by_time ON annotations (project, time);
CREATE UNIQUE INDEX annotations_undone ON annotations (undoes) WHERE undoes IS NOT NULL;
CREATE TRIGGER annotations_stay BEFORE UPDATE ON annotations BEGIN
    SELECT raise(ABORT, 'annotations are append-only');
END;
CREATE TRIGGER annotations_remain BEFORE DELETE ON annotations BEGIN
    SELECT raise(ABORT, 'annotations are append-only');
END;

-- Derived: the row of `annotations` that says how each person stands to each task now.
CREATE TABLE standing (
    task INTEGER NOT NULL REFERENCES tasks (id),
    annotator TEXT NOT NULL,
    annotation INTEGER NOT NULL REFERENCES annotations (id),
    kind TEXT NOT NULL,              -- answer, unsure, skip
    PRIMARY KEY (task, annotator)
) STRICT, WITHOUT ROWID;

-- How the pool was last ranked, and from what: the newest row of a project says whether the queue is behind.
CREATE TABLE rankings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL REFERENCES projects (name),
    time TEXT NOT NULL,
    strategy TEXT NOT NULL,
    audit_share REAL NOT NULL,
    model_version INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,       -- how far the log was known
    pool INTEGER NOT NULL,           -- rows that could have been picked
    queried INTEGER NOT NULL,
    audited INTEGER NOT NULL
) STRICT;
CREATE INDEX rankings_by_project ON rankings (project, id);

-- The audit's rows that the query strategy would have picked, had they not been reserved: the turn at which it passes over each
-- in the newest ranking, NULL once it has. With it the chance of every label is known, see docs/decisions/0004.
CREATE TABLE passed (
    project TEXT NOT NULL REFERENCES projects (name),
    seq INTEGER NOT NULL,
    turn INTEGER,
    PRIMARY KEY (project, seq)
) STRICT, WITHOUT ROWID;
