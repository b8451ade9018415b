#!/bin/sh
# Installs with npm what is none of ours, into a folder: sh tests/e2e/install_npm_packages.sh FOLDER
# That is MQTT.js, a client, hdr-histogram-js, which reads histograms, and oidc-provider, which gives tokens. Does nothing where they are there.
# Without npm or its registry it says so, which is an error where CI=true only.
set -eu
packages='mqtt@5.16.0 hdr-histogram-js@3.0.1 oidc-provider@8.8.1'

folder=$1
missing=
for package in $packages; do
  found=$(sed -n 's/^ *"version": *"\(.*\)",*$/\1/p' "$folder/node_modules/${package%@*}/package.json" 2>/dev/null || true)
  [ "$found" = "${package#*@}" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if ! command -v npm >/dev/null; then
  echo "npm is not installed: the tests with$missing are left out" >&2
  [ "${CI:-}" != true ]
  exit
fi
mkdir -p "$folder"
echo '{"private": true}' >"$folder/package.json"
# All of them at once: npm removes what it was not told of.
# shellcheck disable=SC2086 # one word per package
npm install --prefix "$folder" --no-save --no-audit --no-fund --loglevel=error $packages || {
  echo "npm could not install$missing: the tests with them are left out" >&2
  [ "${CI:-}" != true ]
}
