#!/bin/sh
# A new value for a secret that was lost or became known, told to everything that uses it, while the compose installation in this
# folder runs. Ends when what was restarted is healthy again.
#   deploy/rotate.sh NAME …          names of files in secrets/
# postgres_password influxdb_token influxdb_admin_password grafana_admin_password jwt_secret admin_password ingest_mqtt_password
# reorder_mqtt_password node_red_mqtt_password node_red_admin_password gateway_mqtt_password gateway_api_token
#   deploy/rotate.sh certificates    new keys and certificates of all parts, by the same authority (ca.key has to be there)
#   deploy/rotate.sh authority       a new authority too: its ca.crt has to be brought to every gateway at other sites and to browsers
# What it cannot: node_red_credential_secret, with which Node-RED has enciphered the credentials of flows (docs/runbook.md).
set -eu
case ${1:-} in -h | --help) sed -n '2,/^set -eu/{/^#/s/^# \{0,1\}//p}' "$0"; exit ;; esac
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || { echo 'usage: rotate.sh NAME …    (--help names them)' >&2; exit 2; }
[ -s secrets/root ] || { echo 'there is no installation here: secrets/ is made by deploy/up.sh' >&2; exit 2; }
# As make-secrets.sh: files that the users of the containers can read, in a folder that nobody else gets into.
umask 022
compose() {
  if docker compose version >/dev/null 2>&1; then docker compose "$@"; else docker-compose "$@"; fi
}
# What was started, with whatever profiles.
started() { [ -n "$(compose ps -q "$1" 2>/dev/null)" ]; }
healthy() { [ "$(docker inspect --format '{{.State.Health.Status}}' "$(compose ps -q "$1")" 2>/dev/null)" = healthy ]; }
# await SECONDS WHAT COMMAND …
await() {
  ends=$(($(date +%s) + $1))
  what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$(date +%s)" -lt "$ends" ] || { echo "not after all that time: $what" >&2; exit 1; }
    sleep 1
  done
}
# All at once, since they do not wait for each other's restart; then until all are well.
restart() {
  here=''
  for part in "$@"; do if started "$part"; then here="$here $part"; fi; done
  [ -n "$here" ] || return 0
  # shellcheck disable=SC2086
  compose restart $here >/dev/null 2>&1
  for part in $here; do await 300 "$part is healthy" healthy "$part"; done
}
# What has to be restarted at the end, once, however many secrets it reads.
parts=''
later() { parts="$parts $*"; }
fresh() { openssl rand -hex 24; }
# put NAME VALUE: whole, or not at all
put() {
  printf '%s' "$2" >"secrets/$1.next"
  mv "secrets/$1.next" "secrets/$1"
}

