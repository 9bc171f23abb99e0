-- Nobody waits longer than this behind a change that waits for its own lock.
SET lock_timeout = '2s';
-- As hookline_oldest_messages, from the other end.
CREATE FUNCTION hookline_newest_messages(lowest bigint, most integer) RETURNS SETOF outbox_message
LANGUAGE plpgsql STABLE STRICT
SET enable_sort = off
SET enable_bitmapscan = off
SET enable_seqscan = off
AS $$
BEGIN
  RETURN QUERY SELECT * FROM outbox_message WHERE id >= lowest ORDER BY id DESC LIMIT most;
END
$$;

COMMENT ON FUNCTION hookline_newest_messages(bigint, integer) IS 'The last messages down to an id, newest first, whatever the planner believes of the table.';
