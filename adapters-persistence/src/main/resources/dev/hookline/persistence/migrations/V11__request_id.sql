-- Nobody waits longer than this behind a change that waits for its own lock.
SET lock_timeout = '2s';
-- Beside the pipeline and not in its messages: a replay and the ways to several targets have it too.
ALTER TABLE pipeline ADD COLUMN request_id text;

COMMENT ON COLUMN pipeline.request_id IS 'The id of the request that began it, as the answer and the log have it. Null if none did.';
