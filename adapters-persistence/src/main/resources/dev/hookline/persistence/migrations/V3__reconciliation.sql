-- A provider's log is compared with what is on record, by the ids that the provider gave.

CREATE TABLE reconciliation (
  service text NOT NULL PRIMARY KEY,
  begun_at timestamptz NOT NULL,
  missing integer
);

COMMENT ON TABLE reconciliation IS 'When the schedule last looked into a provider''s log, and what it found: of many workers one looks at a time.';
COMMENT ON COLUMN reconciliation.service IS 'The provider.';
COMMENT ON COLUMN reconciliation.begun_at IS 'When a worker last took the turn, by the database''s clock.';
COMMENT ON COLUMN reconciliation.missing IS 'How many events were not on record then; null if that could not be found out.';

-- Unwanted events are kept as refused, and there can be many of them.
CREATE INDEX refused_delivery_event ON refused_delivery (service, event_id);
