-- Nobody waits longer than this behind a change that waits for its own lock.
SET lock_timeout = '2s';
-- An outbox that was empty when it was analysed has no estimates, and every index looks the same then.
-- This one has to be the primary key's: the other one would be read from end to end.
CREATE FUNCTION hookline_oldest_messages(lowest bigint, most integer) RETURNS SETOF outbox_message
LANGUAGE plpgsql STABLE STRICT
SET enable_sort = off
SET enable_bitmapscan = off
SET enable_seqscan = off
AS $$
BEGIN
  RETURN QUERY SELECT * FROM outbox_message WHERE id >= lowest ORDER BY id LIMIT most;
END
$$;

COMMENT ON FUNCTION hookline_oldest_messages(bigint, integer) IS 'The first messages from an id on, by id, whatever the planner believes of the table.';
