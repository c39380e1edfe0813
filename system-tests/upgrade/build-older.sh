#!/bin/sh
# An older version of this repository, built in a folder of its own, to upgrade from:
#   system-tests/upgrade/build-older.sh COMMIT FOLDER
#   SHELFWIRE_UPGRADE_FROM=FOLDER npx vitest run --project system system-tests/src/upgrade.test.ts
# `git worktree remove FOLDER` takes it away again.
set -eu
commit=${1:?usage: build-older.sh COMMIT FOLDER}
folder=${2:?usage: build-older.sh COMMIT FOLDER}
root=$(cd "$(dirname "$0")/../.." && pwd)
git -C "$root" worktree add --quiet --detach "$folder" "$commit"
cd "$folder"
npm ci --no-audit --no-fund
npx tsc -b contract edge-gateway ingest-service reorder-service
echo "$folder is $(git log -1 --format='%h of %ad, %s' --date=short)"
