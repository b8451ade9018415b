#!/bin/sh
# From a bare clone to JSON lines: installs what is missing, builds mqrig, and publishes lines through
# a broker of its own to a subscriber. The broker listens on loopback only and ends with the script.
set -eu
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin

step() { printf '\n== %s\n' "$*"; }
show() { printf '$ %s\n' "$*"; }

step 'Install what is missing'
sh apps/install_packages.sh build try

step 'Build mqrig (build/release)'
cmake --preset release -DMQRIG_TESTS=OFF -DMQRIG_BENCH=OFF
cmake --build --preset release --target mqrig
mqrig=$(find build/release -type f -name mqrig -perm -u+x)

dir=$(mktemp -d)
broker=
finish() {
  [ -z "$broker" ] || { kill "$broker" && wait "$broker"; } 2>/dev/null || :
  rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Mosquitto can't be asked for any free port: try one after the other until it can listen.
start_broker() {
  printf 'listener %s 127.0.0.1\nallow_anonymous true\nuser %s\n' "$1" "$(id -un)" >"$dir/broker.conf"
  mosquitto -c "$dir/broker.conf" >"$dir/broker.log" 2>&1 &
  broker=$!
  while kill -0 "$broker" 2>/dev/null; do
    ! grep -q 'Error' "$dir/broker.log" || return 1
    ! grep -q 'running$' "$dir/broker.log" || return 0
    sleep 0.05
  done
  return 1
}

step 'Start a broker on a free loopback port'
port=$((20000 + $$ % 12000))
last=$((port + 50))
until start_broker "$port"; do
  wait "$broker" || :
  port=$((port + 1))
  [ "$port" -le "$last" ] || { cat "$dir/broker.log" >&2; exit 1; }
done
echo "mosquitto listens on 127.0.0.1:$port"

step 'Subscribe, publish three lines, and read them as JSON'
url=mqtt://127.0.0.1:$port/try/greetings
# The broker keeps the session from here on: nothing is lost however late the subscriber below starts.
show "mqrig sub -c -i reader -x 60 -q 1 -E $url"
"$mqrig" sub -c -i reader -x 60 -q 1 -E "$url"
show "mqrig sub -c -i reader -x 60 -q 1 -j -C 3 -W 20 $url | jq -c . &"
{ "$mqrig" sub -c -i reader -x 60 -q 1 -j -C 3 -W 20 "$url" | jq -c . | tee "$dir/arrived"; } &
reader=$!
show "printf 'good morning\\ngrüß dich\\n{\"n\":1}\\n' | mqrig pub -l -q 1 $url"
printf 'good morning\ngrüß dich\n{"n":1}\n' | "$mqrig" pub -l -q 1 "$url"
wait "$reader"

[ "$(wc -l <"$dir/arrived")" -eq 3 ] || { echo 'Not all three lines arrived.' >&2; exit 1; }
step "All three lines arrived. The program is $mqrig; README.md has more to try."
