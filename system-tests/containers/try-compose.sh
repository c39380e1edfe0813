#!/bin/sh
# What a stranger does with docker-compose.yml, from a fresh clone, and what must come of it: one command starts everything, an
# order is acknowledged, nobody is root, no secret shows, all ports but one want TLS, a killed container comes back, `down` and
# `up` keep the data, a backup is restored into empty volumes with equal counts. With the real images, or with stand-ins
# (make-standins.sh). Leaves nothing behind but images.
#   try-compose.sh [IMAGE_BUILD_OPTION …]      for example --network host, where a build reaches npm only so
# SHELFWIRE_TRY_BUILD=false takes the images of this version that are there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
trial=$(mktemp -d)
git clone --quiet --no-local "$root" "$trial/shelfwire"
cd "$trial/shelfwire"
began=$(date +%s)
say() { printf '%4d s  %s\n' "$(($(date +%s) - began))" "$*"; }
PROFILES='--profile demo --profile node-red --profile observability'
if docker compose version >/dev/null 2>&1; then compose_command='docker compose'; else compose_command=docker-compose; fi
# shellcheck disable=SC2086
compose() { $compose_command $PROFILES "$@"; }
clean() {
  compose down --volumes --timeout 10 >/dev/null 2>&1 || true
  rm -rf "$trial"
}
trap clean EXIT
trap 'exit 130' INT TERM

# Ports and a name of its own, so that it disturbs nothing that runs here.
sed -e 's/^COMPOSE_PROJECT_NAME=.*/COMPOSE_PROJECT_NAME=shelfwire-trial/' \
  -e 's/^SHELFWIRE_PORT=.*/SHELFWIRE_PORT=23000/' -e 's/^SHELFWIRE_BROKER_PORT=.*/SHELFWIRE_BROKER_PORT=28884/' \
  -e 's/^SHELFWIRE_DEVICE_TLS_PORT=.*/SHELFWIRE_DEVICE_TLS_PORT=28883/' -e 's/^SHELFWIRE_DEVICE_PORT=.*/SHELFWIRE_DEVICE_PORT=21883/' \
  -e 's/^SHELFWIRE_GATEWAY_API_PORT=.*/SHELFWIRE_GATEWAY_API_PORT=23002/' \
  -e 's/^GRAFANA_PORT=.*/GRAFANA_PORT=23030/' -e 's/^NODE_RED_PORT=.*/NODE_RED_PORT=21880/' \
  -e 's/^SHELFWIRE_PUBLIC_NAMES=.*/SHELFWIRE_PUBLIC_NAMES=storeroom.example 192.0.2.7/' .env.example >.env

if [ "${SHELFWIRE_TRY_BUILD:-true}" != false ]; then
  for service in reorder-service ingest-service edge-gateway device-sim; do
    docker build --quiet "$@" --build-arg SERVICE=$service --tag shelfwire/$service:local . >/dev/null
  done
  docker build --quiet "$@" --file node-red/Dockerfile --tag shelfwire/node-red:local . >/dev/null
  say 'five images built'
fi
export SHELFWIRE_BUILD=false

