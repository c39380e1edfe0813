#!/bin/sh
# Everything on one host, in one command:
#   deploy/up.sh [--profile demo] [--profile node-red] [--profile observability]
# The first run makes ./secrets, ./certificates, ./config (the demo site's, if you have none) and .env; later ones keep them.
set -eu
cd "$(dirname "$0")/.."
[ -f .env ] || cp .env.example .env
# shellcheck disable=SC1091
. ./.env
first_run=1
[ -f secrets/admin_password ] && first_run=0
deploy/make-secrets.sh secrets config
# shellcheck disable=SC2086
deploy/make-certificates.sh certificates ${SHELFWIRE_PUBLIC_NAMES:-}
# The secrets lie in a folder of their own, closed for other users of this host.
if docker compose version >/dev/null 2>&1; then compose='docker compose'; else compose=docker-compose; fi
# shellcheck disable=SC2086
$compose "$@" up --build --detach
deploy/wait-ready.sh "https://127.0.0.1:${SHELFWIRE_PORT:-3000}/readyz" certificates/ca.crt
echo "Shelfwire is ready: https://localhost:${SHELFWIRE_PORT:-3000}  sign in as ${SHELFWIRE_ADMIN_EMAIL} (password in secrets/admin_password)"
[ "$first_run" = 0 ] || echo 'Trust certificates/ca.crt in your browser, or put your own reverse proxy in front (docs/operations.md).'
