-- What a newer server may add to a table that is written all the time.
ALTER TABLE ${schema}.entry ADD COLUMN added bigint;
