-- One pipeline may go to several targets: an outbox message for each, retried apart.

ALTER TABLE outbox_message
  ADD COLUMN service text NOT NULL DEFAULT '',
  ADD COLUMN target text;
UPDATE outbox_message m SET service = p.service FROM pipeline p WHERE p.id = m.pipeline_id;

COMMENT ON TABLE outbox_message IS 'One row for each open way of a pipeline to a target, saying "work this"; deleted when the target took it or was given up on.';
COMMENT ON COLUMN outbox_message.id IS 'Rises in the order of acceptance; the lowest of an ordering key is the head of its line.';
COMMENT ON COLUMN outbox_message.lane IS 'The low six bits of the repository''s hash: which lane holds it. All lines of a repository are in one lane.';
COMMENT ON COLUMN outbox_message.ordering_key IS 'A 64-bit hash of the repository, and of the target where there are several; equal keys stand in one line.';
COMMENT ON COLUMN outbox_message.attempts IS 'Attempts begun at this target.';
COMMENT ON COLUMN outbox_message.service IS 'The provider of the event, so that a pause need not look it up.';
COMMENT ON COLUMN outbox_message.target IS 'The name of the target it goes to; null: wherever its worker''s routes say.';

ALTER TABLE pipeline
  ADD COLUMN open_dispatches integer NOT NULL DEFAULT 1,
  ADD COLUMN dead_error text;

COMMENT ON COLUMN pipeline.attempts IS 'Attempts begun since the pipeline was received or replayed; of several targets'' the most.';
COMMENT ON COLUMN pipeline.open_dispatches IS 'How many outbox messages it has while it is RECEIVED or PROCESSING; says nothing afterwards.';
COMMENT ON COLUMN pipeline.dead_error IS 'Why a target was given up while others were still open: then the pipeline ends as FAILED.';
COMMENT ON COLUMN pipeline.history IS 'Every step, oldest first: [{"state", "at", "attempt", "error", "target"}].';

CREATE TABLE pause (
  service text NOT NULL DEFAULT '',
  target text NOT NULL DEFAULT '',
  since timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (service, target)
);

COMMENT ON TABLE pause IS 'What is not dispatched for now: a row holds up what matches it in both columns.';
COMMENT ON COLUMN pause.service IS 'The provider whose events wait; empty: every one''s.';
COMMENT ON COLUMN pause.target IS 'The name of the target that nothing is dispatched to; empty: all of them.';
COMMENT ON COLUMN pause.since IS 'When it was paused.';

-- Retention deletes keys by age: in a table that grows in that order a few bytes per block find them.
CREATE INDEX delivery_key_age ON delivery_key USING brin (pipeline_id) WITH (autosummarize = on);
