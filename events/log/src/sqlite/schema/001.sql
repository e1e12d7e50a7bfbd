-- What the database is: its instance, who made it, the oldest binary that may read it.
CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row an event, never touched again. Columns are hashed in this order.
CREATE TABLE events (
    position INTEGER PRIMARY KEY CHECK (position > 0),
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    stream TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    type TEXT NOT NULL,
    schema INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    source_key TEXT,
    source_address TEXT,
    correlation BLOB NOT NULL CHECK (length(correlation) = 16),
    causation BLOB CHECK (length(causation) = 16),
    facts TEXT NOT NULL,
    bodies TEXT NOT NULL,
    previous BLOB NOT NULL CHECK (length(previous) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    UNIQUE (stream, version)
) STRICT;

CREATE TRIGGER events_are_never_updated BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never updated'); END;

CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;

-- What may be erased. Deleting a row is the erasure: its salt goes with it.
CREATE TABLE bodies (
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    salt BLOB NOT NULL CHECK (length(salt) = 32),
    length INTEGER NOT NULL,
    compressed BLOB NOT NULL,
    PRIMARY KEY (position, name)
) STRICT;

CREATE TRIGGER bodies_are_never_updated BEFORE UPDATE ON bodies
BEGIN SELECT RAISE(ABORT, 'bodies are never updated'); END;

-- Ciphertext under a key that is not in the database; `position` is the last event of the append that brought it.
CREATE TABLE sealed_values (
    handle TEXT NOT NULL PRIMARY KEY,
    sealed BLOB NOT NULL,
    position INTEGER NOT NULL
) STRICT;

CREATE TRIGGER sealed_values_are_never_updated BEFORE UPDATE ON sealed_values
BEGIN SELECT RAISE(ABORT, 'sealed values are never updated'); END;

-- Numbers given away so far.
CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO counters (name, value) VALUES ('deployment', 0);

-- Lines for people; not events. A marker for dropped lines has the last dropped line's number as -(line + 1).
CREATE TABLE task_log (
    id INTEGER PRIMARY KEY,
    deployment INTEGER NOT NULL,
    attempt TEXT NOT NULL,
    call INTEGER NOT NULL,
    line INTEGER NOT NULL,
    at INTEGER NOT NULL,
    level TEXT NOT NULL,
    message TEXT NOT NULL,
    UNIQUE (deployment, attempt, call, line)
) STRICT;

CREATE INDEX task_log_in_order ON task_log (deployment, id);
