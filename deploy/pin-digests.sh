#!/bin/sh
# Pins every public image to what was pulled and tried: writes docker-compose.digests.yml with tag@digest.
#   docker compose pull && deploy/pin-digests.sh
#   docker compose -f docker-compose.yml -f docker-compose.digests.yml up -d
# A tag can be moved by its owner, a digest cannot. Commit the file beside your .env; renew it when you change a tag.
set -eu
case ${1:-} in -h | --help) sed -n '2,/^set -eu/{/^#/s/^# \{0,1\}//p}' "$0"; exit ;; esac
cd "$(dirname "$0")/.."
if docker compose version >/dev/null 2>&1; then compose='docker compose'; else compose=docker-compose; fi
{
  echo '# Written by deploy/pin-digests.sh'
  echo 'services:'
  $compose --profile demo --profile observability --profile node-red config |
    awk '/^  [a-z-]+:$/ { service = $1 } /^    image:/ { print service, $2 }' |
    while read -r service image; do
      digest=$(docker image inspect --format '{{ if .RepoDigests }}{{ index .RepoDigests 0 }}{{ end }}' "$image" 2>/dev/null || true)
      [ -n "$digest" ] || continue
      printf '  %s\n    image: %s@%s\n' "$service" "$image" "${digest#*@}"
    done
} >docker-compose.digests.yml
grep -c 'sha256:' docker-compose.digests.yml | sed 's/$/ images pinned in docker-compose.digests.yml/'
