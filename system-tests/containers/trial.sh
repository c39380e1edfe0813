# Sourced by the trials: a fresh clone ($from: of which commit), its settings, and how the installation in it is asked and awaited.
# Needs $root, the folder of the project. What it makes is gone at the end.
trial=$(mktemp -d)
git clone --quiet --no-local "$root" "$trial/shelfwire"
cd "$trial/shelfwire"
to=$(git rev-parse HEAD)
[ -z "${from:-}" ] || git checkout --quiet "$from"
began=$(date +%s)
say() { printf '%4d s  %s\n' "$(($(date +%s) - began))" "$*"; }
profiles='--profile demo --profile node-red --profile observability'
if docker compose version >/dev/null 2>&1; then compose_command='docker compose'; else compose_command=docker-compose; fi
compose() { COMPOSE_PROFILES=demo,node-red,observability $compose_command "$@"; }
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
# influx QUERY: the numbers of its answer, added up. Asked from a container of its own, since the database's image has no client for it.
influx() {
  compose run --rm --no-deps -T --entrypoint node ingest-service -e "
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    process.removeAllListeners('warning');
    const headers = { authorization: 'Token ' + require('fs').readFileSync('/run/secrets/influxdb_token', 'utf8').trim() };
    fetch('https://influxdb:8086/query?db=shelfwire&q=' + encodeURIComponent('$1'), { headers })
      .then((answer) => answer.json())
      .then(({ results: [{ error, series = [] }] }) => {
        if (error) throw new Error(error);
        console.log(series.reduce((sum, { values }) => sum + values[0][1], 0));
      });" 2>/dev/null
}
points() { influx 'select count(sequence) from reading'; }
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
# As a person does: with the profiles at first, later without, since they are remembered. What went wrong is shown.
up() {
  # shellcheck disable=SC2086
  if deploy/up.sh $profiles >up.log 2>&1; then
    if grep -q '^COMPOSE_PROFILES=.' .env; then profiles=''; fi
    return
  fi
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
