-- The rows of the log that are next in the queue, at hand: a row among a million lies in a Parquet group that takes long to open.
-- A cache: what is missing is read from the log.
CREATE TABLE samples (
    project TEXT NOT NULL,
    seq INTEGER NOT NULL,
    row TEXT NOT NULL,               -- JSON; bytes as {"base64": ...}
    PRIMARY KEY (project, seq)
) STRICT, WITHOUT ROWID;
