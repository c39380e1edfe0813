#!/bin/sh
# Makes every secret that is missing, one file each, and the demo site's files with passwords of their own.
#   deploy/make-secrets.sh FOLDER [CONFIG_FOLDER]
# What is there is kept: run it again after an update that needs a new one.
set -eu
case ${1:-} in -h | --help) sed -n '2,/^set -eu/{/^#/s/^# \{0,1\}//p}' "$0"; exit ;; esac
folder=${1:?usage: make-secrets.sh FOLDER [CONFIG_FOLDER]}
config=${2:-}
templates=$(cd "$(dirname "$0")/../standalone/demo" && pwd)
command -v openssl >/dev/null || { echo 'openssl is needed: apt-get install openssl' >&2; exit 2; }
umask 022
mkdir -p "$folder"
chmod 0700 "$folder"

# secret NAME [TEXT]: random, or TEXT
secret() {
  [ -s "$folder/$1" ] || printf '%s' "${2:-$(openssl rand -hex 24)}" >"$folder/$1"
}
# The demo site's passwords all come from this one, so that the gateway's file and the simulator's agree.
secret root
# derive NAME
derive() {
  printf '%s' "$1" | openssl dgst -sha256 -hmac "$(cat "$folder/root")" -r | cut -c1-32
}
secret postgres_password
secret database_url "postgres://shelfwire:$(cat "$folder/postgres_password")@postgres:5432/shelfwire?sslmode=verify-full"
secret influxdb_admin_password
secret influxdb_token
secret grafana_admin_password
secret jwt_secret
secret admin_password
secret ingest_mqtt_password
secret reorder_mqtt_password
secret node_red_mqtt_password
secret node_red_credential_secret
secret node_red_admin_password
secret gateway_mqtt_password "$(derive 'token gw-1')"
secret gateway_api_token

[ -n "$config" ] || exit 0
umask 077
mkdir -p "$config"
chmod 0755 "$config"
for name in gateway.yaml catalogue.yaml fleet.yaml; do
  [ -f "$config/$name" ] && continue
  cp "$templates/$name" "$config/$name.next"
  grep -oE '\{\{(password|token) [A-Za-z0-9._-]+\}\}' "$templates/$name" | sort -u | while read -r mark; do
    inner=${mark#\{\{}
    inner=${inner%\}\}}
    sed "s|$mark|$(derive "$inner")|g" "$config/$name.next" >"$config/$name.more"
    mv "$config/$name.more" "$config/$name.next"
  done
  sed 's|{{supplierUrl}}|https://device-sim:3100|g' "$config/$name.next" >"$config/$name"
  rm "$config/$name.next"
  # Read inside the containers by their own users.
  chmod 0644 "$config/$name"
  echo "wrote $config/$name"
done
