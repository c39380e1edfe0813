#!/bin/sh
# An upgrade as docs/operations.md tells it, of a whole installation of compose: it runs at an older commit, is backed up, gets this
# version, and goes on. What must come of it: everything healthy, every reading stored once, the orders of before, and new readings.
#   try-upgrade.sh COMMIT TAG      the images shelfwire/*:TAG are COMMIT's, those with the tag `local` are this version's
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
from=${1:?usage: try-upgrade.sh COMMIT TAG}
tag=${2:?usage: try-upgrade.sh COMMIT TAG}
. "$here/trial.sh"
. "$here/count-readings.sh"

began=$(date +%s)
export SHELFWIRE_VERSION="$tag"
up
until_true 240 "all eleven of $(git log -1 --format='%h of %cs') are healthy" all_healthy
sign_in
until_true 240 'an order was acknowledged by the simulated supplier' acknowledged
before=$(order_numbers)
ledger_before=$(ledger_count)
migrations=$(sql 'select count(*) from kysely_migration')
say "backup: $(du -sh "$(deploy/backup.sh "$trial/backups")" | cut -f1)"

git checkout --quiet "$to"
export SHELFWIRE_VERSION=local
up
until_true 240 "all eleven of $(git log -1 --format='%h of %cs') are healthy" all_healthy
say "migrations: $migrations before, $(sql 'select count(*) from kysely_migration') now"
sign_in
missing=$(printf '%s\n' "$before" | grep -vxF "$(order_numbers)" || true)
[ -z "$missing" ] || { echo "orders are gone: $missing"; exit 1; }
newer() {
  now=$(ledger_count)
  [ "${now#*|}" -gt $((${ledger_before#*|} + 20)) ]
}
until_true 180 'new readings come in' newer
count_readings
say "orders: $(statuses)"
echo 'the upgrade is over, all of it worked'
