#!/bin/sh
# Run once by the PostgreSQL image when its data directory is new.
set -eu
psql -v owner_password="$OWNER_PASSWORD" -v app_password="$APP_PASSWORD" -U "$POSTGRES_USER" -d postgres -f /roles/roles.sql
