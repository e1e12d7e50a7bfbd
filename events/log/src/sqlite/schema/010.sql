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

-- Commands that may be asked again under the same key, with what they were answered: kept for a day. No facts; `answer`
-- is nothing where it showed a secret, `kept_at` microseconds since 1970.
CREATE TABLE kept_answers (
    access_key TEXT NOT NULL,
    key TEXT NOT NULL,
    request BLOB NOT NULL CHECK (length(request) = 32),
    answer BLOB,
    position INTEGER NOT NULL,
    kept_at INTEGER NOT NULL,
    PRIMARY KEY (access_key, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX kept_answers_to_drop ON kept_answers (kept_at);

-- Lines for people; not events. A marker stands in the place of the last line that was dropped.
CREATE TABLE task_log (
    id INTEGER PRIMARY KEY,
    deployment INTEGER NOT NULL,
    attempt TEXT NOT NULL,
    call INTEGER NOT NULL,
    line INTEGER NOT NULL CHECK (line >= 0),
    is_marker INTEGER NOT NULL CHECK (is_marker IN (0, 1)),
    at INTEGER NOT NULL,
    level TEXT NOT NULL,
    message TEXT NOT NULL,
    UNIQUE (deployment, attempt, call, line, is_marker)
) STRICT;

CREATE INDEX task_log_in_order ON task_log (deployment, id);

-- Entries of open journals, bytes to the log; `hash` is that of the chain after this entry.
CREATE TABLE journal_entries (
    deployment INTEGER NOT NULL,
    attempt TEXT NOT NULL,
    entry INTEGER NOT NULL CHECK (entry >= 0),
    content BLOB NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (deployment, attempt, entry)
) STRICT;

-- How far each open journal goes: shows when its last entries are gone.
CREATE TABLE journal_heads (
    deployment INTEGER NOT NULL,
    attempt TEXT NOT NULL,
    entries INTEGER NOT NULL CHECK (entries > 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (deployment, attempt)
) STRICT, WITHOUT ROWID;

-- Ciphertext minted by the calls of an open journal, under a key that is not in the database; in order of rowid.
CREATE TABLE journal_sealed (
    deployment INTEGER NOT NULL,
    attempt TEXT NOT NULL,
    handle TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (deployment, attempt, handle)
) STRICT;

-- Journals of attempts that are over. `compressed` holds every entry (its length in eight bytes, then its bytes) and
-- is nothing once it was dropped; `length` is that before compression, `packed_at` microseconds since 1970.
CREATE TABLE packed_journals (
    deployment INTEGER NOT NULL,
    attempt TEXT NOT NULL,
    entries INTEGER NOT NULL CHECK (entries > 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    packed_at INTEGER NOT NULL,
    length INTEGER NOT NULL,
    compressed BLOB,
    PRIMARY KEY (deployment, attempt)
) STRICT;

CREATE INDEX packed_journals_to_drop ON packed_journals (packed_at) WHERE compressed IS NOT NULL;

CREATE TRIGGER journal_entries_are_never_updated BEFORE UPDATE ON journal_entries
BEGIN SELECT RAISE(ABORT, 'entries of journals are never updated'); END;

CREATE TRIGGER journal_entries_are_deleted_when_packed BEFORE DELETE ON journal_entries
WHEN NOT EXISTS (
    SELECT 1 FROM packed_journals JOIN journal_heads USING (deployment, attempt, entries, hash)
    WHERE deployment = OLD.deployment AND attempt = OLD.attempt
)
BEGIN SELECT RAISE(ABORT, 'entries of journals are never deleted before they are packed'); END;

CREATE TRIGGER journal_heads_never_go_back BEFORE UPDATE ON journal_heads
WHEN NEW.deployment <> OLD.deployment OR NEW.attempt <> OLD.attempt OR NEW.entries <= OLD.entries
BEGIN SELECT RAISE(ABORT, 'the head of a journal never goes back'); END;

CREATE TRIGGER journal_heads_are_deleted_when_packed BEFORE DELETE ON journal_heads
WHEN NOT EXISTS (
    SELECT 1 FROM packed_journals WHERE deployment = OLD.deployment AND attempt = OLD.attempt
        AND entries = OLD.entries AND hash = OLD.hash
)
BEGIN SELECT RAISE(ABORT, 'the head of a journal is never deleted before it is packed'); END;

CREATE TRIGGER packed_journals_never_open_again BEFORE INSERT ON journal_heads
WHEN EXISTS (SELECT 1 FROM packed_journals WHERE deployment = NEW.deployment AND attempt = NEW.attempt)
BEGIN SELECT RAISE(ABORT, 'packed journals never open again'); END;

CREATE TRIGGER journal_sealed_is_never_updated BEFORE UPDATE ON journal_sealed
BEGIN SELECT RAISE(ABORT, 'sealed values are never updated'); END;

CREATE TRIGGER packed_journals_were_open BEFORE INSERT ON packed_journals
WHEN NOT EXISTS (
    SELECT 1 FROM journal_heads WHERE deployment = NEW.deployment AND attempt = NEW.attempt
        AND entries = NEW.entries AND hash = NEW.hash
)
BEGIN SELECT RAISE(ABORT, 'a journal is never packed but as it is'); END;

CREATE TRIGGER packed_journals_are_only_dropped BEFORE UPDATE ON packed_journals
WHEN NEW.compressed IS NOT NULL OR NEW.deployment <> OLD.deployment OR NEW.attempt <> OLD.attempt
    OR NEW.entries <> OLD.entries OR NEW.hash <> OLD.hash OR NEW.packed_at <> OLD.packed_at
    OR NEW.length <> OLD.length
BEGIN SELECT RAISE(ABORT, 'packed journals are never updated, only dropped'); END;

CREATE TRIGGER packed_journals_are_never_deleted BEFORE DELETE ON packed_journals
BEGIN SELECT RAISE(ABORT, 'packed journals are never deleted'); END;