api() {
  path=$1
  shift
  curl --silent --show-error --fail --cacert certificates/ca.crt -H "authorization: Bearer $token" "$@" "https://127.0.0.1:23000/api/v1$path"
}
sign_in() {
  token=''
  token=$(api /auth/login -X POST -H 'content-type: application/json' \
    -d "{\"email\":\"admin@example.com\",\"password\":\"$(cat secrets/admin_password)\"}" | sed 's/.*"accessToken":"\([^"]*\)".*/\1/')
}
order_numbers() { api '/orders?limit=500' | grep -o '"orderNumber":"[^"]*"' | sort -u; }
statuses() { api '/orders?limit=500' | grep -o '"status":"[A-Z_]*"' | sort | uniq -c | awk '{ printf "%s %s  ", $2, $1 }'; }
# sql QUERY
sql() {
  compose exec -T -e PGPASSWORD="$(cat secrets/postgres_password)" postgres \
    psql --host=127.0.0.1 --username=shelfwire --no-psqlrc --tuples-only --no-align --command="$1" shelfwire
}
points() {
  compose exec -T influxdb node -e "
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    process.removeAllListeners('warning');
    const headers = { authorization: 'Token ' + require('fs').readFileSync('/run/secrets/influxdb_token', 'utf8').trim() };
    fetch('https://127.0.0.1:8086/query?db=shelfwire&q=' + encodeURIComponent('select count(sequence) from reading'), { headers })
      .then((answer) => answer.json())
      .then((answer) => console.log(answer.results[0].series?.[0].values[0][1] ?? 0));"
}
# until_true SECONDS WHAT COMMAND …
until_true() {
  ends=$(($(date +%s) + $1))
  what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$(date +%s)" -lt "$ends" ] || { say "never: $what"; compose ps; health_log; compose logs --tail 20; exit 1; }
    sleep 2
  done
  say "$what"
}
# As a person does; what went wrong is shown.
up() {
  # shellcheck disable=SC2086
  deploy/up.sh $PROFILES >up.log 2>&1 && return
  say 'up.sh failed'
  tail -40 up.log
  compose ps
  health_log
  compose logs --tail 40
  exit 1
}
# What the last health checks of each container answered.
health_log() {
  docker ps --all --quiet --filter name=shelfwire-trial |
    xargs docker inspect --format '{{.Name}} {{.State.Status}} restarts={{.RestartCount}} exit={{.State.ExitCode}} oom={{.State.OOMKilled}} {{.State.Health.Status}}{{range .State.Health.Log}}
   {{.Start}} {{.ExitCode}} {{.Output}}{{end}}'
}
all_healthy() { [ "$(docker ps --quiet --filter name=shelfwire-trial --filter health=healthy | wc -l)" = 11 ]; }
acknowledged() { statuses | grep -qE 'ACKNOWLEDGED|SHIPPED|RECEIVED|CLOSED'; }

began=$(date +%s)
up
say "up.sh: $(grep -c . up.log) lines, of them: $(grep '^Shelfwire is ready' up.log)"
until_true 240 'all eleven containers are healthy' all_healthy
sign_in
until_true 240 'an order was acknowledged by the simulated supplier' acknowledged

echo '-- who the processes are'
for container in $(docker ps --quiet --filter name=shelfwire-trial); do
  facts=$(docker inspect --format '{{.Name}} read-only={{.HostConfig.ReadonlyRootfs}} dropped={{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}} memory={{.HostConfig.Memory}}' "$container")
  uid=$(docker exec "$container" sh -c 'id -u')
  written=$(docker exec "$container" sh -c '(touch /written-by-the-trial) 2>/dev/null && echo yes || echo no')
  echo "   $facts uid=$uid root file system written=$written"
  [ "$uid" != 0 ] && [ "$written" = no ] || { echo 'runs as root, or its root file system can be written'; exit 1; }
done
# Secrets are files: none stands in an environment or a command line, which `docker inspect` shows to whoever may ask it.
# shellcheck disable=SC2046
docker inspect $(docker ps --quiet --filter name=shelfwire-trial) >inspected
for secret in secrets/*; do
  if grep -qF "$(head -1 "$secret")" inspected; then echo "$secret can be read by docker inspect"; exit 1; fi
done
say "no secret of $(find secrets -type f | wc -l) in what docker inspect shows"
echo '-- who answers without TLS'
for port in 23000 28884 28883 23002 23030 21880; do
  answer=$(curl --silent --max-time 5 --output answered --write-out '%{http_code}' "http://127.0.0.1:$port/" || true)
  case $answer in
    000 | 400) ;; # cut off, or told to use TLS
    *) echo "port $port answers $answer without TLS: $(head -c 200 answered)"; exit 1 ;;
  esac
done
say "nobody, on six published ports; the seventh is for scales that cannot speak TLS"

echo '-- Node-RED, Prometheus, Grafana'
red=$(curl --silent --fail --cacert certificates/ca.crt https://127.0.0.1:21880/auth/token \
  -d "client_id=node-red-admin&grant_type=password&scope=*&username=admin&password=$(cat secrets/node_red_admin_password)" |
  sed 's/.*"access_token":"\([^"]*\)".*/\1/')
