-- What an application publishes in a transaction of its own: a row that servers publish, and remove, once
-- the transaction is committed. No row is changed by two transactions of applications, no number is
-- counted under a lock, and nothing is notified: their commits do not wait for each other.
CREATE TABLE tertulia.outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- The id of the request under which it is published: however often that is tried, it has one effect.
  request text COLLATE "C" NOT NULL,
  -- 1: a message in the room `target`; 2: a notification of the client `target`
  kind smallint NOT NULL,
  target text COLLATE "C" NOT NULL,
  -- Who sends it, and the name to show.
  client text COLLATE "C" NOT NULL,
  sender text COLLATE "C",
  message text COLLATE "C" NOT NULL,
  title text COLLATE "C",
  data text COLLATE "C",
  category text COLLATE "C",
  urgency text COLLATE "C",
  reply_to bigint,
  created timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Why it can't be published, as the code of the protocol, and since when. Such a row stays until somebody
  -- removes it, or sets both to NULL, upon which it is tried again.
  refused text COLLATE "C",
  refused_at timestamptz
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

CREATE INDEX outbox_waiting ON tertulia.outbox (id) WHERE refused IS NULL;

CREATE INDEX outbox_refused ON tertulia.outbox (refused_at) WHERE refused IS NOT NULL;

-- Refuses what is not a name of a client or a room.
CREATE FUNCTION tertulia.require_name(what text, name text) RETURNS void
  LANGUAGE plpgsql IMMUTABLE
  SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  IF name IS NULL OR name !~ '^[A-Za-z0-9_.:@=+|~-]{1,128}$' COLLATE "C" OR name IN ('.', '..') THEN
    RAISE EXCEPTION '% must have 1 to 128 letters, digits and _ - . : @ = + | ~, and must not be . or ..', what
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
END
$$;

-- Refuses what is not a name of a client, or is reserved for servers.
CREATE FUNCTION tertulia.require_client(what text, name text) RETURNS void
  LANGUAGE plpgsql IMMUTABLE
  SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  PERFORM tertulia.require_name(what, name);
  IF name LIKE '~%' THEN
    RAISE EXCEPTION '% must not begin with ~, which is reserved', what
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
END
$$;

-- Refuses a text that is too short or too long; NULL is none.
CREATE FUNCTION tertulia.require_length(what text, value text, shortest int, longest int)
  RETURNS void
  LANGUAGE plpgsql IMMUTABLE
  SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  IF char_length(value) NOT BETWEEN shortest AND longest THEN
    RAISE EXCEPTION '% must have % to % characters', what, shortest, longest
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
END
$$;

-- Refuses a message without anything in it, or with too much.
CREATE FUNCTION tertulia.require_content(message text, data text) RETURNS void
  LANGUAGE plpgsql IMMUTABLE
  SET search_path = pg_catalog, pg_temp
  AS $$
BEGIN
  IF message IS NULL AND data IS NULL THEN
    RAISE EXCEPTION 'message and data must not both be NULL'
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF octet_length(coalesce(message, '')) + coalesce(octet_length(data), 0) > 65536 THEN
    RAISE EXCEPTION 'message and data must not have more than 65536 bytes together'
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
END
$$;

-- Publishes a message in a room, once the transaction is committed. Returns the id of the request.
CREATE FUNCTION tertulia.publish(
  room text,
  client text,
  message text,
  data jsonb DEFAULT NULL,
  id text DEFAULT NULL,
  sender text DEFAULT NULL,
  reply_to bigint DEFAULT NULL
) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  content text;
  request CONSTANT text := coalesce(id, gen_random_uuid()::text);
