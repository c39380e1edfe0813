#!/bin/sh
# What a stranger does with docker-compose.yml, from a fresh clone, and what must come of it: one command starts everything, an
# order is acknowledged, nobody is root, no secret shows, all ports but one want TLS, every container that is killed comes back
# and no reading is missing, `down` and `up` keep the data, a backup is restored into empty volumes with equal counts. With the
# real images, or with stand-ins (make-standins.sh). Leaves nothing behind but images.
#   try-compose.sh [IMAGE_BUILD_OPTION …]      for example --network host, where a build reaches npm only so
# SHELFWIRE_TRY_BUILD=false takes the images of this version that are there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$here/trial.sh"
. "$here/count-readings.sh"

if [ "${SHELFWIRE_TRY_BUILD:-true}" != false ]; then
  for service in reorder-service ingest-service edge-gateway device-sim; do
    docker build --quiet "$@" --build-arg SERVICE=$service --tag shelfwire/$service:local . >/dev/null
  done
  docker build --quiet "$@" --file node-red/Dockerfile --tag shelfwire/node-red:local . >/dev/null
  say 'five images built'
fi
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
state_of() { docker inspect --format '{{.State.StartedAt}} {{.State.Health.Status}}' "$1"; }
# back CONTAINER STARTED_AT
back() {
  state=$(state_of "$1")
  [ "${state% *}" != "$2" ] && [ "${state#* }" = healthy ]
}
# Everything that the container's user may kill but the first process, which then ends; the shell of this command goes with it.
kill_in_turn() {
  for container in $(docker ps --format '{{.Names}}' --filter name=shelfwire-trial | sort); do
    started=$(state_of "$container")
    docker exec "$container" sh -c 'kill -9 -1' >/dev/null 2>&1 || true
    until_true 240 "killed and healthy again: $container" back "$container" "${started% *}"
  done
}
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
