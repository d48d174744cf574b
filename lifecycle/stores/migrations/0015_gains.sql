-- The learning curve as last measured: a cache, made anew when enough labels have come.
CREATE TABLE learning_curves (
    project TEXT PRIMARY KEY,
    labels INTEGER NOT NULL,         -- labels that counted then
    measured TEXT NOT NULL           -- JSON: rows, sizes, errors (repeats x sizes), tested
) STRICT, WITHOUT ROWID;
