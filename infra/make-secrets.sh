#!/bin/sh
# Makes the secrets of a new installation in the folder `secrets` beside this script (or the one that is named).
# What is there already is left as it is. The vendors' secrets are made empty: write them in by hand.
set -eu
umask 077
folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
# The folder keeps everybody out; the files in it may be read by whichever user a container runs as.
chmod 0700 "$folder"

random() {
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

keep() { # NAME TEXT
    if [ ! -e "$folder/$1" ]; then
        printf '%s' "$2" >"$folder/$1"
        chmod 0444 "$folder/$1"
    fi
}

keep postgres_password "$(random)"
keep ledger_password "$(random)"
keep prefect_password "$(random)"
keep DUECOURSE_LEDGER_URL "postgresql+psycopg://ledger:$(cat "$folder/ledger_password")@postgres:5432/ledger"
keep PREFECT_SERVER_DATABASE_CONNECTION_URL \
    "postgresql+asyncpg://prefect:$(cat "$folder/prefect_password")@postgres:5432/prefect"
keep PREFECT_SERVER_API_AUTH_STRING "duecourse:$(random)"
keep PREFECT_API_AUTH_STRING "$(cat "$folder/PREFECT_SERVER_API_AUTH_STRING")"
for name in TWILIO_AUTH_TOKEN SENDGRID_API_KEY DESK_TOKEN LOAN_BOOK_TOKEN; do
    keep "DUECOURSE_$name" ""
done

# The ledger refuses a key that others can read, so this file belongs to the container's user alone.
if [ ! -e "$folder/ledger.key" ]; then
    head -c 32 /dev/urandom | base64 >"$folder/ledger.key"
    chmod 0400 "$folder/ledger.key"
    chown 10001:10001 "$folder/ledger.key" 2>/dev/null ||
        echo "As root, run: chown 10001:10001 $folder/ledger.key" >&2
fi
echo "The secrets are in $folder. Keep a copy of ledger.key apart from every backup."
