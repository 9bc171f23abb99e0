-- History is large and cold, the outbox small and hot: both follow from that.

CREATE TABLE event (
  pipeline_id uuid NOT NULL PRIMARY KEY,
  document text NOT NULL,
  body bytea NOT NULL,
  payload bytea
) PARTITION BY RANGE (pipeline_id);

COMMENT ON TABLE event IS 'What was accepted: written once with its pipeline, rewritten by a replay alone. One partition per UTC day of the pipeline id (a UUIDv7).';
COMMENT ON COLUMN event.pipeline_id IS 'The pipeline that the event started.';
COMMENT ON COLUMN event.document IS 'The standardized event as JSON text without its raw payload, as today''s handler or that of the last replay read it.';
COMMENT ON COLUMN event.body IS 'The body of the delivery, byte for byte as it was received and signed.';
COMMENT ON COLUMN event.payload IS 'The raw payload where it is not the body itself (a form holds it); null where it is.';

CREATE TABLE pipeline (
  id uuid NOT NULL PRIMARY KEY,
  service text NOT NULL,
  event_id text NOT NULL,
  event_type text NOT NULL,
  repository text NOT NULL,
  received_at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('RECEIVED', 'PROCESSING', 'DISPATCHED', 'FAILED')),
  attempts integer NOT NULL,
  since timestamptz NOT NULL,
  next_attempt_at timestamptz,
  error text,
  history jsonb NOT NULL
) PARTITION BY RANGE (id);

COMMENT ON TABLE pipeline IS 'The life of each accepted event. No index covers a column that changes, so that its updates stay on their page (HOT). Partitioned like event.';
COMMENT ON COLUMN pipeline.id IS 'A UUIDv7: sorts by the time of acceptance, and is the idempotency key of every dispatch.';
COMMENT ON COLUMN pipeline.service IS 'The provider: github, slack, linear.';
COMMENT ON COLUMN pipeline.event_id IS 'The provider''s id of the delivery.';
COMMENT ON COLUMN pipeline.event_type IS 'The provider''s type of the event.';
COMMENT ON COLUMN pipeline.repository IS 'owner/name: events of one repository are dispatched in the order accepted.';
COMMENT ON COLUMN pipeline.received_at IS 'When the delivery was complete, by the receiver''s clock.';
COMMENT ON COLUMN pipeline.state IS 'RECEIVED, PROCESSING (attempted, or waiting for the next attempt), DISPATCHED or FAILED.';
COMMENT ON COLUMN pipeline.attempts IS 'Attempts begun since the pipeline was received or replayed.';
COMMENT ON COLUMN pipeline.since IS 'When it entered its state, by the clock of the process that moved it.';
COMMENT ON COLUMN pipeline.next_attempt_at IS 'Not before then is it tried again, by the worker''s clock; null unless it waits for that.';
COMMENT ON COLUMN pipeline.error IS 'Why the last attempt failed; null unless that is its standing.';
COMMENT ON COLUMN pipeline.history IS 'Every step, oldest first: [{"state", "at", "attempt", "error"}].';

CREATE TABLE delivery_key (
  service text NOT NULL,
  key text NOT NULL,
  body_digest bytea,
  pipeline_id uuid NOT NULL,
  PRIMARY KEY (service, key),
  UNIQUE (service, body_digest)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.1);

COMMENT ON TABLE delivery_key IS 'Decides which delivery is a duplicate: one narrow row per accepted delivery, which outlives partitions.';
COMMENT ON COLUMN delivery_key.service IS 'The provider; keys are unique within it.';
COMMENT ON COLUMN delivery_key.key IS 'What the provider names the delivery by.';
COMMENT ON COLUMN delivery_key.body_digest IS 'SHA-256 of the signed body, where the replay guard was on; else null, which equals nothing.';
COMMENT ON COLUMN delivery_key.pipeline_id IS 'The pipeline that the first such delivery started.';