BEGIN
  -- Every call waits for this, and each part of a condition is prepared anew in each transaction. So what
  -- most calls are is told by few parts; a bound in a pattern would cost more than the row.
  IF (data IS NULL AND sender IS NULL AND reply_to IS NULL
      AND room ~ '^[A-Za-z0-9_:@=+|~-][A-Za-z0-9_.:@=+|~-]*$' COLLATE "C" AND octet_length(room) <= 128
      AND client ~ '^[A-Za-z0-9_:@=+|-][A-Za-z0-9_.:@=+|~-]*$' COLLATE "C" AND octet_length(client) <= 128
      AND octet_length(message) <= 65536 AND request <> '' AND octet_length(request) <= 128) IS NOT TRUE
  THEN
    content := CASE WHEN jsonb_typeof(data) <> 'null' THEN data::text END;
    -- What is wrong is only looked for if something is: calling another function takes longer than this.
    IF (room ~ '^[A-Za-z0-9_.:@=+|~-]+$' COLLATE "C" AND octet_length(room) <= 128
        AND room NOT IN ('.', '..')
        AND client ~ '^[A-Za-z0-9_.:@=+|-][A-Za-z0-9_.:@=+|~-]*$' COLLATE "C" AND octet_length(client) <= 128
        AND client NOT IN ('.', '..')
        AND (message IS NOT NULL OR content IS NOT NULL)
        AND coalesce(octet_length(message), 0) + coalesce(octet_length(content), 0) <= 65536
        AND (id IS NULL OR char_length(id) BETWEEN 1 AND 128)
        AND (sender IS NULL OR char_length(sender) <= 256)
        AND (reply_to IS NULL OR reply_to > 0)) IS NOT TRUE
    THEN
      PERFORM tertulia.require_name('room', room);
      PERFORM tertulia.require_client('client', client);
      PERFORM tertulia.require_content(message, content);
      PERFORM tertulia.require_length('id', id, 1, 128);
      PERFORM tertulia.require_length('sender', sender, 0, 256);
      RAISE EXCEPTION 'reply_to must be the offset of a message, from 1 on'
        USING ERRCODE = 'invalid_parameter_value';
    END IF;
  END IF;
  INSERT INTO tertulia.outbox
      (request, kind, target, client, sender, message, data, reply_to)
    VALUES (request, 1, room, client, sender, coalesce(message, ''), content, reply_to);
  RETURN request;
END
$$;

-- Notifies a client, once the transaction is committed. Returns the id of the request.
CREATE FUNCTION tertulia.notify(
  client text,
  message text,
  title text DEFAULT NULL,
  data jsonb DEFAULT NULL,
  id text DEFAULT NULL,
  category text DEFAULT NULL,
  urgency text DEFAULT NULL,
  from_client text DEFAULT NULL
) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  content text;
  request CONSTANT text := coalesce(id, gen_random_uuid()::text);
BEGIN
  -- As above.
  IF (title IS NULL AND data IS NULL AND category IS NULL AND urgency IS NULL AND from_client IS NULL
      AND client ~ '^[A-Za-z0-9_:@=+|-][A-Za-z0-9_.:@=+|~-]*$' COLLATE "C" AND octet_length(client) <= 128
      AND octet_length(message) <= 65536 AND request <> '' AND octet_length(request) <= 128) IS NOT TRUE
  THEN
    content := CASE WHEN jsonb_typeof(data) <> 'null' THEN data::text END;
    IF (client ~ '^[A-Za-z0-9_.:@=+|-][A-Za-z0-9_.:@=+|~-]*$' COLLATE "C" AND octet_length(client) <= 128
        AND client NOT IN ('.', '..')
        AND (from_client IS NULL
          OR (from_client ~ '^[A-Za-z0-9_.:@=+|-][A-Za-z0-9_.:@=+|~-]*$' COLLATE "C"
            AND octet_length(from_client) <= 128 AND from_client NOT IN ('.', '..')))
        AND (message IS NOT NULL OR content IS NOT NULL)
        AND coalesce(octet_length(message), 0) + coalesce(octet_length(content), 0) <= 65536
        AND (title IS NULL OR char_length(title) <= 256)
        AND (id IS NULL OR char_length(id) BETWEEN 1 AND 128)
        AND (category IS NULL OR char_length(category) BETWEEN 1 AND 128)
        AND (urgency IS NULL OR urgency IN ('low', 'normal', 'high'))) IS NOT TRUE
    THEN
      PERFORM tertulia.require_client('client', client);
      IF from_client IS NOT NULL THEN
        PERFORM tertulia.require_client('from_client', from_client);
      END IF;
      PERFORM tertulia.require_content(message, content);
      PERFORM tertulia.require_length('title', title, 0, 256);
      PERFORM tertulia.require_length('id', id, 1, 128);
      PERFORM tertulia.require_length('category', category, 1, 128);
      RAISE EXCEPTION 'urgency must be low, normal or high'
        USING ERRCODE = 'invalid_parameter_value';
    END IF;
  END IF;
  INSERT INTO tertulia.outbox
      (request, kind, target, client, message, title, data, category, urgency)
    VALUES (request, 2, client, coalesce(from_client, '~api'), coalesce(message, ''), title, content,
      category, urgency);
  RETURN request;
END
$$;

REVOKE ALL ON TABLE tertulia.outbox FROM PUBLIC;

REVOKE ALL ON FUNCTION
  tertulia.publish(text, text, text, jsonb, text, text, bigint),
  tertulia.notify(text, text, text, jsonb, text, text, text, text),
  tertulia.require_name(text, text),
  tertulia.require_client(text, text),
  tertulia.require_length(text, text, int, int),
  tertulia.require_content(text, text)
  FROM PUBLIC;
