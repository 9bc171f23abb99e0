-- Makes the database, its owner, and a role for each process, or gives the roles their present passwords.
-- For psql as a superuser, with the passwords in files; can be run again. The owner gets the schema as well, in
-- which nobody else may make anything: so it is by itself from PostgreSQL 15 on. What the two roles may do, they
-- are given by: hookline migrate --intake-role hookline_intake --worker-role hookline_worker
\set ON_ERROR_STOP on
\set owner_password `cat /run/secrets/db-owner`
\set intake_password `cat /run/secrets/db-intake`
\set worker_password `cat /run/secrets/db-worker`

-- A file that is missing gives an empty text, and not an error.
SELECT :'owner_password' <> '' AND :'intake_password' <> '' AND :'worker_password' <> '' AS complete
\gset
\if :complete
\else
  DO $$ BEGIN RAISE 'a password in /run/secrets is missing or empty; nothing was changed'; END $$;
\endif

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['hookline', 'hookline_intake', 'hookline_worker']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

ALTER ROLE hookline LOGIN PASSWORD :'owner_password';
ALTER ROLE hookline_intake LOGIN PASSWORD :'intake_password';
ALTER ROLE hookline_worker LOGIN PASSWORD :'worker_password';

SELECT 'CREATE DATABASE hookline OWNER hookline'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'hookline')
\gexec

\connect hookline
ALTER SCHEMA public OWNER TO hookline;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
