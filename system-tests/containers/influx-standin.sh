#!/bin/sh
# Stands for the `influx` command of InfluxDB 2: `ping`, `backup` and `restore --full` with the flags that its documentation names
# (docs.influxdata.com/influxdb/v2/reference/cli/influx/), and nothing else: a flag that is unknown there fails here. The work is
# done by InfluxDB 1.6's own tools on the engine behind influxdb-standin.mjs.
set -eu
command=${1:?}
shift
fail() { echo "influx $command: $*" >&2; exit 1; }
ping() {
  node -e "
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
fetch('https://127.0.0.1:8086/ping').then((answer) => process.exit(answer.status === 204 ? 0 : 1), () => process.exit(1));
" 2>/dev/null
}
host='' token='' path='' full='' skip_verify=''
while [ $# -gt 0 ]; do
  case $1 in
    --host) host=$2; shift ;;
    --token) token=$2; shift ;;
    --skip-verify) skip_verify=1 ;;
    --full) [ "$command" = restore ] || fail "unknown flag $1"; full=1 ;;
    --operator-token) [ "$command" = restore ] || fail "unknown flag $1"; shift ;;
    --help) [ "$command" = restore ] && echo '   --full  --operator-token value'; exit 0 ;;
    -*) fail "unknown flag $1" ;;
    *) [ -z "$path" ] || fail 'the path must be specified as a single positional argument'; path=$1 ;;
  esac
  shift
done
[ "$host" = https://127.0.0.1:8086 ] || fail "cannot reach $host"
[ -n "$skip_verify" ] || fail 'x509: certificate is valid for influxdb, not for 127.0.0.1, and is signed by unknown authority'
[ "$command" = ping ] && { ping; exit; }
[ "$token" = "$(cat "$DOCKER_INFLUXDB_INIT_ADMIN_TOKEN_FILE")" ] || fail '401 unauthorized'
[ -n "$path" ] || fail 'the path must be specified'
case $command in
  backup)
    mkdir -p "$path"
    influxd backup -portable -host 127.0.0.1:8088 "$path" >/dev/null 2>&1 || fail 'the engine could not be copied'
    ;;
  restore)
    [ -n "$full" ] || fail 'bucket "shelfwire" already exists'
    ls "$path"/*.manifest >/dev/null 2>&1 || fail "no backup manifests found at \"$path\""
    influx-v1 -host 127.0.0.1 -port 8085 -execute "DROP DATABASE \"$DOCKER_INFLUXDB_INIT_BUCKET\""
    influxd restore -portable -host 127.0.0.1:8088 "$path" >/dev/null 2>&1 || fail 'the engine could not be restored'
    # 1.6 knows the restored fields' types only after a restart.
    starts=$(cat /tmp/influxdb-standin.starts)
    kill -HUP "$(cat /tmp/influxdb-standin.pid)"
    left=120
    while [ "$left" -gt 0 ]; do
      [ "$(cat /tmp/influxdb-standin.starts)" != "$starts" ] && ping && exit 0
      left=$((left - 1))
      sleep 0.5
    done
    fail 'the engine did not come back'
    ;;
  *) fail 'unknown command' ;;
esac
