#!/bin/sh
# Runs Mosquitto over files that others write: copies access list and passwords to where only this user reads them, and
# tells the broker to reload (SIGHUP) when they change. Mosquitto refuses password files that others may read.
set -eu
source=${1:-/access}
config=${2:-/mosquitto/config/mosquitto.conf}
target=${3:-/tmp/access}
umask 077
mkdir -p "$target"

take() {
  cp "$source/acl" "$target/acl.next" && mv "$target/acl.next" "$target/acl"
  cp "$source/passwords" "$target/passwords.next" && mv "$target/passwords.next" "$target/passwords"
}
changed() {
  ! cmp -s "$source/acl" "$target/acl" || ! cmp -s "$source/passwords" "$target/passwords"
}

until [ -s "$source/acl" ] && [ -s "$source/passwords" ]; do sleep 1; done
take
mosquitto -c "$config" &
broker=$!
trap 'kill -TERM $broker' TERM INT
while kill -0 "$broker" 2>/dev/null; do
  if changed; then
    take
    kill -HUP "$broker" 2>/dev/null || true
  fi
  sleep "${RELOAD_SECONDS:-5}" &
  wait $! || true
done
wait "$broker"
