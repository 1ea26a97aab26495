-- Roles and database of Countersign on a PostgreSQL server of your own (15 or newer). Run once by a superuser, from this directory:
--
--   psql -v owner_password="$OWNER" -v app_password="$APP" -f roles.sql postgresql://postgres@server/postgres
--
--   countersign_owner   owns database and tables, runs migrations             DATABASE_OWNER_URL
--   countersign_app     web, worker and beat: reads and writes rows, nothing   DATABASE_URL
--                       else; row-level security holds for it
-- Neither is a superuser or bypasses row-level security. May be run again: it also sets new passwords.
\set ON_ERROR_STOP on
SELECT 'CREATE ROLE countersign_owner' WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'countersign_owner') \gexec
SELECT 'CREATE ROLE countersign_app' WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'countersign_app') \gexec
ALTER ROLE countersign_owner LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
ALTER ROLE countersign_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';
SELECT 'CREATE DATABASE countersign OWNER countersign_owner' WHERE NOT EXISTS (SELECT 1 FROM pg_database WHERE datname = 'countersign') \gexec
REVOKE ALL ON DATABASE countersign FROM PUBLIC;
GRANT CONNECT ON DATABASE countersign TO countersign_owner, countersign_app;
\connect countersign
\ir grants.sql
