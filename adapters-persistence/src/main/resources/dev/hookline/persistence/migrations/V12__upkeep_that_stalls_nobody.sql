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

-- These two run with the rights of whoever migrated: what is replaced keeps its owner and its grants, and
-- nothing else, as in V7.
DO $$
BEGIN
  EXECUTE format(
    'ALTER FUNCTION hookline_open_day(date) SECURITY DEFINER SET search_path = %I, pg_temp',
    current_schema());
  EXECUTE format(
    'ALTER FUNCTION hookline_summarize_keys(bigint) SECURITY DEFINER SET search_path = %I, pg_temp',
    current_schema());
END
$$;
REVOKE EXECUTE ON FUNCTION hookline_open_day(date, bigint), hookline_summarize_keys(bigint) FROM PUBLIC;
