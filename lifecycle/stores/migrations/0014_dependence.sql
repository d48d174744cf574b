-- How many rows of a column count as one in a version's reference, in order of time. Derived: measured again when dropped.
CREATE TABLE drift_dependence (
    project TEXT NOT NULL,
    version INTEGER NOT NULL,
    column TEXT NOT NULL,
    rows REAL NOT NULL,
    PRIMARY KEY (project, version, column)
) STRICT, WITHOUT ROWID;
