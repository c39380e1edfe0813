#!/bin/sh
# Puts a backup back into empty places, and compares the counts.
#   deploy/restore.sh BACKUP                     into the compose installation in this folder: its volumes must be empty
#   deploy/restore.sh --data-dir DIR BACKUP      into DIR, which must not exist yet
# Without compose: SHELFWIRE_BACKUP_DATABASE_URL (an empty database), SHELFWIRE_BACKUP_INFLUX_V1,
# SHELFWIRE_BACKUP_INFLUX_URL and SHELFWIRE_BACKUP_INFLUX_TOKEN, as for backup.sh. A backup of InfluxDB 2.9 and later holds its
# tokens as hashes: SHELFWIRE_BACKUP_INFLUX_OPERATOR_TOKEN is the operator token at the time of the backup, if it was another one.
set -eu
case ${1:-} in -h | --help) sed -n '2,/^set -eu/{/^#/s/^# \{0,1\}//p}' "$0"; exit ;; esac
umask 077
data_dir=''
if [ "${1:-}" = --data-dir ]; then
  data_dir=$2
  shift 2
fi
backup=$(cd "${1:?usage: restore.sh [--data-dir DIR] BACKUP}" && pwd)
here=$(cd "$(dirname "$0")/.." && pwd)
(cd "$backup" && sha256sum --check --quiet SHA256SUMS) || { echo "$backup is damaged" >&2; exit 2; }

COUNTS="select string_agg(line, E'\n' order by line) from (
  select format('%s %s', table_name,
    (xpath('/row/c/text()', query_to_xml(format('select count(*) as c from %I', table_name), false, true, '')))[1]) as line
  from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE') as counted"
# The roles that row level security names belong to the server, not to the database that was dumped.
ROLES="do \$\$ begin
  if not exists (select from pg_roles where rolname = 'shelfwire_tenant') then create role shelfwire_tenant nologin; end if;
  execute format('grant shelfwire_tenant to %I', current_user);
end \$\$"
compare() {
  if cmp -s "$backup/postgres.counts" "$1"; then
    echo "PostgreSQL: $(awk '{ rows += $2 } END { print NR " tables, " rows " rows" }' "$1"), as in the backup"
  else
    echo 'PostgreSQL: the counts differ from the backup:' >&2
    diff "$backup/postgres.counts" "$1" >&2 || true
    exit 1
  fi
}

compose() {
  if docker compose version >/dev/null 2>&1; then (cd "$here" && docker compose "$@"); else (cd "$here" && docker-compose "$@"); fi
}
counted=$(mktemp)
trap 'rm -f "$counted"' EXIT
if [ -n "$data_dir" ]; then
  [ ! -e "$data_dir" ] || { echo "$data_dir is there already: name one that is not" >&2; exit 2; }
  mkdir -p "$data_dir"
  tar -C "$data_dir" -xzf "$backup/data.tar.gz"
  echo "$data_dir is restored; the gateway begins with a new outbox"
elif [ -n "${SHELFWIRE_BACKUP_DATABASE_URL:-}${SHELFWIRE_BACKUP_INFLUX_V1:-}${SHELFWIRE_BACKUP_INFLUX_URL:-}" ]; then
  if [ -n "${SHELFWIRE_BACKUP_DATABASE_URL:-}" ]; then
    psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --command="$ROLES" "$SHELFWIRE_BACKUP_DATABASE_URL"
    pg_restore --exit-on-error --single-transaction --no-owner --dbname="$SHELFWIRE_BACKUP_DATABASE_URL" "$backup/postgres.dump"
    psql --no-psqlrc --tuples-only --no-align --command="$COUNTS" "$SHELFWIRE_BACKUP_DATABASE_URL" >"$counted"
    compare "$counted"
  fi
  if [ -n "${SHELFWIRE_BACKUP_INFLUX_V1:-}" ]; then
    influxd restore -portable -host "$SHELFWIRE_BACKUP_INFLUX_V1" "$backup/influxdb-1" >/dev/null 2>&1
    echo 'InfluxDB 1.x: restored; restart it now, before that it answers null for restored fields'
  fi
  if [ -n "${SHELFWIRE_BACKUP_INFLUX_URL:-}" ]; then
    operator=${SHELFWIRE_BACKUP_INFLUX_OPERATOR_TOKEN:-${SHELFWIRE_BACKUP_INFLUX_TOKEN:?}}
    # Known to the client since 2.8; servers before 2.9 hold the token itself and do not need to be told.
    influx restore --help 2>&1 | grep -q -e --operator-token || operator=''
    influx restore --full --host "$SHELFWIRE_BACKUP_INFLUX_URL" --token "$SHELFWIRE_BACKUP_INFLUX_TOKEN" \
      ${operator:+--operator-token "$operator"} "$backup/influxdb-2"
  fi
else
  tar -C "$here" -xzf "$backup/installation.tar.gz"
  password=$(cat "$here/secrets/postgres_password")
  compose up --detach postgres influxdb
  pg() { compose exec -T -e PGPASSWORD="$password" postgres "$@"; }
  # Not `up --wait`: older compose does not know it.
  await() {
    left=90
    until "$@" >/dev/null 2>&1; do
      left=$((left - 1))
      [ "$left" -gt 0 ] || { echo "no answer: $*" >&2; exit 1; }
      sleep 2
    done
  }
  await pg pg_isready --quiet --host=127.0.0.1 --username=shelfwire --dbname=shelfwire
  await compose exec -T influxdb influx ping --host https://127.0.0.1:8086 --skip-verify
  there=$(pg psql --host=127.0.0.1 --username=shelfwire --no-psqlrc --tuples-only --no-align shelfwire \
    --command="select count(*) from information_schema.tables where table_schema = 'public'")
  [ "$there" = 0 ] || { echo "the database is not empty ($there tables): restore into new volumes (docker compose down --volumes deletes the old)" >&2; exit 2; }
  pg psql --host=127.0.0.1 --username=shelfwire --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --command="$ROLES" shelfwire
  pg pg_restore --host=127.0.0.1 --username=shelfwire --exit-on-error --single-transaction --no-owner --dbname=shelfwire <"$backup/postgres.dump"
  pg psql --host=127.0.0.1 --username=shelfwire --no-psqlrc --tuples-only --no-align --command="$COUNTS" shelfwire >"$counted"
  compare "$counted"
  # The secrets were restored before the server was made, so its token is the one of the backup.
  compose exec -T influxdb sh -c 'work=/var/lib/influxdb2/restore-in-progress; token=$(cat /run/secrets/influxdb_token)
    rm -rf $work && mkdir -p $work && tar -C $work -x || exit 1
    operator=$token; influx restore --help 2>&1 | grep -q -e --operator-token || operator=
    influx restore --full --host https://127.0.0.1:8086 --skip-verify --token "$token" ${operator:+--operator-token "$operator"} $work \
      && rm -rf $work' <"$backup/influxdb-2.tar"
  echo 'InfluxDB: restored'
  compose run --rm --no-deps -T --entrypoint tar ingest-service -C /data -x <"$backup/ingest.tar"
  echo 'restored: start the rest with deploy/up.sh'
fi
