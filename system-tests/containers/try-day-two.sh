#!/bin/sh
# What docs/operations.md says of the days after the first, of a whole installation of compose: a second tenant gets an
# administrator and a gateway on another machine, every secret is rotated, the certificates, then the authority. What must come of
# it: nobody sees the other tenant, what was known before is good for nothing, and of every gateway every reading is there once.
#   try-day-two.sh      with the images that are there; SHELFWIRE_TRY_INFLUXDB_2=true where that of InfluxDB has the real one
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$here/trial.sh"
. "$here/count-readings.sh"
second_gateway=shelfwire-second-gateway
clean_all() {
  docker rm --force "$second_gateway" >/dev/null 2>&1 || true
  docker volume rm "$second_gateway" >/dev/null 2>&1 || true
  clean
}
trap clean_all EXIT
fail() { say "$*"; exit 1; }

began=$(date +%s)
up
until_true 240 'all eleven containers are healthy' all_healthy
sign_in

echo '-- a second tenant, as docs/operations.md has it'
# add LIST ENTRY: to a list of the catalogue
add() {
  awk -v list="$1:" -v entry="  - $2" '{ print } $0 == list { print entry; found = 1 } END { exit !found }' config/catalogue.yaml >config/catalogue.next
  mv config/catalogue.next config/catalogue.yaml
}
add tenants '{ tenantId: second, name: Second, sites: [{ siteId: hall-2, name: Hall 2, timeZone: Europe/Berlin, deliverTo: gate 1, locations: [{ locationId: rack-1, name: Rack 1 }] }] }'
add items '{ tenantId: second, itemId: washer, sku: W-1, name: Washer, unit: pcs, pieceGrams: 10, pieceGramsSpread: 0.1 }'
add bins '{ tenantId: second, siteId: hall-2, binId: X-01, name: X-01 washers, locationId: rack-1, itemId: washer, capacity: 900, sensor: { deviceId: shelf-20, kind: weight } }'
compose restart broker-access reorder-service >/dev/null 2>&1
sed -i -e 's/^SHELFWIRE_ADMIN_EMAIL=.*/SHELFWIRE_ADMIN_EMAIL=second@example.com/' -e 's/^SHELFWIRE_ADMIN_TENANT=.*/SHELFWIRE_ADMIN_TENANT=second/' .env
up
# sign_in_as EMAIL PASSWORD
sign_in_as() {
  token=''
  token=$(api /auth/login -X POST -H 'content-type: application/json' -d "{\"email\":\"$1\",\"password\":\"$2\"}" |
    sed 's/.*"accessToken":"\([^"]*\)".*/\1/')
}
sign_in_as second@example.com "$(cat secrets/admin_password)"
second_password='the second has a long one'
api /me/password -X POST -H 'content-type: application/json' \
  -d "{\"currentPassword\":\"$(cat secrets/admin_password)\",\"newPassword\":\"$second_password\"}" >/dev/null
sed -i -e 's/^SHELFWIRE_ADMIN_EMAIL=.*/SHELFWIRE_ADMIN_EMAIL=admin@example.com/' -e 's/^SHELFWIRE_ADMIN_TENANT=.*/SHELFWIRE_ADMIN_TENANT=/' .env
up
bins() { api '/stock?limit=500' | grep -o '"binId":"[^"]*"' | sort -u | wc -l; }
sign_in
[ "$(bins)" = 10 ] || fail "the first tenant sees $(bins) bins"
sign_in_as second@example.com "$second_password"
[ "$(bins)" = 1 ] || fail "the second tenant sees $(bins) bins"
say 'the first tenant sees its ten bins, the second its one'

