-- The log, as SQLite has it in V1 to V3 of its scripts, which say what the columns are. Keys begin with
-- the topic or the client, so that the tables can be distributed by either. Texts are compared byte by
-- byte, whatever the collation of the database. Rows that are updated in place leave room on their page,
-- so that their indexes need not be touched.
--
-- It is run in two schemas: in `tertulia_memory`, whose tables are unlogged, is what need not outlast a
-- crash of the server.

-- Numbers are not given twice, also after a crash that has emptied the tables.
CREATE SEQUENCE topic_id;

-- What a topic is called, which stays.
CREATE ${unlogged} TABLE topic_name (
  id bigint PRIMARY KEY,
  kind smallint NOT NULL,
  name text COLLATE "C" NOT NULL,
  UNIQUE (kind, name)
);

-- Where it is, one row each, changed by every batch. A transaction that stays open for hours keeps all
-- former versions of it. So that nobody has to pass by them, the offset that grows is a part of the key,
-- and the row is looked for from the highest one down.
CREATE ${unlogged} TABLE topic_state (
  id bigint NOT NULL,
  head bigint NOT NULL,
  floor bigint NOT NULL,
  floor_term bigint NOT NULL,
  time bigint NOT NULL,
  entries bigint NOT NULL,
  bytes bigint NOT NULL,
  checksum integer NOT NULL,
  PRIMARY KEY (id, head)
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 5000);

CREATE VIEW topic AS
  SELECT n.id, n.kind, n.name, s.head, s.floor, s.floor_term, s.time, s.entries, s.bytes, s.checksum
  FROM topic_name AS n
  CROSS JOIN LATERAL
    (SELECT * FROM topic_state AS t WHERE t.id = n.id ORDER BY t.head DESC LIMIT 1) AS s;

-- For what is not done often; batches change both tables themselves.
CREATE OR REPLACE FUNCTION change_topic() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = ${schema}, pg_temp
  AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM topic_state WHERE id = OLD.id;
    DELETE FROM topic_name WHERE id = OLD.id;
    IF TG_OP = 'DELETE' THEN
      RETURN OLD;
    END IF;
  END IF;
  INSERT INTO topic_name VALUES (NEW.id, NEW.kind, NEW.name);
  INSERT INTO topic_state VALUES
    (NEW.id, NEW.head, NEW.floor, NEW.floor_term, NEW.time, NEW.entries, NEW.bytes, NEW.checksum);
  RETURN NEW;
END
$$;

CREATE TRIGGER change_topic INSTEAD OF INSERT OR UPDATE OR DELETE ON topic
  FOR EACH ROW EXECUTE FUNCTION change_topic();

CREATE ${unlogged} TABLE entry (
  topic_id bigint NOT NULL,
  entry_offset bigint NOT NULL,
  term bigint NOT NULL,
  time bigint NOT NULL,
  kind smallint NOT NULL,
  client text COLLATE "C" NOT NULL,
  request text COLLATE "C",
  target bigint,
  deleted smallint NOT NULL,
  body bytea NOT NULL,
  checksum integer NOT NULL,
  PRIMARY KEY (topic_id, entry_offset)
);

CREATE INDEX entry_message ON entry (topic_id, entry_offset, client, deleted) WHERE kind = 1;

CREATE INDEX entry_target ON entry (topic_id, target, kind, entry_offset) WHERE target IS NOT NULL;

CREATE INDEX entry_notification ON entry (topic_id, entry_offset, deleted) WHERE kind = 5;

CREATE INDEX entry_read ON entry (topic_id, entry_offset) WHERE kind = 6;

CREATE ${unlogged} TABLE request (
  topic_id bigint NOT NULL,
  client text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  entry_offset bigint NOT NULL,
  term bigint NOT NULL,
  time bigint NOT NULL,
  digest bytea NOT NULL,
  expires bigint,
  checksum integer NOT NULL,
  PRIMARY KEY (topic_id, id, client)
);

CREATE INDEX request_expires ON request (expires) WHERE expires IS NOT NULL;

CREATE ${unlogged} TABLE reaction (
  topic_id bigint NOT NULL,
  target bigint NOT NULL,
  emoji text COLLATE "C" NOT NULL,
  client text COLLATE "C" NOT NULL,
  entry_offset bigint NOT NULL,
  checksum integer NOT NULL,
  PRIMARY KEY (topic_id, target, emoji, client)
);

