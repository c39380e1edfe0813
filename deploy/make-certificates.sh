#!/bin/sh
# Makes the installation's own authority and a certificate for every part, or renews what ends within 30 days.
#   deploy/make-certificates.sh FOLDER [NAME_OR_ADDRESS …]     further names by which people and gateways reach this host
# The authority's key (ca.key) is needed only here: move it to a safe place, and bring it back to renew.
# Restart the parts after a renewal: they read their certificate at the start.
set -eu
case ${1:-} in -h | --help) sed -n '2,/^set -eu/{/^#/s/^# \{0,1\}//p}' "$0"; exit ;; esac
folder=${1:?usage: make-certificates.sh FOLDER [NAME_OR_ADDRESS ...]}
shift
command -v openssl >/dev/null || { echo 'openssl is needed: apt-get install openssl' >&2; exit 2; }
days=825
# Files can be read by every user of a container; on this host nobody but the owner gets into the folder.
umask 022
mkdir -p "$folder"
chmod 0700 "$folder"
cd "$folder"

if [ ! -f ca.crt ]; then
  (umask 077 && openssl ecparam -genkey -name prime256v1 -noout -out ca.key)
  openssl req -new -x509 -key ca.key -sha256 -days 3650 -subj '/CN=Shelfwire installation authority' -out ca.crt \
    -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign'
fi

# names NAME: what others call this part, then what this host is called
names() {
  printf 'DNS:%s,DNS:localhost,IP:127.0.0.1' "$1"
  shift
  for extra in "$@"; do
    case $extra in
      *[!0-9.]*) printf ',DNS:%s' "$extra" ;;
      *) printf ',IP:%s' "$extra" ;;
    esac
  done
}

for part in mosquitto postgres influxdb edge-gateway ingest-service reorder-service device-sim grafana prometheus node-red; do
  wanted=$(names "$part" "$@")
  if [ -f "$part.crt" ] && [ "$(cat "$part.names" 2>/dev/null)" = "$wanted" ] &&
    openssl x509 -in "$part.crt" -noout -checkend 2592000 >/dev/null; then
    continue
  fi
  [ -f ca.key ] || { echo "ca.key is not in $folder: bring it back to make the certificate of $part" >&2; exit 2; }
  openssl ecparam -genkey -name prime256v1 -noout -out "$part.key.next"
  openssl req -new -key "$part.key.next" -subj "/CN=$part" -out "$part.csr"
  printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=serverAuth\n' \
    "$wanted" >"$part.ext"
  openssl x509 -req -in "$part.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -sha256 -days "$days" \
    -extfile "$part.ext" -out "$part.crt.next" 2>/dev/null
  chmod 0644 "$part.key.next"
  mv "$part.key.next" "$part.key"
  mv "$part.crt.next" "$part.crt"
  printf '%s' "$wanted" >"$part.names"
  rm -f "$part.csr" "$part.ext"
  echo "made the certificate of $part"
done
