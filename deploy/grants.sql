-- Rights of the application role, run inside the database by a superuser. The embedded server and roles.sql both use this file.
-- Tables are made by countersign_owner (migrations); the application reads and writes rows and can change nothing else:
-- no CREATE, no TRUNCATE, no REFERENCES, no TRIGGER. From append-only tables (the audit, votes, histories) each `manage.py migrate`
-- takes UPDATE and DELETE away again.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO countersign_owner;
GRANT USAGE ON SCHEMA public TO countersign_app;
ALTER DEFAULT PRIVILEGES FOR ROLE countersign_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO countersign_app;
ALTER DEFAULT PRIVILEGES FOR ROLE countersign_owner GRANT USAGE, SELECT ON SEQUENCES TO countersign_app;
