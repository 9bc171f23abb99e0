-- Nobody waits longer than this behind a change that waits for its own lock.
SET lock_timeout = '2s';
-- A standby that takes over can have a clock that is behind: what waits for nothing must not wait for that.
ALTER TABLE outbox_message ALTER COLUMN due_at SET DEFAULT '-infinity';
ALTER TABLE worker ADD COLUMN lease interval;

COMMENT ON COLUMN outbox_message.due_at IS 'Not before then is it attempted, by the database''s clock; -infinity: at once, whatever the clock says.';
COMMENT ON COLUMN worker.lease IS 'For how long its lanes are its own when it was just heard of: what ends much later was leased before the clock was set back. Null: not known.';

CREATE OR REPLACE FUNCTION hookline_drop_day(day date) RETURNS text
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

-- What is replaced keeps its owner and its grants, and nothing else: as in V7.
DO $$
BEGIN
  EXECUTE format(
    'ALTER FUNCTION hookline_drop_day(date) SECURITY DEFINER SET search_path = %I, pg_temp',
    current_schema());
END
$$;
