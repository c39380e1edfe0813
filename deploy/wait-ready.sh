#!/bin/sh
# wait-ready.sh URL CA_FILE: until it answers 200, for at most five minutes; then says what is missing.
set -eu
case ${1:-} in -h | --help) sed -n '2,/^set -eu/{/^#/s/^# \{0,1\}//p}' "$0"; exit ;; esac
url=$1
ca=$2
ends=$(($(date +%s) + 300))
until answer=$(curl --silent --fail --cacert "$ca" "$url" 2>/dev/null || wget -q -O - --ca-certificate="$ca" "$url" 2>/dev/null); do
  if [ "$(date +%s)" -gt "$ends" ]; then
    echo "not ready after five minutes: $(curl --silent --cacert "$ca" "$url" || echo 'no answer')" >&2
    echo 'see: docker compose ps; docker compose logs --tail 50' >&2
    exit 1
  fi
  sleep 2
done
echo "$answer" >/dev/null
