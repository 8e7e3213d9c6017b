#!/bin/sh
# Prints the secrets by which the parts of a deployment know each other, random and each on a line:
#   sh deploy/secrets.sh >>deploy/.env
set -eu
for name in POSTGRES_PASSWORD REDIS_PASSWORD RASA_TOKEN REST_TOKEN ACTION_SERVER_TOKEN PAYMENTS_API_TOKEN TICKETS_SIGNING_KEY; do
    printf '%s=%s\n' "$name" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
done
