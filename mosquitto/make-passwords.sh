#!/bin/sh
# Makes the broker's hashed password file from the three secrets in the environment. Run by the `broker-setup` service.
set -eu
target=${1:?usage: make-passwords.sh TARGET_FILE}
: "${GATEWAY_MQTT_PASSWORD:?}" "${INGEST_MQTT_PASSWORD:?}" "${REORDER_MQTT_PASSWORD:?}"
umask 077
: >"$target"
mosquitto_passwd -b "$target" gw-1 "$GATEWAY_MQTT_PASSWORD"
mosquitto_passwd -b "$target" ingest "$INGEST_MQTT_PASSWORD"
mosquitto_passwd -b "$target" reorder "$REORDER_MQTT_PASSWORD"
chmod 0644 "$target"
