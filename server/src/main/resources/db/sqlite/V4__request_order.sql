-- The requests of a topic in the order of their ids, whoever asks. Ids that ascend with time lie side by
-- side then, so that a batch finds and adds all of its rows on a few pages. They are copied in the order
-- in which they are read, a topic after the other, because sorting all of them would take memory.
ALTER TABLE request RENAME TO former_request;

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
  PRIMARY KEY (topic_id, id, client)
) WITHOUT ROWID;

INSERT INTO request SELECT * FROM former_request;
DROP TABLE former_request;

CREATE INDEX request_expires ON request (expires) WHERE expires IS NOT NULL;
