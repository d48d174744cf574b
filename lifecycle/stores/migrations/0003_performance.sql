-- Derived from the log, the labels and the references: may be dropped, with the cursors 'performance' and
-- 'performance_labels', and is rebuilt.
CREATE TABLE performance_windows (
    project TEXT NOT NULL,
    window INTEGER NOT NULL,         -- the window's key
    version INTEGER NOT NULL,        -- the model version that answered these rows
    rows INTEGER NOT NULL,
    first_time INTEGER NOT NULL,     -- microseconds since 1970
    last_time INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,      -- its rows lie between these places in the log
    last_seq INTEGER NOT NULL,
    payload BLOB NOT NULL,           -- the summary of all rows
    labels BLOB,                     -- the summary of the labelled rows
    dirty INTEGER NOT NULL DEFAULT 1,  -- its results are to be derived again
    PRIMARY KEY (project, window, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX performance_windows_dirty ON performance_windows (project, window) WHERE dirty = 1;

-- Which predictions' labels are in the summaries: a bit a prediction, a row a block of 65,536.
CREATE TABLE performance_counted (
    project TEXT NOT NULL,
    block INTEGER NOT NULL,
    bits BLOB NOT NULL,
    PRIMARY KEY (project, block)
) STRICT, WITHOUT ROWID;

CREATE TABLE performance_results (
    project TEXT NOT NULL,
    window INTEGER NOT NULL,
    metric TEXT NOT NULL,
    version INTEGER NOT NULL,        -- that answered most of its rows
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    labels INTEGER NOT NULL,
    realized REAL, realized_lower REAL, realized_upper REAL,
    estimated REAL, estimated_lower REAL, estimated_upper REAL,
    assisted REAL, assisted_lower REAL, assisted_upper REAL,
    level REAL, level_lower REAL, level_upper REAL,  -- on the reference of that version
    PRIMARY KEY (project, window, metric)
) STRICT, WITHOUT ROWID;
