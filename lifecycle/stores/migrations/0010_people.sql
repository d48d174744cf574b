-- People: accounts are never deleted, only disabled, so that a name in the history stays the same person.
CREATE TABLE accounts (
    name TEXT PRIMARY KEY COLLATE NOCASE,
    email TEXT UNIQUE COLLATE NOCASE,  -- what an identity provider knows them by
    password TEXT,                     -- Argon2id; NULL: signs in through the provider alone
    disabled INTEGER NOT NULL DEFAULT 0,
    created TEXT NOT NULL,
    created_by TEXT NOT NULL,
    seen TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE roles (
    name TEXT NOT NULL COLLATE NOCASE REFERENCES accounts (name),
    project TEXT NOT NULL,             -- '' for the whole workspace
    role TEXT NOT NULL,
    PRIMARY KEY (name, project)
) STRICT, WITHOUT ROWID;

-- A session is known by the SHA-256 of a secret that only the browser has.
CREATE TABLE sessions (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL COLLATE NOCASE REFERENCES accounts (name),
    started TEXT NOT NULL,
    seen TEXT NOT NULL,
    source TEXT NOT NULL               -- password, or the identity provider's name
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_name ON sessions (name);

-- Sign-ins that failed in a row, by what is guarded: a name at an address, an address, a name.
CREATE TABLE failed_sign_ins (
    subject TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    last TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Tokens of the prediction API, known by the SHA-256 of a secret that is shown once.
CREATE TABLE tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    owner TEXT NOT NULL COLLATE NOCASE REFERENCES accounts (name),
    project TEXT NOT NULL,             -- '' for all projects
    scopes TEXT NOT NULL,              -- JSON
    rate REAL,                         -- requests a second; NULL: the server's own limit
    created TEXT NOT NULL,
    expires TEXT,
    revoked TEXT
) STRICT;