CREATE TABLE dead_letter (
  pipeline_id uuid NOT NULL PRIMARY KEY
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

COMMENT ON TABLE dead_letter IS 'The pipelines that are FAILED now, so that finding and counting them needs no index on pipeline.state.';
COMMENT ON COLUMN dead_letter.pipeline_id IS 'A pipeline in state FAILED.';

CREATE TABLE outbox_message (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  pipeline_id uuid NOT NULL,
  lane smallint NOT NULL CHECK (lane BETWEEN 0 AND 63),
  ordering_key bigint NOT NULL,
  task text NOT NULL DEFAULT 'process_webhook_event' CHECK (task IN ('process_webhook_event', 'dispatch_command')),
  attempts integer NOT NULL DEFAULT 0,
  queued_at timestamptz NOT NULL DEFAULT now(),
  due_at timestamptz NOT NULL DEFAULT now(),
  epoch bigint
) WITH (
  fillfactor = 70,
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
  autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 10000,
  autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000
);
CREATE INDEX outbox_message_line ON outbox_message (lane, ordering_key, id);

COMMENT ON TABLE outbox_message IS 'One row for each open pipeline, saying "work this"; deleted when the pipeline is over.';
COMMENT ON COLUMN outbox_message.id IS 'Rises in the order of acceptance; the lowest of an ordering key is the head of its line.';
COMMENT ON COLUMN outbox_message.pipeline_id IS 'The pipeline to work.';
COMMENT ON COLUMN outbox_message.lane IS 'The low six bits of the ordering key: which lane holds it.';
COMMENT ON COLUMN outbox_message.ordering_key IS 'A 64-bit hash of the repository; equal keys stand in one line.';
COMMENT ON COLUMN outbox_message.task IS 'process_webhook_event: never begun; dispatch_command: begun.';
COMMENT ON COLUMN outbox_message.attempts IS 'Attempts begun, as in pipeline.';
COMMENT ON COLUMN outbox_message.queued_at IS 'When it was queued, by the database''s clock.';
COMMENT ON COLUMN outbox_message.due_at IS 'Not before then is it attempted, by the database''s clock.';
COMMENT ON COLUMN outbox_message.epoch IS 'The lane''s epoch under which it is being attempted; an older one than the lane''s is the attempt of a lost worker. Null when not attempted.';

CREATE TABLE lane (
  id smallint NOT NULL PRIMARY KEY CHECK (id BETWEEN 0 AND 63),
  owner uuid,
  epoch bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
INSERT INTO lane (id) SELECT generate_series(0, 63);

COMMENT ON TABLE lane IS 'Who works which ordering keys.';
COMMENT ON COLUMN lane.id IS '0 to 63.';
COMMENT ON COLUMN lane.owner IS 'The worker that took it last; it holds it while its own lease runs. Null: given back.';
COMMENT ON COLUMN lane.epoch IS 'Rises with every takeover; a write under an older one is refused.';

CREATE TABLE worker (
  id uuid NOT NULL PRIMARY KEY,
  leased_until timestamptz NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

COMMENT ON TABLE worker IS 'The running workers.';
COMMENT ON COLUMN worker.id IS 'One running worker; a restarted one is another.';
COMMENT ON COLUMN worker.leased_until IS 'Its lanes are its own until then, by the database''s clock.';

CREATE TABLE refused_delivery (
  id uuid NOT NULL PRIMARY KEY,
  service text NOT NULL,
  same bytea NOT NULL,
  header_names text[] NOT NULL,
  header_values text[] NOT NULL,
  body bytea NOT NULL,
  remote_address text NOT NULL,
  received_at timestamptz NOT NULL,
  error text NOT NULL,
  message text NOT NULL,
  event_type text,
  event_id text,
  UNIQUE (service, same)
);

COMMENT ON TABLE refused_delivery IS 'Authentic deliveries that could not be used, kept until they are replayed.';
COMMENT ON COLUMN refused_delivery.id IS 'A UUIDv7.';
COMMENT ON COLUMN refused_delivery.service IS 'The provider.';
COMMENT ON COLUMN refused_delivery.same IS 'SHA-256 over body and event id: the same delivery is kept once.';
COMMENT ON COLUMN refused_delivery.header_names IS 'Names of the kept headers; a doubled one stands twice.';
COMMENT ON COLUMN refused_delivery.header_values IS 'Their values, in the same order.';
COMMENT ON COLUMN refused_delivery.body IS 'The body, byte for byte as it was received and signed.';
COMMENT ON COLUMN refused_delivery.remote_address IS 'The client''s address.';
COMMENT ON COLUMN refused_delivery.received_at IS 'When it was complete, by the receiver''s clock.';
COMMENT ON COLUMN refused_delivery.error IS 'Why it was refused: the error''s name.';
COMMENT ON COLUMN refused_delivery.message IS 'What its sender was told.';
COMMENT ON COLUMN refused_delivery.event_type IS 'Its type, where it could be read.';
COMMENT ON COLUMN refused_delivery.event_id IS 'The provider''s id of it, where it could be read.';

-- lz4 costs half of pglz, but not every build of PostgreSQL has it; partitions inherit the choice.
DO $$
BEGIN
  IF EXISTS (
    SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)
  ) THEN
    ALTER TABLE event
      ALTER COLUMN document SET COMPRESSION lz4,
      ALTER COLUMN body SET COMPRESSION lz4,
      ALTER COLUMN payload SET COMPRESSION lz4;
    ALTER TABLE refused_delivery ALTER COLUMN body SET COMPRESSION lz4;
  END IF;
END
$$;

-- The net: nothing is refused because its day has no partition.
CREATE TABLE event_other PARTITION OF event DEFAULT WITH (toast_tuple_target = 8160);
CREATE TABLE pipeline_other PARTITION OF pipeline DEFAULT WITH (fillfactor = 70);
COMMENT ON TABLE event_other IS 'Events of days that have no partition.';
COMMENT ON TABLE pipeline_other IS 'Pipelines of days that have no partition.';

CREATE FUNCTION hookline_first_id(day date) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  rpad(lpad(to_hex((extract(epoch FROM day::timestamp) * 1000)::bigint), 12, '0'), 32, '0')
)::uuid;

COMMENT ON FUNCTION hookline_first_id(date) IS 'The lowest UUIDv7 of a UTC day.';

CREATE FUNCTION hookline_open_day(day date) RETURNS boolean
LANGUAGE plpgsql STRICT
AS $$
DECLARE
  suffix text := to_char(day, 'YYYYMMDD');
  first uuid := hookline_first_id(day);
  beyond uuid := hookline_first_id(day + 1);
BEGIN
  IF to_regclass('event_' || suffix) IS NOT NULL THEN
    RETURN true;
  END IF;
  -- toast_tuple_target: most compressed bodies stay beside their row, which saves a tenth of WAL and CPU.
  EXECUTE format(
    'CREATE TABLE %I PARTITION OF event FOR VALUES FROM (%L) TO (%L) WITH (toast_tuple_target = 8160, autovacuum_vacuum_insert_scale_factor = 0.1)',
    'event_' || suffix, first, beyond);
  EXECUTE format(
    'CREATE TABLE %I PARTITION OF pipeline FOR VALUES FROM (%L) TO (%L) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05)',
    'pipeline_' || suffix, first, beyond);
  RETURN true;
EXCEPTION
  -- The day has rows in the default partition: there they stay. Another session was faster: as well.
  WHEN check_violation OR duplicate_table OR invalid_object_definition THEN
    RETURN to_regclass('event_' || suffix) IS NOT NULL;
END
$$;

COMMENT ON FUNCTION hookline_open_day(date) IS 'Makes the partitions of a UTC day unless they are there; false if the day stays in the default partition.';

CREATE FUNCTION hookline_forget_day_before(day date) RETURNS date
LANGUAGE plpgsql STRICT
AS $$
DECLARE
  old record;
  still_open boolean;
BEGIN
  FOR old IN
    SELECT
      c.relname AS event, 'pipeline_' || substr(c.relname, 7) AS pipeline,
      to_date(substr(c.relname, 7), 'YYYYMMDD') AS day,
      hookline_first_id(to_date(substr(c.relname, 7), 'YYYYMMDD')) AS first,
      hookline_first_id(to_date(substr(c.relname, 7), 'YYYYMMDD') + 1) AS beyond
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'event'::regclass
      AND c.relname ~ '^event_[0-9]{8}$'
      AND substr(c.relname, 7) < to_char(day, 'YYYYMMDD')
    ORDER BY c.relname
  LOOP
    EXECUTE format(
      'SELECT EXISTS (SELECT FROM %I WHERE state IN (''RECEIVED'', ''PROCESSING''))',
      old.pipeline) INTO still_open;
    CONTINUE WHEN still_open;
    DELETE FROM delivery_key WHERE pipeline_id >= old.first AND pipeline_id < old.beyond;
    DELETE FROM dead_letter WHERE pipeline_id >= old.first AND pipeline_id < old.beyond;
    -- The parents first, as every writer does; and only now, so that intake waits for the drop alone.
    LOCK TABLE ONLY pipeline, ONLY event IN ACCESS EXCLUSIVE MODE;
    EXECUTE format(
      'SELECT EXISTS (SELECT FROM %I WHERE state IN (''RECEIVED'', ''PROCESSING''))',
      old.pipeline) INTO still_open;
    IF still_open THEN
      RAISE serialization_failure USING MESSAGE = 'a pipeline was replayed while its day was to be dropped';
    END IF;
    EXECUTE format('DROP TABLE %I, %I', old.event, old.pipeline);
    RETURN old.day;
  END LOOP;
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION hookline_forget_day_before(date) IS 'Drops the oldest day before this one in which no pipeline is open, with its delivery keys and dead letters; says which, or null if there is none.';

CREATE FUNCTION hookline_forget_rest_before(day date) RETURNS void
LANGUAGE sql STRICT
AS $$
  WITH gone AS (
    DELETE FROM pipeline_other
    WHERE id < hookline_first_id(day) AND state IN ('DISPATCHED', 'FAILED')
    RETURNING id
  ), events AS (
    DELETE FROM event_other WHERE pipeline_id IN (SELECT id FROM gone)
  ), dead AS (
    DELETE FROM dead_letter WHERE pipeline_id IN (SELECT id FROM gone)
  )
  DELETE FROM delivery_key WHERE pipeline_id IN (SELECT id FROM gone);
  DELETE FROM refused_delivery WHERE id < hookline_first_id(day);
$$;

COMMENT ON FUNCTION hookline_forget_rest_before(date) IS 'Deletes what is over in the default partitions, and refused deliveries, older than this UTC day.';

SELECT hookline_open_day((now() AT TIME ZONE 'UTC')::date + ahead) FROM generate_series(0, 7) ahead;
