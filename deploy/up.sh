#!/bin/sh
# Everything on one host, in one command:
#   deploy/up.sh [--profile demo] [--profile node-red] [--profile observability]
# The first run makes ./secrets, ./certificates, ./config (the demo site's, if you have none) and .env; later ones keep them.
# The profiles are remembered in .env (COMPOSE_PROFILES): without any, those of the last time are meant, here and wherever else
# compose is called. To have others, name all that you want; to have none, empty that line.
# SHELFWIRE_BUILD=false takes images that are there already (built elsewhere, pulled) instead of building them here.
set -eu
case ${1:-} in -h | --help) sed -n '2,/^set -eu/{/^#/s/^# \{0,1\}//p}' "$0"; exit ;; esac
cd "$(dirname "$0")/.."
[ -f .env ] || cp .env.example .env
# setting NAME DEFAULT: as compose reads it, the environment before .env. Not sourced: a value may hold spaces.
setting() {
  eval "value=\${$1:-}"
  [ -n "$value" ] || value=$(sed -n "s/^$1=//p" .env | tail -1)
  printf '%s' "${value:-$2}"
}
profiles=''
while [ $# -gt 0 ]; do
  case $1 in
  --profile) profiles="${profiles:+$profiles,}${2:?--profile wants a name}" && shift ;;
  --profile=*) profiles="${profiles:+$profiles,}${1#--profile=}" ;;
  *) echo "what is $1? deploy/up.sh --help" >&2; exit 2 ;;
  esac
  shift
done
if [ -n "$profiles" ]; then
  { sed '/^COMPOSE_PROFILES=/d' .env && echo "COMPOSE_PROFILES=$profiles"; } >.env.next
  mv .env.next .env
  export COMPOSE_PROFILES="$profiles"
fi
first_run=1
[ -f secrets/admin_password ] && first_run=0
deploy/make-secrets.sh secrets config
# shellcheck disable=SC2046
deploy/make-certificates.sh certificates $(setting SHELFWIRE_PUBLIC_NAMES '')
case ",$(setting COMPOSE_PROFILES '')," in
*,demo,*)
  # The simulated suppliers have an address of one of Docker's own networks.
  SHELFWIRE_OUTBOUND_NETWORKS=$(setting SHELFWIRE_OUTBOUND_NETWORKS 172.16.0.0/12,192.168.0.0/16)
  export SHELFWIRE_OUTBOUND_NETWORKS
  ;;
esac
# The secrets lie in a folder of their own, closed for other users of this host.
if docker compose version >/dev/null 2>&1; then compose='docker compose'; else compose=docker-compose; fi
build=--build
[ "${SHELFWIRE_BUILD:-true}" = true ] || build=--no-build
$compose up $build --detach

# Compose replaces a container when its image or its settings are new, not when a file is that it reads at its start: what a
# new version brings of these is taken over by a restart. `.deployed` remembers what runs.
files_of() {
  case $1 in
  postgres) echo deploy/pg_hba.conf ;;
  mosquitto) echo mosquitto/mosquitto.conf mosquitto/run.sh ;;
  prometheus) echo grafana/prometheus deploy/prometheus-web.yml ;;
  grafana) echo grafana/provisioning ;;
  esac
}
for part in postgres mosquitto prometheus grafana; do
  # shellcheck disable=SC2046
  now="$part $(find $(files_of $part) -type f | sort | xargs cat | openssl dgst -sha256 -r | cut -c1-64)"
  if ! grep -qxF "$now" .deployed 2>/dev/null; then
    if [ "$first_run" = 0 ] && [ -n "$($compose ps -q $part 2>/dev/null)" ]; then $compose restart $part; fi
    { grep -v "^$part " .deployed 2>/dev/null || true; echo "$now"; } >.deployed.next
    mv .deployed.next .deployed
  fi
done
port=$(setting SHELFWIRE_PORT 3000)
deploy/wait-ready.sh "https://127.0.0.1:$port/readyz" certificates/ca.crt
echo "Shelfwire is ready: https://localhost:$port  sign in as $(setting SHELFWIRE_ADMIN_EMAIL admin@example.com) (password in secrets/admin_password)"
[ "$first_run" = 0 ] || echo 'Trust certificates/ca.crt in your browser, or put your own reverse proxy in front (docs/operations.md).'
