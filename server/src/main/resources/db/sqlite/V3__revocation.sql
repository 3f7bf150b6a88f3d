-- Tokens that are refused though an issuer has signed them. `kind` is 1 for the tokens of a client, 2
-- for one token and 3 for all; `subject` is the client or the id (`jti`) of the token, `issuer` the
-- `iss` of the one token if it counts. Tokens issued at `tokens_from` or later are accepted. A row that
-- `expires` is of no use after that. `request` is the id of the request that made it.
CREATE TABLE revocation (
  id BIGINT NOT NULL PRIMARY KEY,
  kind INTEGER NOT NULL,
  subject VARCHAR(512) NOT NULL,
  issuer VARCHAR(512),
  tokens_from BIGINT,
  expires BIGINT,
  request VARCHAR(128),
  checksum INTEGER NOT NULL
) WITHOUT ROWID;
