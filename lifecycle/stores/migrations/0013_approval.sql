-- Somebody asks for a decision about a version, with the figures that were on the table; `outcome`: '' while it waits, then
-- approved, rejected or withdrawn.
CREATE TABLE approval_requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL,
    version INTEGER NOT NULL,
    by TEXT NOT NULL,
    comment TEXT NOT NULL,
    time TEXT NOT NULL,
    figures TEXT NOT NULL,           -- JSON
    outcome TEXT NOT NULL DEFAULT '',
    FOREIGN KEY (project, version) REFERENCES versions (project, version)
) STRICT;
CREATE INDEX approval_requests_by_version ON approval_requests (project, version, id);
