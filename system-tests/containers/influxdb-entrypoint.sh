#!/bin/sh
# What the official image's entry point does where DOCKER_INFLUXDB_INIT_MODE is `setup`, as far as docker-compose.yml relies on it:
# with an empty volume the server runs on a port of its own without TLS, is set up by the `influx` command, and is ended; then it
# starts as it was asked for.
set -eu
bolt=/var/lib/influxdb2/influxd.bolt
export INFLUXD_BOLT_PATH="$bolt" INFLUXD_ENGINE_PATH=/var/lib/influxdb2/engine INFLUX_CONFIGS_PATH=/etc/influxdb2/influx-configs
# said NAME: the variable, or what stands in the file that NAME_FILE names
said() {
  eval "value=\${DOCKER_INFLUXDB_INIT_$1:-} file=\${DOCKER_INFLUXDB_INIT_$1_FILE:-}"
  if [ -n "$file" ]; then cat "$file"; else printf '%s' "$value"; fi
}
if [ "$1" = influxd ] && [ "${DOCKER_INFLUXDB_INIT_MODE:-}" = setup ] && [ ! -f "$bolt" ]; then
  # A setup that was broken off is begun again.
  trap 'rm -rf "$bolt" /var/lib/influxdb2/engine /var/lib/influxdb2/influxd.sqlite' EXIT
  INFLUXD_TLS_CERT='' INFLUXD_TLS_KEY='' INFLUXD_HTTP_BIND_ADDRESS=:9999 influxd &
  server=$!
  trap 'kill "$server"; exit 143' INT TERM
  left=600
  until influx ping --host http://localhost:9999 >/dev/null 2>&1; do
    left=$((left - 1))
    { [ "$left" -gt 0 ] && kill -0 "$server"; } || { echo 'influxd did not start' >&2; exit 1; }
    sleep 1
  done
  influx setup --host http://localhost:9999 --force --username "$(said USERNAME)" --password "$(said PASSWORD)" \
    --org "$(said ORG)" --bucket "$(said BUCKET)" --token "$(said ADMIN_TOKEN)" --name default
  kill "$server"
  wait "$server" || true
  trap - EXIT INT TERM
fi
exec "$@"
