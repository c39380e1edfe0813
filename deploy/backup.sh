#!/bin/sh
# Copies what cannot be made again into a new folder below TARGET, with a manifest of counts and checksums.
#   deploy/backup.sh TARGET                      the compose installation in this folder, while it runs
#   deploy/backup.sh --data-dir DIR TARGET       what `npm start` keeps in DIR, while it does not run
# Without compose, name the servers:
#   SHELFWIRE_BACKUP_DATABASE_URL=postgres://…   pg_dump
#   SHELFWIRE_BACKUP_INFLUX_V1=host:port         influxd backup -portable (InfluxDB 1.x, its RPC address)
#   SHELFWIRE_BACKUP_INFLUX_URL=https://… and SHELFWIRE_BACKUP_INFLUX_TOKEN   influx backup (InfluxDB 2.x)
# The gateways' outboxes are not copied: docs/operations.md says why, and what to do with one.
set -eu
case ${1:-} in -h | --help) sed -n '2,/^set -eu/{/^#/s/^# \{0,1\}//p}' "$0"; exit ;; esac
umask 077
data_dir=''
if [ "${1:-}" = --data-dir ]; then
  data_dir=$2
  shift 2
fi
target=${1:?usage: backup.sh [--data-dir DIR] TARGET}
here=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$target"
target=$(cd "$target" && pwd)
[ -z "$data_dir" ] || data_dir=$(cd "$data_dir" && pwd)
stamp=$(date -u +%Y%m%dT%H%M%SZ)
folder=''
# A name of its own also for backups within one second: mkdir lets only one have `….unfinished`, and whoever has that may look
# whether the name itself is taken, because nobody else can take it meanwhile. `mv` into an existing folder would nest them.
number=1
while [ -z "$folder" ]; do
  name="$target/shelfwire-$stamp"
  [ "$number" = 1 ] || name="$name-$number"
  if mkdir "$name.unfinished" 2>/dev/null; then
    if [ -e "$name" ]; then rmdir "$name.unfinished"; else folder=$name; fi
  elif [ "$number" = 100 ]; then
    # Not a matter of names then: a full disk, a folder that may not be written.
    mkdir "$name.unfinished"
  fi
  number=$((number + 1))
done
# Once the backup has its name, `….unfinished` is no longer ours: another may have made one, to see that the name is taken.
trap '[ -e "$folder" ] || { cd "$target"; rm -rf "$folder.unfinished"; echo "no backup was made" >&2; }' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$folder.unfinished"

COUNTS="select string_agg(line, E'\n' order by line) from (
  select format('%s %s', table_name,
    (xpath('/row/c/text()', query_to_xml(format('select count(*) as c from %I', table_name), false, true, '')))[1]) as line
  from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE') as counted"

compose() {
  if docker compose version >/dev/null 2>&1; then (cd "$here" && docker compose "$@"); else (cd "$here" && docker-compose "$@"); fi
}
if [ -n "$data_dir" ]; then
  if [ -f "$data_dir/lock" ] && kill -0 "$(cut -d' ' -f1 "$data_dir/lock")" 2>/dev/null; then
    echo "$data_dir is in use: stop it first (Ctrl-C); files that change cannot be copied whole" >&2
    exit 2
  fi
  tar -C "$data_dir" --exclude=./lock --exclude=./run --exclude=./logs --exclude=./gateway/outbox -czf data.tar.gz .
elif [ -n "${SHELFWIRE_BACKUP_DATABASE_URL:-}${SHELFWIRE_BACKUP_INFLUX_V1:-}${SHELFWIRE_BACKUP_INFLUX_URL:-}" ]; then
  if [ -n "${SHELFWIRE_BACKUP_DATABASE_URL:-}" ]; then
    pg_dump --format=custom --no-owner --file=postgres.dump "$SHELFWIRE_BACKUP_DATABASE_URL"
    psql --no-psqlrc --tuples-only --no-align --command="$COUNTS" "$SHELFWIRE_BACKUP_DATABASE_URL" >postgres.counts
  fi
  if [ -n "${SHELFWIRE_BACKUP_INFLUX_V1:-}" ]; then
    mkdir influxdb-1
    influxd backup -portable -host "$SHELFWIRE_BACKUP_INFLUX_V1" influxdb-1 >influxdb.log 2>&1 || { cat influxdb.log >&2; exit 1; }
  fi
  if [ -n "${SHELFWIRE_BACKUP_INFLUX_URL:-}" ]; then
    influx backup --host "$SHELFWIRE_BACKUP_INFLUX_URL" --token "${SHELFWIRE_BACKUP_INFLUX_TOKEN:?}" influxdb-2
  fi
else
  password=$(cat "$here/secrets/postgres_password")
  compose exec -T -e PGPASSWORD="$password" postgres \
    pg_dump --host=127.0.0.1 --username=shelfwire --format=custom --no-owner shelfwire >postgres.dump
  compose exec -T -e PGPASSWORD="$password" postgres \
    psql --host=127.0.0.1 --username=shelfwire --no-psqlrc --tuples-only --no-align --command="$COUNTS" shelfwire >postgres.counts
  # On the volume: /tmp of the container is memory.
  compose exec -T influxdb sh -c 'work=/var/lib/influxdb2/backup-in-progress; rm -rf $work && influx backup --host https://127.0.0.1:8086 --skip-verify \
    --token "$(cat /run/secrets/influxdb_token)" $work >&2 && tar -C $work -c . && rm -rf $work' >influxdb-2.tar
  compose exec -T ingest-service tar -C /data -c . >ingest.tar
  tar -C "$here" -czf installation.tar.gz secrets certificates config .env
fi
find . -type f ! -name SHA256SUMS | sort | xargs sha256sum >SHA256SUMS
cd "$target"
# Complete, or not there under this name at all.
mv "$folder.unfinished" "$folder"
echo "$folder"
