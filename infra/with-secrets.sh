#!/bin/sh
# Makes a setting of every secret file that bears a setting's name, then becomes the command. Settings that are secret
# stay out of compose.yaml and of what `docker inspect` shows.
set -eu
for file in "${SECRETS:-/run/secrets}"/DUECOURSE_* "${SECRETS:-/run/secrets}"/PREFECT_*; do
    # An empty file stands for a vendor that is not set up.
    if [ -s "$file" ]; then
        export "$(basename "$file")=$(cat "$file")"
    fi
done
exec "$@"
