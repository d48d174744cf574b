-- What took long to derive, with the state that it was derived from: a cache, made again where the state is another.
CREATE TABLE kept (
    project TEXT NOT NULL,
    what TEXT NOT NULL,              -- such as 'multivariate:mmd', 'root_cause:accuracy'
    place INTEGER NOT NULL,          -- a window's key, 0 where there is one for all
    state TEXT NOT NULL,             -- JSON: all that the value depends on
    value TEXT NOT NULL,             -- JSON
    PRIMARY KEY (project, what, place)
) STRICT, WITHOUT ROWID;
