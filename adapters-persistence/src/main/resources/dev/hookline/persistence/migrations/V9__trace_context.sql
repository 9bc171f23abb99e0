-- Nobody waits longer than this behind a change that waits for its own lock.
SET lock_timeout = '2s';
-- Beside the pipeline and not in its messages: a replay and the ways to several targets have it too.
ALTER TABLE pipeline ADD COLUMN trace_context text;

COMMENT ON COLUMN pipeline.trace_context IS 'What its attempts are caused by, in W3C Trace Context: the traceparent, and behind a blank the tracestate if there is one. Null if nobody traces it.';
