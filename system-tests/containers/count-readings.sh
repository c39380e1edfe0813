# Sourced by the trials after trial.sh: the readings of the installation, counted.
# A gateway numbers its readings without a gap, so what is missing or twice shows in the numbers.
ledger_count() {
  sql 'select sum(last_sequence - first_sequence + 1), max(last_sequence) from
    (select first_sequence, last_sequence from applied_run union all select first_sequence, last_sequence from applied_range) as taken'
}
stored_count() { influx 'select count(distinct(sequence)) from reading, device_health'; }
points_count() { influx 'select count(sequence) from reading, device_health'; }

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
