-- Retraining: runs with their durable steps, the firings that asked for them, and the worker's pulse.
CREATE TABLE runs (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL REFERENCES projects (name),
    id TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,             -- queued, running, done, failed, cancelled
    reason TEXT NOT NULL,
    trigger TEXT,                     -- JSON: kind, name and figures of the firing; NULL when a person asked
    requested TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    finished TEXT,
    seconds REAL,
    error TEXT,
    candidate INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    cancelled_by TEXT                 -- set while a run is under way: it stops at once
) STRICT;
CREATE INDEX runs_by_project ON runs (project, no);
CREATE UNIQUE INDEX runs_one_under_way ON runs (project) WHERE status = 'running';
CREATE UNIQUE INDEX runs_queued_once ON runs (project, reason) WHERE status = 'queued';

CREATE TABLE run_steps (
    run TEXT NOT NULL REFERENCES runs (id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,             -- waiting, running, done, failed
    started TEXT,
    finished TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    details TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE firings (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL REFERENCES projects (name),
    name TEXT NOT NULL,               -- the trigger: its kind and options
    kind TEXT NOT NULL,
    time TEXT NOT NULL,
    reason TEXT NOT NULL,
    figures TEXT NOT NULL,            -- JSON: what caused it
    run TEXT                          -- the run that it started or joined
) STRICT;
CREATE INDEX firings_by_project ON firings (project, no);

CREATE TABLE workers (
    id TEXT PRIMARY KEY,              -- host:pid
    started TEXT NOT NULL,
    seen TEXT NOT NULL,               -- its last sign of life, wall clock
    doing TEXT NOT NULL DEFAULT ''
) STRICT;

-- A run registers one version, however often its last step is tried.
CREATE UNIQUE INDEX versions_by_run ON versions (project, run) WHERE run IS NOT NULL;
