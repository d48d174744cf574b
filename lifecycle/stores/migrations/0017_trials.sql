-- The steps of a ramp are releases of their own; `trial` is the first of them, so that who was in the small share stays in the larger one.
ALTER TABLE rollouts ADD COLUMN trial INTEGER REFERENCES rollouts (id);

-- What serving processes measured of a trial, by release row: calls, failed calls, log seconds and their squares by side.
CREATE TABLE trial_sums (
    rollout INTEGER NOT NULL REFERENCES rollouts (id),
    name TEXT NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (rollout, name)
) STRICT, WITHOUT ROWID;

-- What a trial said whenever something new was counted; the last row is what it says now.
CREATE TABLE trial_points (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    rollout INTEGER NOT NULL REFERENCES rollouts (id),
    time TEXT NOT NULL,
    requests INTEGER NOT NULL,       -- so far, of both sides
    answered INTEGER NOT NULL,       -- of these, by the candidate
    labelled INTEGER NOT NULL,
    e_value REAL NOT NULL,
    difference REAL,
    lower REAL NOT NULL,
    upper REAL NOT NULL
) STRICT;
CREATE INDEX trial_points_by_rollout ON trial_points (rollout, id);