CREATE ${unlogged} TABLE participant (
  client text COLLATE "C" NOT NULL,
  topic_id bigint NOT NULL,
  member smallint NOT NULL,
  sent smallint NOT NULL,
  read_offset bigint NOT NULL,
  checksum integer NOT NULL,
  PRIMARY KEY (client, topic_id)
) WITH (fillfactor = 70);

CREATE INDEX participant_member ON participant (topic_id, client) WHERE member = 1;

CREATE ${unlogged} TABLE batch (
  term bigint NOT NULL,
  seq bigint NOT NULL,
  time bigint NOT NULL,
  aborted smallint NOT NULL,
  entries text COLLATE "C" NOT NULL,
  checksum integer NOT NULL,
  PRIMARY KEY (term, seq)
);

CREATE ${unlogged} TABLE client (
  client text COLLATE "C" NOT NULL PRIMARY KEY,
  first_seen bigint NOT NULL,
  seen bigint NOT NULL,
  connected smallint NOT NULL,
  since bigint NOT NULL,
  floor_broadcasts bigint NOT NULL,
  checksum integer NOT NULL
) WITH (fillfactor = 80);

CREATE INDEX client_seen ON client (seen);

CREATE ${unlogged} TABLE inbox_read (
  client text COLLATE "C" NOT NULL,
  broadcast smallint NOT NULL,
  first_offset bigint NOT NULL,
  last_offset bigint NOT NULL,
  checksum integer NOT NULL,
  PRIMARY KEY (client, broadcast, first_offset)
) WITH (fillfactor = 80);

CREATE INDEX inbox_read_broadcast ON inbox_read (last_offset, client, first_offset)
  WHERE broadcast = 1;

CREATE ${unlogged} TABLE device (
  client text COLLATE "C" NOT NULL,
  device text COLLATE "C" NOT NULL,
  heard bigint NOT NULL,
  personal bigint NOT NULL,
  broadcasts bigint NOT NULL,
  checksum integer NOT NULL,
  PRIMARY KEY (client, device)
) WITH (fillfactor = 80);

CREATE INDEX device_heard ON device (heard);

CREATE ${unlogged} TABLE shown (
  client text COLLATE "C" NOT NULL,
  device text COLLATE "C" NOT NULL,
  broadcast smallint NOT NULL,
  first_offset bigint NOT NULL,
  last_offset bigint NOT NULL,
  checksum integer NOT NULL,
  PRIMARY KEY (client, device, broadcast, first_offset)
) WITH (fillfactor = 80);

CREATE INDEX shown_broadcast ON shown (last_offset, client, first_offset) WHERE broadcast = 1;

CREATE ${unlogged} TABLE api_key (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE,
  hash bytea NOT NULL,
  scopes text COLLATE "C" NOT NULL,
  rooms text COLLATE "C" NOT NULL,
  created bigint NOT NULL,
  expires bigint,
  used bigint,
  checksum integer NOT NULL
) WITH (fillfactor = 80);

CREATE ${unlogged} TABLE revocation (
  id bigint NOT NULL PRIMARY KEY,
  kind smallint NOT NULL,
  subject text COLLATE "C" NOT NULL,
  issuer text COLLATE "C",
  tokens_from bigint,
  expires bigint,
  request text COLLATE "C",
  checksum integer NOT NULL
);

-- How many rooms and inboxes a client has begun in the day that began at `since`.
CREATE ${unlogged} TABLE begun (
  client text COLLATE "C" NOT NULL PRIMARY KEY,
  since bigint NOT NULL,
  rooms bigint NOT NULL,
  inboxes bigint NOT NULL,
  checksum integer NOT NULL
) WITH (fillfactor = 80);

CREATE INDEX begun_since ON begun (since);

-- The servers that share the database. A `term` is that of its writer, by which others find its batches.
CREATE ${unlogged} TABLE node (
  name text COLLATE "C" NOT NULL PRIMARY KEY,
  incarnation bigint NOT NULL,
  term bigint NOT NULL,
  memory_term bigint NOT NULL,
  seen bigint NOT NULL
) WITH (fillfactor = 50);
