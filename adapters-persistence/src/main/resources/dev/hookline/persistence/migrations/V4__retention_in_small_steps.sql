-- A day is dropped under a lock of milliseconds; its delivery keys go later, in batches.

CREATE TABLE dropped_day (
  day date NOT NULL PRIMARY KEY
);

COMMENT ON TABLE dropped_day IS 'The days of which pipelines were dropped while their delivery keys are kept a while longer.';
COMMENT ON COLUMN dropped_day.day IS 'The UTC day of the pipelines'' ids.';

CREATE FUNCTION hookline_day_of(id uuid) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  to_timestamp(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint / 1000.0)
  AT TIME ZONE 'UTC'
)::date;

COMMENT ON FUNCTION hookline_day_of(uuid) IS 'The UTC day of a UUIDv7.';

-- Who waits for an exclusive lock holds up everybody behind him: so not for long, here and below.
CREATE OR REPLACE FUNCTION hookline_open_day(day date) RETURNS boolean
LANGUAGE plpgsql STRICT
SET lock_timeout = '150ms'
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
  -- Others are in the way; the day is made some days ahead, and tried again every hour.
  WHEN lock_not_available OR deadlock_detected THEN
    RETURN false;
END
$$;

COMMENT ON FUNCTION hookline_open_day(date) IS 'Makes the partitions of a UTC day unless they are there; false if it could not, or if the day stays in the default partition.';

DROP FUNCTION hookline_forget_day_before(date);
DROP FUNCTION hookline_forget_rest_before(date);

CREATE FUNCTION hookline_drop_day(day date) RETURNS text
LANGUAGE plpgsql STRICT
SET lock_timeout = '150ms'
AS $$
DECLARE
  suffix text := to_char(day, 'YYYYMMDD');
  first uuid := hookline_first_id(day);
  beyond uuid := hookline_first_id(day + 1);
  still_open boolean;
BEGIN
  IF to_regclass('event_' || suffix) IS NULL THEN
    RETURN 'GONE';
  END IF;
  -- Of many workers one drops at a time.
  IF NOT pg_try_advisory_xact_lock(7269000001) THEN
    RETURN 'BUSY';
  END IF;
  EXECUTE format(
    'SELECT EXISTS (SELECT FROM %I WHERE state IN (''RECEIVED'', ''PROCESSING''))',
    'pipeline_' || suffix) INTO still_open;
  IF still_open THEN
    RETURN 'OPEN';
  END IF;
  DELETE FROM dead_letter WHERE pipeline_id >= first AND pipeline_id < beyond;
  INSERT INTO dropped_day VALUES (day) ON CONFLICT DO NOTHING;
  -- The parents first, as every writer does; from here on everybody waits, so nothing large is read.
  LOCK TABLE ONLY event, ONLY pipeline IN ACCESS EXCLUSIVE MODE;
  IF EXISTS (
    SELECT FROM outbox_message WHERE pipeline_id >= first AND pipeline_id < beyond
  ) THEN
    RAISE SQLSTATE 'HL001' USING MESSAGE = 'a pipeline was replayed while its day was to be dropped';
  END IF;
  EXECUTE format(
    'LOCK TABLE %I, %I IN ACCESS EXCLUSIVE MODE NOWAIT', 'event_' || suffix, 'pipeline_' || suffix);
  EXECUTE format('DROP TABLE %I, %I', 'event_' || suffix, 'pipeline_' || suffix);
  RETURN 'DROPPED';
EXCEPTION
  WHEN SQLSTATE 'HL001' THEN
    RETURN 'OPEN';
  WHEN lock_not_available OR deadlock_detected THEN
    RETURN 'BUSY';
  WHEN undefined_table THEN
    RETURN 'GONE';
END
$$;

COMMENT ON FUNCTION hookline_drop_day(date) IS 'Drops the partitions of a UTC day with its dead letters, unless a pipeline of it is open: DROPPED, OPEN, BUSY or GONE. Its delivery keys stay.';
