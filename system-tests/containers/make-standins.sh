#!/bin/sh
# Makes stand-ins for the public images of docker-compose.yml from Debian's packages. As root, with Docker running.
#   make-standins.sh [FOLDER]      where the Debian tree is kept for the next time
# SHELFWIRE_INFLUXDB_2=FOLDER      with `influxd` and `influx` of InfluxDB 2: that is what the image of InfluxDB has inside then
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
folder=${1:-/var/tmp/shelfwire-standins}
mkdir -p "$folder"
# Of this release, because it has the major versions of PostgreSQL and Mosquitto that docker-compose.yml pins.
release=trixie
tree="$folder/$release"
if [ ! -f "$tree/.complete" ]; then
  mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources | head -1)
  debootstrap --variant=minbase \
    --include=mosquitto,mosquitto-clients,postgresql,influxdb,influxdb-client,prometheus,openssl,ca-certificates,netcat-openbsd,wget \
    "$release" "$tree" "$mirror"
  rm -rf "$tree"/var/cache/apt/archives/*.deb "$tree"/var/lib/apt/lists/* "$tree"/usr/share/doc "$tree"/usr/share/man
  touch "$tree/.complete"
fi
# What this host trusts: npm inside a build reaches its registry as npm out here does.
cp /etc/ssl/certs/ca-certificates.crt "$tree/etc/ssl/certs/ca-certificates.crt"
install -m 0755 "$root/node_modules/node/bin/node" "$tree/usr/local/bin/node"
npm_folder=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
rm -rf "$tree/usr/local/lib/node_modules/npm"
mkdir -p "$tree/usr/local/lib/node_modules"
cp -r "$npm_folder" "$tree/usr/local/lib/node_modules/npm"
ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$tree/usr/local/bin/npm"
ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$tree/usr/local/bin/npx"
install -m 0755 "$here/postgres-entrypoint.sh" "$tree/usr/local/bin/docker-entrypoint.sh"
install -m 0644 "$here/grafana-standin.mjs" "$tree/usr/local/lib/"
chroot "$tree" sh -c '
  id node >/dev/null 2>&1 || useradd --uid 1000 --create-home node
  id grafana >/dev/null 2>&1 || useradd --uid 472 grafana
  mkdir -p /var/lib/grafana && chown grafana /var/lib/grafana
  mkdir -p /mosquitto/config /mosquitto/data /var/lib/postgresql/data /var/lib/influxdb2 /etc/influxdb2 /prometheus
  chmod 3777 /run/postgresql
  chown mosquitto /mosquitto/data && chown postgres /var/lib/postgresql/data
  chown influxdb /var/lib/influxdb2 /etc/influxdb2 && chown nobody /prometheus'

base=$(tar -C "$tree" -c . | docker import - shelfwire-standin:base)
echo "base image $base"
# make IMAGE [CONTEXT], then the lines of its Dockerfile on standard input
make() {
  (printf 'FROM shelfwire-standin:base\n' && cat) >"$folder/Dockerfile"
  docker build --quiet --tag "$1" --file "$folder/Dockerfile" "${2:-$here}" >/dev/null
  echo "made $1"
}
make eclipse-mosquitto:2.0.22 <<'D'
ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/bin
D
make postgres:17.6-bookworm <<'D'
ENV PATH=/usr/lib/postgresql/17/bin:/usr/local/bin:/usr/bin:/bin PGDATA=/var/lib/postgresql/data
VOLUME /var/lib/postgresql/data
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
D
if [ -n "${SHELFWIRE_INFLUXDB_2:-}" ]; then
  servers="$folder/influxdb-2"
  rm -rf "$servers"
  mkdir "$servers"
  cp "$SHELFWIRE_INFLUXDB_2/influxd" "$SHELFWIRE_INFLUXDB_2/influx" "$here/influxdb-entrypoint.sh" "$servers"
  make influxdb:2.7.12 "$servers" <<'D'
COPY influxd influx influxdb-entrypoint.sh /usr/local/bin/
VOLUME /var/lib/influxdb2 /etc/influxdb2
USER influxdb
ENTRYPOINT ["influxdb-entrypoint.sh"]
CMD ["influxd"]
D
else
  make influxdb:2.7.12 <<'D'
COPY influxdb-standin.mjs /usr/local/lib/
COPY influx-standin.sh /usr/local/bin/influx
RUN chmod 0755 /usr/local/bin/influx && ln -s /usr/bin/influx /usr/local/bin/influx-v1
VOLUME /var/lib/influxdb2 /etc/influxdb2
CMD ["node", "/usr/local/lib/influxdb-standin.mjs"]
D
fi
make node:24-bookworm-slim <<'D'
ENV NPM_CONFIG_CAFILE=/etc/ssl/certs/ca-certificates.crt
CMD ["node"]
D
make prom/prometheus:v3.7.3 <<'D'
USER nobody
ENTRYPOINT ["prometheus"]
D
make grafana/grafana:12.2.1 <<'D'
USER grafana
CMD ["node", "/usr/local/lib/grafana-standin.mjs"]
D
