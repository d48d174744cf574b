-- What a task's model said, so that the queue can be counted and shared out without a look at the log; seats that were added after
-- the task had its answers.
ALTER TABLE tasks ADD COLUMN predicted TEXT;
ALTER TABLE tasks ADD COLUMN extra INTEGER NOT NULL DEFAULT 0;
-- What else a ranking depended on: rules that lift samples, and classes that are sought.
ALTER TABLE rankings ADD COLUMN rules TEXT NOT NULL DEFAULT '';
-- A task that somebody asked for has no ranking.
UPDATE tasks SET ranking = 0 WHERE strategy = 'requested';

-- What a filtered sitting serves next: the rows that match, in order. A cache; it is made anew when it is used up.
CREATE TABLE shortlists (
    project TEXT NOT NULL,
    filter TEXT NOT NULL,            -- digest of the filter
    place INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    predicted TEXT,
    utility REAL,
    PRIMARY KEY (project, filter, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE searches (
    project TEXT NOT NULL,
    filter TEXT NOT NULL,
    last_seq INTEGER NOT NULL,       -- how far the log was known
    found INTEGER NOT NULL,
    PRIMARY KEY (project, filter)
) STRICT, WITHOUT ROWID;

-- The candidates of the last ranking as numbers, float32 row by row, so that similar ones are found at once. A cache.
CREATE TABLE likenesses (
    project TEXT PRIMARY KEY,
    columns INTEGER NOT NULL,
    seqs BLOB NOT NULL,              -- int64
    rows BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Labelled rows at hand, which a new sample is compared with. A cache: what is missing is read from the log.
CREATE TABLE landmarks (
    project TEXT NOT NULL,
    seq INTEGER NOT NULL,
    row TEXT NOT NULL,               -- JSON, as in `samples`
    PRIMARY KEY (project, seq)
) STRICT, WITHOUT ROWID;

-- Samples whose answer is known, mixed in to learn how well people answer. Their answers make no label.
CREATE TABLE gold (
    task INTEGER PRIMARY KEY REFERENCES tasks (id),
    project TEXT NOT NULL REFERENCES projects (name),
    value TEXT NOT NULL,             -- JSON scalar
    time TEXT NOT NULL,
    by TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX gold_by_project ON gold (project);
