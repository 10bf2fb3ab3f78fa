#!/bin/sh
# Run once by the PostgreSQL image, on an empty volume: two databases, each with an owner that cannot enter the other.
set -eu
for name in ledger prefect; do
    psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<SQL
CREATE ROLE $name LOGIN PASSWORD '$(cat "/run/secrets/${name}_password")';
CREATE DATABASE $name OWNER $name;
REVOKE CONNECT ON DATABASE $name FROM PUBLIC;
SQL
done
