#!/bin/sh
# `influx ping` of InfluxDB 2, for the health check.
exec node -e "
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
fetch('https://127.0.0.1:8086/ping').then((answer) => process.exit(answer.status === 204 ? 0 : 1), () => process.exit(1));
" 2>/dev/null
