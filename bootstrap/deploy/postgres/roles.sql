-- Makes the database, its owner, and a role for each process, or gives the roles their present passwords.
-- For psql as a superuser, with the passwords in files; can be run again. What the two roles may do, they
-- are given by: hookline migrate --intake-role hookline_intake --worker-role hookline_worker
\set ON_ERROR_STOP on
\set owner_password `cat /run/secrets/db-owner`
\set intake_password `cat /run/secrets/db-intake`
\set worker_password `cat /run/secrets/db-worker`

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
