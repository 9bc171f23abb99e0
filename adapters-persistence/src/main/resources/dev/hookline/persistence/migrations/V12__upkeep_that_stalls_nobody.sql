-- Nobody waits longer than this behind a change that waits for its own lock.
SET lock_timeout = '2s';
-- A partition is made under a lock that everybody waits for, and meanwhile the default partition is read for
-- rows that belong into the new one: so not when that is large.
CREATE FUNCTION hookline_open_day(day date, readable bigint) RETURNS boolean
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
  IF pg_relation_size('event_other') + pg_relation_size('pipeline_other') > readable THEN
    RETURN false;
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

COMMENT ON FUNCTION hookline_open_day(date, bigint) IS 'Makes the partitions of a UTC day unless they are there; false if it could not, if the day stays in the default partition, or if the default partitions have more bytes than may be read for it.';

CREATE OR REPLACE FUNCTION hookline_open_day(day date) RETURNS boolean
LANGUAGE sql STRICT
RETURN hookline_open_day(day, 64 * 1024 * 1024);

COMMENT ON FUNCTION hookline_open_day(date) IS 'Makes the partitions of a UTC day unless they are there; false if it could not, if the day stays in the default partition, or if the default partitions are too large to be read for it in passing.';

CREATE FUNCTION hookline_summarize_keys(page bigint) RETURNS boolean
LANGUAGE plpgsql STRICT
SET lock_timeout = '1s'
AS $$
BEGIN
  PERFORM brin_desummarize_range('delivery_key_age', page);
  PERFORM brin_summarize_range('delivery_key_age', page);
  RETURN true;
EXCEPTION
  -- VACUUM has the table, and summarizes what has no summary.
  WHEN lock_not_available OR deadlock_detected THEN
    RETURN false;
END
$$;

COMMENT ON FUNCTION hookline_summarize_keys(bigint) IS 'Has delivery_key_age look anew at the range of a page, since its summaries only widen; false if others are in the way.';

-- The outbox has no index by pipeline, so under the lock only its last messages are read.
CREATE OR REPLACE FUNCTION hookline_drop_day(day date) RETURNS text
LANGUAGE plpgsql STRICT
SET lock_timeout = '150ms'
AS $$
DECLARE
  suffix text := to_char(day, 'YYYYMMDD');
  first uuid := hookline_first_id(day);
  beyond uuid := hookline_first_id(day + 1);
  mark bigint;
  writers text[];
  still_there boolean := true;
  still_open boolean;
BEGIN
  IF to_regclass('event_' || suffix) IS NULL THEN
    RETURN 'GONE';
  END IF;
  -- Of many workers one drops at a time.
  IF NOT pg_try_advisory_xact_lock(7269000001) THEN
    RETURN 'BUSY';
  END IF;
  -- Who opens a pipeline has locked the outbox before he draws an id for the message, and until everybody
  -- sees it. So once those have ended who are writing now, the look below sees what is open by a message up
  -- to this mark, and whatever it does not see has a higher one. Read in this order: the mark first.
  SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END INTO mark
  FROM outbox_message_id_seq;
  SELECT array_agg(virtualtransaction) INTO writers
  FROM pg_locks
  WHERE locktype = 'relation' AND mode = 'RowExclusiveLock'
    AND relation = 'outbox_message'::regclass
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND pid IS DISTINCT FROM pg_backend_pid();
  FOR tries IN 1..100 LOOP
    SELECT EXISTS (
      SELECT FROM pg_locks
      WHERE locktype = 'relation' AND mode = 'RowExclusiveLock'
        AND relation = 'outbox_message'::regclass
        AND virtualtransaction = ANY (writers)) INTO still_there;
    EXIT WHEN NOT still_there;
    PERFORM pg_sleep(0.01);
  END LOOP;
  IF still_there THEN
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
    SELECT FROM hookline_oldest_messages(mark + 1, 2147483647)
    WHERE pipeline_id >= first AND pipeline_id < beyond
  ) THEN
    RAISE SQLSTATE 'HL001' USING MESSAGE = 'a pipeline was replayed while its day was to be dropped';
  END IF;
  -- Those of pipelines that were replayed and failed again meanwhile; from now on there are none.
  DELETE FROM dead_letter WHERE pipeline_id >= first AND pipeline_id < beyond;
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

-- These three run with the rights of whoever migrated: what is replaced keeps its owner and its grants, and
-- nothing else, as in V7.
DO $$
BEGIN
  EXECUTE format(
    'ALTER FUNCTION hookline_open_day(date) SECURITY DEFINER SET search_path = %I, pg_temp',
    current_schema());
  EXECUTE format(
    'ALTER FUNCTION hookline_drop_day(date) SECURITY DEFINER SET search_path = %I, pg_temp',
    current_schema());
  EXECUTE format(
    'ALTER FUNCTION hookline_summarize_keys(bigint) SECURITY DEFINER SET search_path = %I, pg_temp',
    current_schema());
END
$$;
REVOKE EXECUTE ON FUNCTION hookline_open_day(date, bigint), hookline_summarize_keys(bigint) FROM PUBLIC;
