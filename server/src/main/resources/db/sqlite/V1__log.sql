-- The log. Positions are `term:offset`; times are Unix milliseconds; `checksum` is CRC-32C over the
-- other columns of its row, in the order in which they stand here (docs: the class Checksum).

-- A topic, from its first entry on. Never deleted: its head must not go back, and its floor tells
-- which positions are older than what is kept. Every offset above `floor`, up to `head`, has its
-- entry: `entries` of them, with `bytes` of bodies. `time` is the newest one's.
CREATE TABLE topic (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  name VARCHAR(128) NOT NULL,
  head BIGINT NOT NULL,
  floor BIGINT NOT NULL,
  floor_term BIGINT NOT NULL,
  time BIGINT NOT NULL,
  entries BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  checksum INTEGER NOT NULL,
  UNIQUE (kind, name)
);

-- What was stored in a topic. `kind` says what `body` holds, which is JSON in UTF-8: 1 a chat
-- message, 2 an edit, 3 a deletion, 4 a reaction, 5 a notification, 6 that notifications were read,
-- 7 that one was revoked. `request` is the sender's own id for it. A deleted message, its edits and
-- a revoked notification keep their rows, with `deleted` 1 and without their text. It has row numbers
-- of SQLite's own, so that rows are appended, whatever their topic: rows in the order of their keys
-- would move from page to page as others come between them, and leave copies of their text behind.
CREATE TABLE entry (
  topic_id BIGINT NOT NULL,
  entry_offset BIGINT NOT NULL,
  term BIGINT NOT NULL,
  time BIGINT NOT NULL,
  kind INTEGER NOT NULL,
  client VARCHAR(128) NOT NULL,
  request VARCHAR(128),
  target BIGINT,
  deleted INTEGER NOT NULL,
  body BLOB NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (topic_id, entry_offset)
);

-- Messages alone: for pages of history, and to count what is unread.
CREATE INDEX entry_message ON entry (topic_id, entry_offset, client, deleted) WHERE kind = 1;

-- What amends a message.
CREATE INDEX entry_target ON entry (topic_id, target, kind, entry_offset) WHERE target IS NOT NULL;

-- Notifications alone: for pages of inboxes, and to count what is unread.
CREATE INDEX entry_notification ON entry (topic_id, entry_offset, deleted) WHERE kind = 5;

-- When notifications were read.
CREATE INDEX entry_read ON entry (topic_id, entry_offset) WHERE kind = 6;

-- Requests that may come again: by topic, client and the client's id for it, with what was answered.
-- `digest` tells one content from another; it is empty once the content was deleted. A row that
-- `expires` is of no use after that; the others are kept as long as their entry, and a day.
CREATE TABLE request (
  topic_id BIGINT NOT NULL,
  client VARCHAR(128) NOT NULL,
  id VARCHAR(128) NOT NULL,
  entry_offset BIGINT NOT NULL,
  term BIGINT NOT NULL,
  time BIGINT NOT NULL,
  digest BLOB NOT NULL,
  expires BIGINT,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (topic_id, client, id)
) WITHOUT ROWID;

CREATE INDEX request_expires ON request (expires) WHERE expires IS NOT NULL;

-- The reactions that stand now, each with the offset of the entry that added it.
CREATE TABLE reaction (
  topic_id BIGINT NOT NULL,
  target BIGINT NOT NULL,
  emoji VARCHAR(32) NOT NULL,
  client VARCHAR(128) NOT NULL,
  entry_offset BIGINT NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (topic_id, target, emoji, client)
) WITHOUT ROWID;

-- What a client has to do with a room: on its list, whether it has sent, up to where it has read.
CREATE TABLE participant (
  client VARCHAR(128) NOT NULL,
  topic_id BIGINT NOT NULL,
  member INTEGER NOT NULL,
  sent INTEGER NOT NULL,
  read_offset BIGINT NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (client, topic_id)
) WITHOUT ROWID;

CREATE INDEX participant_member ON participant (topic_id, client) WHERE member = 1;

-- What a writer committed together: `seq` has no holes within a term. `aborted` marks one whose
-- commit failed and that is settled to have never happened. `entries` is `topic:first-last` by
-- commas, the offsets that it added to each topic.
CREATE TABLE batch (
  term BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  time BIGINT NOT NULL,
  aborted INTEGER NOT NULL,
  entries TEXT NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (term, seq)
) WITHOUT ROWID;

-- A client, as inboxes know it, from its first connection or notification on. `seen` is when it was
-- last known to be connected or, as long as it never was (`connected` 0), when it was first notified.
-- Its inbox holds the broadcasts past `since`. `floor_broadcasts` is the head that the broadcasts had
-- when the entry at the floor of its own log was stored, 0 if nothing was let go.
CREATE TABLE client (
  client VARCHAR(128) NOT NULL PRIMARY KEY,
  first_seen BIGINT NOT NULL,
  seen BIGINT NOT NULL,
  connected INTEGER NOT NULL,
  since BIGINT NOT NULL,
  floor_broadcasts BIGINT NOT NULL,
  checksum INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX client_seen ON client (seen);

-- Which notifications a client has read: of its own log (`broadcast` 0) and of the broadcasts (1), all
-- from `first_offset` to `last_offset`. No two ranges of a log touch.
CREATE TABLE inbox_read (
  client VARCHAR(128) NOT NULL,
  broadcast INTEGER NOT NULL,
  first_offset BIGINT NOT NULL,
  last_offset BIGINT NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (client, broadcast, first_offset)
) WITHOUT ROWID;

CREATE INDEX inbox_read_broadcast ON inbox_read (last_offset, client, first_offset)
  WHERE broadcast = 1;

-- A device of a client: when it last told something, and up to where it has acknowledged its client's
-- own log and the broadcasts.
CREATE TABLE device (
  client VARCHAR(128) NOT NULL,
  device VARCHAR(128) NOT NULL,
  heard BIGINT NOT NULL,
  personal BIGINT NOT NULL,
  broadcasts BIGINT NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (client, device)
) WITHOUT ROWID;

CREATE INDEX device_heard ON device (heard);

-- Which notifications a device has shown, as `inbox_read` says which were read.
CREATE TABLE shown (
  client VARCHAR(128) NOT NULL,
  device VARCHAR(128) NOT NULL,
  broadcast INTEGER NOT NULL,
  first_offset BIGINT NOT NULL,
  last_offset BIGINT NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (client, device, broadcast, first_offset)
) WITHOUT ROWID;

CREATE INDEX shown_broadcast ON shown (last_offset, client, first_offset) WHERE broadcast = 1;
