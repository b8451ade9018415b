#!/bin/sh
# From a bare clone to JSON lines: installs what is missing, builds mqrig, and publishes lines through
# a broker of its own to a subscriber. The broker listens on loopback only and ends with the script.
set -eu
cd "$(dirname "$0")/.."

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

step 'Start a broker on a free loopback port'
# The broker prints its URL, alone on a line, as soon as it listens.
mkfifo "$dir/url"
show 'mqrig broker -p 0 &'
"$mqrig" broker -p 0 >"$dir/url" &
broker=$!
read -r url <"$dir/url"
echo "$url"

step 'Subscribe, publish three lines, and read them as JSON'
url=$url/try/greetings
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
