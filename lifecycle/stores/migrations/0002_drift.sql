-- Derived from the log and the references: may be dropped, with the cursor 'drift', and is rebuilt.
CREATE TABLE drift_columns (
    project TEXT NOT NULL,
    column TEXT NOT NULL,
    place INTEGER NOT NULL,          -- its order on the page
    kind TEXT NOT NULL,              -- numeric, categorical, hashed (categorical, of very many levels)
    edges BLOB NOT NULL,             -- float64: the frozen bins of a numeric column
    levels TEXT NOT NULL,            -- JSON: the known levels of a categorical one
    PRIMARY KEY (project, column)
) STRICT, WITHOUT ROWID;

-- What the columns of a project were frozen with: the fitted state of its derived features and of the multivariate view.
CREATE TABLE drift_states (
    project TEXT PRIMARY KEY,
    version INTEGER NOT NULL,        -- whose reference froze the bins
    fitted TEXT NOT NULL,            -- JSON
    rule TEXT NOT NULL DEFAULT ''    -- JSON: the settings that the stored results were judged by
) STRICT, WITHOUT ROWID;

-- The reference of each version, on the same cells as the windows.
CREATE TABLE drift_references (
    project TEXT NOT NULL,
    version INTEGER NOT NULL,
    column TEXT NOT NULL,
    counts BLOB NOT NULL,
    low REAL, high REAL, total REAL NOT NULL, squares REAL NOT NULL,
    PRIMARY KEY (project, version, column)
) STRICT;

CREATE TABLE drift_windows (
    project TEXT NOT NULL,
    window INTEGER NOT NULL,         -- its key
    first_time INTEGER NOT NULL,     -- microseconds since 1970
    last_time INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    versions TEXT NOT NULL,          -- JSON: rows by the version that answered
    p_value REAL,                    -- of the window, NULL where it is too small to judge
    alarm INTEGER NOT NULL DEFAULT 0,
    columns TEXT NOT NULL DEFAULT '[]',  -- JSON: the drifted columns, the worst first
    closed INTEGER NOT NULL DEFAULT 0,  -- it was judged as a window that no further row is expected in
    sketch BLOB NOT NULL,            -- which rows repeat, and when in the window they came
    told INTEGER NOT NULL DEFAULT 0, -- its alarm is in the history
    PRIMARY KEY (project, window)
) STRICT;

CREATE TABLE drift_summaries (
    project TEXT NOT NULL,
    column TEXT NOT NULL,
    window INTEGER NOT NULL,
    counts BLOB NOT NULL,
    low REAL, high REAL, total REAL NOT NULL, squares REAL NOT NULL,
    unseen TEXT NOT NULL DEFAULT '{}',   -- JSON: rows by level that the reference does not know
    PRIMARY KEY (project, column, window)
) STRICT;

CREATE TABLE drift_results (
    project TEXT NOT NULL,
    window INTEGER NOT NULL,
    column TEXT NOT NULL,
    kind TEXT NOT NULL,
    test TEXT NOT NULL,
    statistic REAL, p_value REAL, effect REAL, threshold REAL,
    drifted INTEGER NOT NULL,
    PRIMARY KEY (project, window, column)
) STRICT, WITHOUT ROWID;

CREATE TABLE drift_multivariate (
    project TEXT NOT NULL,
    window INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    total REAL NOT NULL,             -- of the rows' reconstruction errors
    squares REAL NOT NULL,
    statistic REAL, lower REAL, upper REAL, threshold REAL,
    alarm INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (project, window)
) STRICT, WITHOUT ROWID;

CREATE TABLE quality_results (
    project TEXT NOT NULL,
    window INTEGER NOT NULL,
    column TEXT NOT NULL,            -- '' for the window as a whole
    "check" TEXT NOT NULL,
    value REAL,
    expected TEXT NOT NULL,
    failed INTEGER NOT NULL,
    PRIMARY KEY (project, window, column, "check")
) STRICT, WITHOUT ROWID;
