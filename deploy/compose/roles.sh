#!/bin/sh
# Makes the roles of the database: `console`, which owns the tables and runs the migrations, and `console_app`, by which web
# and the workers read and write rows. That one cannot make or change a table. PostgreSQL's superuser runs this, once for a new
# database, and again after one of the passwords was changed: docker compose exec db sh /docker-entrypoint-initdb.d/roles.sh
set -eu
secret() {
    cat "/run/secrets/$1"
}
psql --set ON_ERROR_STOP=1 --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname postgres \
    --set owner_password="$(secret database_owner_password)" --set password="$(secret database_password)" <<'SQL'
SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY['console', 'console_app']) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE console PASSWORD :'owner_password';
ALTER ROLE console_app PASSWORD :'password';
SELECT 'CREATE DATABASE console OWNER console' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'console') \gexec
REVOKE ALL ON DATABASE console FROM PUBLIC;
GRANT CONNECT ON DATABASE console TO console_app;
\connect console
ALTER DEFAULT PRIVILEGES FOR ROLE console GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO console_app;
ALTER DEFAULT PRIVILEGES FOR ROLE console GRANT USAGE, SELECT ON SEQUENCES TO console_app;
SQL
