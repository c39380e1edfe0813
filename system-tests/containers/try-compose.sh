#!/bin/sh
# Starts docker-compose.yml from nothing and says what happened: everything healthy, an order acknowledged by the simulated
# supplier, a gateway that was killed, and again after a restart. Leaves nothing behind but the images.
#   try-compose.sh [IMAGE_BUILD_OPTION …]      for example --network host, where a build reaches npm only so
set -eu
cd "$(dirname "$0")/../.."
# SHELFWIRE_TRY_BUILD=false takes the images that are there.
[ "${SHELFWIRE_TRY_BUILD:-true}" = false ] || for service in reorder-service ingest-service edge-gateway device-sim; do
  docker build --quiet "$@" --build-arg SERVICE=$service --tag shelfwire/$service:local . >/dev/null
  echo "built shelfwire/$service:local ($(docker image inspect --format '{{.Size}}' shelfwire/$service:local | awk '{printf "%.0f MB", $1/1e6}'))"
done
trial=$(mktemp -d)
cp -r docker-compose.yml .env.example deploy mosquitto grafana "$trial/"
mkdir -p "$trial/standalone" && cp -r standalone/demo "$trial/standalone/"
cd "$trial"
cp .env.example .env
export COMPOSE_PROJECT_NAME=shelfwire-trial
if docker compose version >/dev/null 2>&1; then compose='docker compose --profile demo'; else compose='docker-compose --profile demo'; fi
clean() {
  $compose down --volumes --timeout 10 >/dev/null 2>&1 || true
  rm -rf "$trial"
}
trap clean EXIT INT TERM
sh deploy/make-secrets.sh secrets config
sh deploy/make-certificates.sh certificates
began=$(date +%s)
$compose up --detach --no-build
sh deploy/wait-ready.sh https://127.0.0.1:3000/readyz certificates/ca.crt
echo "ready after $(($(date +%s) - began)) s"
api() { curl --silent --fail --cacert certificates/ca.crt "$@"; }
sign_in() {
  api -X POST -H 'content-type: application/json' https://127.0.0.1:3000/api/v1/auth/login \
    -d "{\"email\":\"admin@example.com\",\"password\":\"$(cat secrets/admin_password)\"}" | sed 's/.*"accessToken":"\([^"]*\)".*/\1/'
}
orders() { api -H "authorization: Bearer $(sign_in)" "https://127.0.0.1:3000/api/v1/orders?limit=500" | grep -o '"status":"[A-Z_]*"' | sort | uniq -c | tr '\n' ' '; }
await_orders() {
  ends=$(($(date +%s) + 180))
  until orders | grep -qE 'ACKNOWLEDGED|SHIPPED|RECEIVED|CLOSED'; do
    [ "$(date +%s)" -lt "$ends" ] || { echo "no order was acknowledged: $(orders)"; $compose logs --tail 30; exit 1; }
    sleep 3
  done
  echo "orders after $(($(date +%s) - began)) s: $(orders)"
}
await_orders
$compose ps
echo '-- who the processes are, and whether their root file system is read-only'
for container in $($compose ps -q); do
  docker inspect --format '{{.Name}} user={{.Config.User}} read-only={{.HostConfig.ReadonlyRootfs}} caps-dropped={{.HostConfig.CapDrop}}' "$container"
done
echo '-- the broker restarts, the gateway is killed'
$compose kill -s SIGKILL edge-gateway >/dev/null 2>&1
$compose restart --timeout 10 mosquitto >/dev/null 2>&1
$compose up --detach --no-build >/dev/null 2>&1
sh deploy/wait-ready.sh https://127.0.0.1:3000/readyz certificates/ca.crt
echo "orders: $(orders)"
echo 'the trial is over, all of it worked'
