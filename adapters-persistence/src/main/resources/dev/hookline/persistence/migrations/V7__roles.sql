-- Nobody waits longer than this behind a change that waits for its own lock.
SET lock_timeout = '2s';
-- A worker's role owns no table, and yet makes and drops partitions: by these two alone, with the
-- rights of whoever migrated. So they find nothing but this schema's and PostgreSQL's own, and not
-- everybody may call them.
DO $$
BEGIN
  EXECUTE format(
    'ALTER FUNCTION hookline_open_day(date) SECURITY DEFINER SET search_path = %I, pg_temp',
    current_schema());
  EXECUTE format(
    'ALTER FUNCTION hookline_drop_day(date) SECURITY DEFINER SET search_path = %I, pg_temp',
    current_schema());
END
$$;
REVOKE EXECUTE ON FUNCTION hookline_open_day(date), hookline_drop_day(date) FROM PUBLIC;
