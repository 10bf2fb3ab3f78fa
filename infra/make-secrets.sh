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
keep DUECOURSE_CONSOLE_TOKEN "$(random)"
for name in TWILIO_AUTH_TOKEN SENDGRID_API_KEY DESK_TOKEN LOAN_BOOK_TOKEN; do
    keep "DUECOURSE_$name" ""
done

# Keys that others can read are refused, so these files belong to the container's user alone.
keep_key() { # NAME, and its text on standard input
    if [ ! -e "$folder/$1" ]; then
        cat >"$folder/$1"
        chmod 0400 "$folder/$1"
        chown 10001:10001 "$folder/$1" 2>/dev/null || echo "As root, run: chown 10001:10001 $folder/$1" >&2
    fi
}

# An Ed25519 key in PKCS #8: 16 bytes that say so (RFC 8410), then the 32 of the key.
signing_key() {
    echo "-----BEGIN PRIVATE KEY-----"
    { printf '\060\056\002\001\000\060\005\006\003\053\145\160\004\042\004\040' && head -c 32 /dev/urandom; } | base64
    echo "-----END PRIVATE KEY-----"
}

head -c 32 /dev/urandom | base64 | keep_key ledger.key
signing_key | keep_key evidence.key
echo "The secrets are in $folder. Keep a copy of ledger.key and of evidence.key apart from every backup."