echo '-- its gateway, on a machine of its own'
login=$(api /gateways/hall-2/gw-2/login -X POST)
of_login() { printf '%s' "$login" | sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/"; }
mkdir "$trial/second"
chmod 0755 "$trial" "$trial/second"
cat >"$trial/second/gateway.yaml" <<'Y'
tenantId: second
siteId: hall-2
gatewayId: gw-2
devices:
  - deviceId: shelf-20
    model: esphome
    constants: { unit: kg }
    topics: ['shelf-20/sensor/weight/state']
    login: { username: shelf-20, password: the password of shelf-20 }
Y
cp certificates/ca.crt "$trial/second/ca.crt"
of_login password >"$trial/second/uplink-password"
openssl rand -hex 24 >"$trial/second/api-token"
chmod 0644 "$trial/second"/*
# No ports of this host: who publishes comes in by the network of the container. The centre by one of its public names.
docker run -d --name "$second_gateway" --restart unless-stopped --add-host storeroom.example:host-gateway \
  -v "$trial/second:/config:ro" -v "$second_gateway:/data" \
  -e SHELFWIRE_GATEWAY_CONFIG=/config/gateway.yaml -e SHELFWIRE_DATA_DIR=/data \
  -e SHELFWIRE_UPLINK_URL=mqtts://storeroom.example:28884 -e SHELFWIRE_UPLINK_CA_FILE=/config/ca.crt \
  -e SHELFWIRE_UPLINK_USERNAME="$(of_login username)" -e SHELFWIRE_UPLINK_PASSWORD_FILE=/config/uplink-password \
  -e SHELFWIRE_MQTT_HOST=0.0.0.0 -e SHELFWIRE_HTTP_HOST=0.0.0.0 -e SHELFWIRE_API_TOKEN_FILE=/config/api-token \
  shelfwire/edge-gateway:local >/dev/null
online() { api /gateways | grep -q '"gatewayId":"gw-2".*"online":true'; }
until_true 60 'the second gateway is online' online
# weigh KG: what the second tenant's shelf says until the answer shows so many pieces
weigh() {
  docker run --rm --network "container:$second_gateway" eclipse-mosquitto:2.0.22 mosquitto_pub -h 127.0.0.1 -p 1883 -q 1 -i shelf-20 \
    -u shelf-20 -P 'the password of shelf-20' -t shelf-20/sensor/weight/state -m "$1"
}
shows() {
  weigh "$1"
  api '/stock?limit=5' | grep -qE "\"onHand\":\"?$2[\",]"
}
until_true 60 'its scale says 1.5 kg, the shelf has 150 washers' shows 1.5 150

echo '-- every secret is rotated'
mkdir "$trial/known"
cp secrets/* "$trial/known/"
known() { cat "$trial/known/$1"; }
names="postgres_password jwt_secret admin_password ingest_mqtt_password reorder_mqtt_password node_red_mqtt_password \
  node_red_admin_password gateway_mqtt_password gateway_api_token ${SHELFWIRE_TRY_INFLUXDB_2:+influxdb_token influxdb_admin_password}"
# shellcheck disable=SC2086
deploy/rotate.sh $names >rotate.log 2>&1 || { cat rotate.log; fail 'rotate.sh failed'; }
for name in $names; do [ "$(cat "secrets/$name")" != "$(known "$name")" ] || fail "$name is as it was"; done
say "$(tail -1 rotate.log)"
until_true 240 'all eleven containers are healthy' all_healthy
# Nothing that was known is good for anything.
code() { curl --silent --output /dev/null --write-out '%{http_code}' --cacert certificates/ca.crt "$@" || true; }
[ "$(code -X POST -H 'content-type: application/json' -d "{\"email\":\"admin@example.com\",\"password\":\"$(known admin_password)\"}" \
  https://127.0.0.1:23000/api/v1/auth/login)" = 401 ] || fail "the administrator's old password is good"
[ "$(code -H "authorization: Bearer $token" https://127.0.0.1:23000/api/v1/stock)" = 401 ] || fail 'an access token of before is good'
[ "$(code -H "authorization: Bearer $(known gateway_api_token)" https://127.0.0.1:23002/api/v1/devices)" = 401 ] || fail "the gateway's old API token is good"
[ "$(code -H "authorization: Bearer $(cat secrets/gateway_api_token)" https://127.0.0.1:23002/api/v1/devices)" = 200 ] || fail "the gateway's new API token is not"
if compose exec -T -e PGPASSWORD="$(known postgres_password)" postgres psql --host=127.0.0.1 --username=shelfwire --command='select 1' shelfwire >/dev/null 2>&1; then
  fail "the database's old password is good"
fi
if [ -n "${SHELFWIRE_TRY_INFLUXDB_2:-}" ]; then
  if compose exec -T influxdb influx bucket list --org shelfwire --token "$(known influxdb_token)" --host https://127.0.0.1:8086 --skip-verify >/dev/null 2>&1; then
    fail "InfluxDB's old token is good"
  fi
  say "a backup with the new secrets: $(du -sh "$(deploy/backup.sh "$trial/backups")" | cut -f1)"
fi
# signs_in USER PASSWORD: at the broker, on the listener of the gateways
signs_in() {
  docker run --rm --add-host storeroom.example:host-gateway -v "$PWD/certificates/ca.crt:/ca.crt:ro" eclipse-mosquitto:2.0.22 \
    mosquitto_pub -h storeroom.example -p 28884 --cafile /ca.crt -u "$1" -P "$2" -t nowhere -n -q 0 >/dev/null 2>&1
}
for login in ingest:ingest_mqtt_password reorder:reorder_mqtt_password node-red:node_red_mqtt_password; do
  ! signs_in "${login%:*}" "$(known "${login#*:}")" || fail "the broker takes the old ${login#*:}"
  signs_in "${login%:*}" "$(cat "secrets/${login#*:}")" || fail "the broker does not take the new ${login#*:}"
done
! signs_in demo/plant-1/gw-1 "$(known gateway_mqtt_password)" || fail 'the broker takes the old gateway_mqtt_password'
say 'what was known before is good for nothing'
sign_in_as second@example.com "$second_password"
until_true 60 'its scale says 2 kg, the shelf has 200 washers' shows 2 200

echo '-- certificates, then the authority'
fingerprint() { openssl x509 -in "certificates/$1.crt" -noout -fingerprint; }
served() { openssl s_client -connect 127.0.0.1:28884 -CAfile certificates/ca.crt -verify_return_error </dev/null 2>/dev/null | openssl x509 -noout -fingerprint; }
before=$(fingerprint mosquitto)
deploy/rotate.sh certificates >rotate.log 2>&1 || { cat rotate.log; fail 'rotate.sh certificates failed'; }
[ "$(served)" = "$(fingerprint mosquitto)" ] && [ "$(served)" != "$before" ] || fail 'the broker serves another certificate'
until_true 240 'new certificates: all eleven containers are healthy' all_healthy
until_true 60 'the second gateway, with the same authority, says 2.5 kg: 250 washers' shows 2.5 250
deploy/rotate.sh authority >rotate.log 2>&1 || { cat rotate.log; fail 'rotate.sh authority failed'; }
until_true 240 'a new authority: all eleven containers are healthy' all_healthy
weigh 3
cp certificates/ca.crt "$trial/second/ca.crt"
docker restart "$second_gateway" >/dev/null
sign_in_as second@example.com "$second_password"
until_true 120 'the second gateway with the new ca.crt: what it weighed meanwhile is there, 300 washers' shows 3 300

# Both gateways number what they send.
docker stop "$second_gateway" >/dev/null
of_each() {
  sql "select outbox_id, sum(last_sequence - first_sequence + 1) = max(last_sequence) from
    (select outbox_id, first_sequence, last_sequence from applied_run union all select outbox_id, first_sequence, last_sequence from applied_range) as taken
    group by outbox_id"
}
compose stop --timeout 30 device-sim >/dev/null 2>&1
complete() { [ "$(of_each | grep -c '|t$')" = 2 ] && ! of_each | grep -q '|f$'; }
until_true 180 'every reading of both gateways is in the ledger, once' complete
sign_in
say "orders: $(statuses)"
echo 'day two is over, all of it worked'