nodes=$(curl --silent --fail --cacert certificates/ca.crt -H "authorization: Bearer $red" -H 'accept: application/json' https://127.0.0.1:21880/nodes |
  grep -o '"module":"@shelfwire/node-red"' | wc -l)
say "Node-RED offers $nodes sets of the palette"
[ "$nodes" -gt 0 ]
targets_up() {
  [ "$(compose exec -T prometheus wget -q --no-check-certificate -O - 'https://127.0.0.1:9090/api/v1/query?query=up' | grep -o '"1"\]' | wc -l)" = 2 ]
}
until_true 60 'Prometheus reads both services' targets_up
compose logs grafana 2>/dev/null | grep -E 'reached|dashboards read' | sed 's/^/   /'

echo '-- each container is killed in turn, Docker brings it back'
. "$here/kill-in-turn.sh"
kill_in_turn
until_true 120 'all eleven are healthy' all_healthy
count_readings
up

echo '-- a container is killed; everything is stopped, removed and started again'
compose kill -s SIGKILL reorder-service edge-gateway >/dev/null 2>&1
up
until_true 120 'all are healthy again after two were killed' all_healthy
before=$(order_numbers)
compose down --timeout 30 >/dev/null 2>&1
up
until_true 240 'all are healthy after down and up' all_healthy
sign_in
after=$(order_numbers)
[ "$(printf '%s\n' "$after" | grep -cxF "$before")" = "$(printf '%s\n' "$before" | wc -l)" ] || { echo "orders are gone: $before / $after"; exit 1; }
say "the same orders are there: $(printf '%s\n' "$before" | wc -l) before, $(printf '%s\n' "$after" | wc -l) now"

echo '-- backup while it runs, restore into empty volumes'
# What writes is stopped, so that there is something to compare with; ingest first takes what still waits at the broker.
compose stop --timeout 30 device-sim edge-gateway node-red reorder-service broker-access >/dev/null 2>&1
at_rest() {
  first=$(points)
  sleep 10
  [ "$(points)" = "$first" ]
}
until_true 120 'nothing more is written' at_rest
counted="$(sql 'select (select count(*) from stock_movement), (select sum(change) from stock_movement), (select count(*) from purchase_order), (select count(*) from order_event)')"
counted_points=$(points)
taken=$(deploy/backup.sh "$trial/backups")
say "backup: $(du -sh "$taken" | cut -f1)"
compose down --volumes --timeout 10 >/dev/null 2>&1
git clean -qfdx
[ ! -e secrets ] || exit 1
deploy/restore.sh "$taken" >restore.log 2>&1 || { cat restore.log; exit 1; }
grep -E 'as in the backup|restored' restore.log | sed 's/^/   /'
[ "$(sql 'select (select count(*) from stock_movement), (select sum(change) from stock_movement), (select count(*) from purchase_order), (select count(*) from order_event)')" = "$counted" ] ||
  { echo "the ledger differs from $counted"; exit 1; }
[ "$(points)" = "$counted_points" ] || { echo "points: $(points), before $counted_points"; exit 1; }
say "movements|sum|orders|events $counted and $counted_points points, as before"
if deploy/restore.sh "$taken" >again.log 2>&1; then echo 'a second restore was not refused'; exit 1; fi
say "a second restore: $(tail -1 again.log)"
up
until_true 240 'all are healthy after the restore' all_healthy
sign_in
moved() { [ "$(sql 'select count(*) from stock_movement')" -gt "${counted%%|*}" ]; }
until_true 120 'stock moves again' moved
say "orders: $(statuses)"
echo 'the trial is over, all of it worked'
