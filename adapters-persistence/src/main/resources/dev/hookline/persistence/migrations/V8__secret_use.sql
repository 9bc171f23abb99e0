-- Secrets rotate, and someone has to know when an old one is no longer used.

CREATE TABLE secret_use (
  service text NOT NULL,
  fingerprint text NOT NULL,
  position integer NOT NULL,
  first_matched_at timestamptz NOT NULL,
  last_matched_at timestamptz NOT NULL,
  deliveries bigint NOT NULL,
  PRIMARY KEY (service, fingerprint)
);

COMMENT ON TABLE secret_use IS 'What was signed with each secret, as intakes note it once a minute.';
COMMENT ON COLUMN secret_use.service IS 'The provider that signed.';
COMMENT ON COLUMN secret_use.fingerprint IS 'Eight hexadecimal digits of a digest of the secret, which is nowhere in the database.';
COMMENT ON COLUMN secret_use.position IS 'Where it stood in the list of secrets, from 1, when it matched last.';
COMMENT ON COLUMN secret_use.first_matched_at IS 'When the first delivery came that it had signed, by the clock of its intake.';
COMMENT ON COLUMN secret_use.last_matched_at IS 'When the last one came, by the clock of its intake.';
COMMENT ON COLUMN secret_use.deliveries IS 'How many it has signed; an outage can have one counted twice.';
