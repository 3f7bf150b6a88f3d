-- An API key that operators have made. `hash` is the SHA-256 of its text, which is not stored; `id` is
-- a part of the text. `scopes` and `rooms` are words and patterns, each separated by a space. Times are
-- Unix milliseconds: when it was made, until when it is valid, and when it was last used.
CREATE TABLE api_key (
  id VARCHAR(64) NOT NULL PRIMARY KEY,
  name VARCHAR(128) NOT NULL UNIQUE,
  hash BLOB NOT NULL,
  scopes TEXT NOT NULL,
  rooms TEXT NOT NULL,
  created BIGINT NOT NULL,
  expires BIGINT,
  used BIGINT,
  checksum INTEGER NOT NULL
) WITHOUT ROWID;
