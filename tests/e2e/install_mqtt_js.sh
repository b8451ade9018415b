#!/bin/sh
# Installs MQTT.js, a client that is none of ours, with npm into a folder: sh tests/e2e/install_mqtt_js.sh FOLDER
# Does nothing where it is there. Without npm or its registry it says so, which is an error where CI=true only.
set -eu
version=5.16.0

folder=$1
found=$(sed -n 's/^ *"version": *"\(.*\)",*$/\1/p' "$folder/node_modules/mqtt/package.json" 2>/dev/null || true)
[ "$found" != "$version" ] || exit 0
if ! command -v npm >/dev/null; then
  echo "npm is not installed: the tests with MQTT.js are left out" >&2
  [ "${CI:-}" != true ]
  exit
fi
mkdir -p "$folder"
echo '{"private": true}' >"$folder/package.json"
npm install --prefix "$folder" --no-save --no-audit --no-fund --loglevel=error "mqtt@$version" || {
  echo "MQTT.js could not be installed: the tests with it are left out" >&2
  [ "${CI:-}" != true ]
}