# renew NAME PART …: nobody but these reads it, and they do at their start
renew() {
  put "$1" "$(fresh)"
  shift
  later "$@"
}
rotate_postgres() {
  new=$(fresh)
  # The statement goes in by standard input: a command line can be read by others.
  printf "alter role shelfwire password '%s'" "$new" |
    compose exec -T -e PGPASSWORD="$(cat secrets/postgres_password)" postgres \
      psql --host=127.0.0.1 --username=shelfwire --no-psqlrc --quiet --set=ON_ERROR_STOP=1 shelfwire
  put postgres_password "$new"
  put database_url "postgres://shelfwire:$new@postgres:5432/shelfwire?sslmode=verify-full"
  later broker-access reorder-service grafana
}
# influx ARGUMENT …: with the token that the container has; on a command line here others could read it
influx() {
  compose exec -T influxdb sh -c 'INFLUX_TOKEN=$(cat /run/secrets/influxdb_token) exec influx "$@" --host https://127.0.0.1:8086 --skip-verify' -- "$@"
}
# field NAME: its first value in the JSON on standard input
field() { tr -d '\n' | sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"; }
old_influxdb_token=''
rotate_influxdb_token() {
  old_influxdb_token=$(cat secrets/influxdb_token)
  new=$(influx auth create --org shelfwire --operator --description shelfwire --json | field token)
  [ -n "$new" ] || { echo 'InfluxDB made no token' >&2; exit 1; }
  put influxdb_token "$new"
  # InfluxDB too: a container sees a new file after its restart only, and a backup takes the token from there.
  later influxdb ingest-service grafana
}
# When everybody has the new one.
end_influxdb_token() {
  # From 2.9 on tokens are kept as hashes, and which one was the old cannot be told from the list.
  known=$(influx auth list --hide-headers | grep -F -e "$old_influxdb_token" | cut -f 1 || true)
  if [ -n "$known" ]; then
    influx auth delete --id "$known" >/dev/null
  else
    echo 'the old token is still good: find it with `influx auth list`, end it with `influx auth delete --id …`' >&2
  fi
}
rotate_influxdb_password() {
  new=$(fresh)
  influx user password --name admin --password "$new" >/dev/null
  put influxdb_admin_password "$new"
}
rotate_grafana() {
  new=$(fresh)
  # Grafana reads the file for an empty volume only.
  printf '%s' "$new" | compose exec -T grafana grafana cli --homepath /usr/share/grafana admin reset-admin-password --password-from-stdin >/dev/null
  put grafana_admin_password "$new"
}
access_list() { compose exec -T broker-access sh -c 'cksum </access/passwords'; }
other_access_list() { [ "$(access_list)" != "$1" ]; }
# The broker knows passwords by what broker-access writes. Its own restart ends connections that stand with the old one.
access_before=''
tell_broker() {
  [ -n "$access_before" ] || access_before=$(access_list)
  later broker-access mosquitto
}
rotate_gateway_login() {
  old=$(cat secrets/gateway_mqtt_password)
  new=$(fresh)
  sed "s/$old/$new/g" config/catalogue.yaml >config/catalogue.yaml.next
  mv config/catalogue.yaml.next config/catalogue.yaml
  put gateway_mqtt_password "$new"
  tell_broker
  later edge-gateway
}
rotate_certificates() {
  # Without its names a certificate is made anew.
  rm -f certificates/*.names
  if [ "$1" = authority ]; then
    mv certificates/ca.crt certificates/ca.crt.before
    mv certificates/ca.key certificates/ca.key.before
  fi
  # shellcheck disable=SC2046
  deploy/make-certificates.sh certificates $(sed -n 's/^SHELFWIRE_PUBLIC_NAMES=//p' .env | tail -1)
  later postgres influxdb prometheus broker-access mosquitto ingest-service reorder-service edge-gateway device-sim node-red grafana
}
# All that is wrong is said before anything is changed.
wrong=''
for name in "$@"; do
  case $name in
  root | node_red_credential_secret) wrong="$name is none that this can change" ;;
  certificates | authority) [ -f certificates/ca.key ] || wrong='certificates/ca.key is not there: bring it back first' ;;
  gateway_mqtt_password)
    grep -qF "$(cat secrets/gateway_mqtt_password)" config/catalogue.yaml ||
      wrong='config/catalogue.yaml does not have gateway_mqtt_password: make the login anew in the console (Gateways, New login…), put it into the file and restart edge-gateway'
    ;;
  *) [ -s "secrets/$name" ] || wrong="there is no secret $name" ;;
  esac
  [ -z "$wrong" ] || { echo "$wrong; see deploy/rotate.sh --help" >&2; exit 2; }
done
for name in "$@"; do
  case $name in
  postgres_password | database_url) rotate_postgres ;;
  influxdb_token) rotate_influxdb_token ;;
  influxdb_admin_password) rotate_influxdb_password ;;
  grafana_admin_password) rotate_grafana ;;
  # Both at once: the one asks the other with it.
  jwt_secret) renew jwt_secret reorder-service ingest-service ;;
  admin_password) renew admin_password reorder-service ;;
  ingest_mqtt_password)
    renew "$name" ingest-service
    tell_broker
    ;;
  reorder_mqtt_password)
    renew "$name" reorder-service
    tell_broker
    ;;
  node_red_mqtt_password)
    renew "$name" node-red
    tell_broker
    ;;
  node_red_admin_password) renew node_red_admin_password node-red ;;
  gateway_mqtt_password) rotate_gateway_login ;;
  gateway_api_token) renew gateway_api_token edge-gateway ;;
  certificates | authority) rotate_certificates "$name" ;;
  esac
done
# among WORD …: those of the parts that are to be restarted, each once
among() { for word in "$@"; do case "$parts " in *" $word "*) printf '%s ' "$word" ;; esac; done; }
# shellcheck disable=SC2046
restart $(among postgres influxdb prometheus broker-access)
[ -z "$access_before" ] || await 180 'the broker has the new password' other_access_list "$access_before"
# shellcheck disable=SC2046
restart $(among mosquitto)
# shellcheck disable=SC2046
restart $(among ingest-service reorder-service edge-gateway)
# shellcheck disable=SC2046
restart $(among device-sim node-red grafana)
[ -z "$old_influxdb_token" ] || end_influxdb_token
echo "rotated: $*"
