# Sourced by try-compose.sh. Each container's processes are killed at once, one container after the other while readings flow;
# Docker starts it again by its restart policy, nobody does anything. Then the readings are counted.

# influx QUERY: the numbers of its answer, added up
influx() {
  compose exec -T influxdb node -e "
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    process.removeAllListeners('warning');
    const headers = { authorization: 'Token ' + require('fs').readFileSync('/run/secrets/influxdb_token', 'utf8').trim() };
    fetch('https://127.0.0.1:8086/query?db=shelfwire&q=' + encodeURIComponent('$1'), { headers })
      .then((answer) => answer.json())
      .then((answer) => console.log((answer.results[0].series ?? []).reduce((sum, { values }) => sum + values[0][1], 0)));"
}
# A gateway numbers its readings without a gap, so what is missing or twice shows in the numbers.
ledger_count() {
  sql 'select sum(last_sequence - first_sequence + 1), max(last_sequence) from
    (select first_sequence, last_sequence from applied_run union all select first_sequence, last_sequence from applied_range) as taken'
}
stored_count() { influx 'select count(distinct(sequence)) from reading, device_health'; }
points_count() { influx 'select count(sequence) from reading, device_health'; }

state_of() { docker inspect --format '{{.State.StartedAt}} {{.State.Health.Status}}' "$1"; }
# back CONTAINER STARTED_AT
back() {
  state=$(state_of "$1")
  [ "${state% *}" != "$2" ] && [ "${state#* }" = healthy ]
}
# Everything that the container's user may kill but the first process, which then ends; the shell of this command goes with it.
kill_in_turn() {
  for container in $(docker ps --format '{{.Names}}' --filter name=shelfwire-trial | sort); do
    started=$(state_of "$container")
    docker exec "$container" sh -c 'kill -9 -1' >/dev/null 2>&1 || true
    until_true 240 "killed and healthy again: $container" back "$container" "${started% *}"
  done
}
# The ledger has every number from 1 to the last, the history has as many, each once.
nothing_missing() {
  ledger=$(ledger_count)
  stored=$(stored_count)
  [ "${ledger%|*}" = "${ledger#*|}" ] && [ "$stored" = "${ledger#*|}" ] && [ "$(points_count)" = "$stored" ]
}
count_readings() {
  compose stop --timeout 30 device-sim >/dev/null 2>&1
  until_true 180 'every reading of the gateway is in the ledger and in the history, once' nothing_missing
  say "readings: numbered to ${ledger#*|}, in the ledger ${ledger%|*}, in the history $stored, points $(points_count)"
}
