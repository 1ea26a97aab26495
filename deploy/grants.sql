-- Rights of the application role, run inside the database by a superuser. The embedded server and roles.sql both use this file.
-- Tables are made by countersign_owner (migrations); the application reads and writes rows and can change nothing else:
-- no CREATE, no TRUNCATE, no REFERENCES, no TRIGGER. Single tables (the audit) take more away in their migration.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO countersign_owner;
GRANT USAGE ON SCHEMA public TO countersign_app;
ALTER DEFAULT PRIVILEGES FOR ROLE countersign_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO countersign_app;
ALTER DEFAULT PRIVILEGES FOR ROLE countersign_owner GRANT USAGE, SELECT ON SEQUENCES TO countersign_app;
