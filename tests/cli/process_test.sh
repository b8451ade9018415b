#!/bin/sh
# The program as a process: exit codes, and which stream says what.
#   process_test.sh <mqrig>
set -u
mqrig=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export XDG_CONFIG_HOME="$folder/none"
failures=0

# expect CODE STREAM PATTERN WORDS...: the exit code, and a line of that stream; the other is empty.
expect() {
    code=$1 stream=$2 pattern=$3
    shift 3
    "$mqrig" "$@" >"$folder/out" 2>"$folder/err" </dev/null
    got=$?
    silent=out
    [ "$stream" = out ] && silent=err
    if [ "$got" -ne "$code" ] || [ -s "$folder/$silent" ] ||
        ! grep -q -e "$pattern" "$folder/$stream"; then
        echo "mqrig $*: exit $got instead of $code, or not '$pattern' on $stream:"
        cat "$folder/out" "$folder/err"
        failures=$((failures + 1))
    fi
}

expect 0 out '^mqrig [0-9]' --version
expect 0 out '^mqrig [0-9]' pub --version
expect 0 out '^Commands:' --help
expect 0 out '^Commands:' help
expect 0 out '^Usage: mqrig pub' pub --help
expect 0 out '^Usage: mqrig sub' help sub
expect 0 out '^Usage: mqrig sub' sub -q nonsense --help
expect 2 err "no command given (try 'mqrig --help')"
expect 2 err "unknown command 'pbu'; did you mean 'pub'?" pbu
expect 2 err "unknown command 'sbu'; did you mean 'sub'?" help sbu
expect 2 err "^mqrig pub: error: unknown option '--tpoic'; did you mean '--topic'? (try" pub --tpoic x
expect 2 err '^mqrig pub: error: -p/--port: invalid value .31883x.' pub -p 31883x -t x -m x
expect 2 err '^mqrig pub: error: no message source: give' pub -t x
expect 2 err 'unknown option' --verbos
expect 2 err "can't read the configuration file '$folder/none.toml'" sub -t x --config "$folder/none.toml"
expect 2 err 'generate takes' generate

printf 'qos = 1\n[sub]\nqso = 2\n' >"$folder/bad.toml"
expect 2 err 'bad.toml:3: qso: unknown key; did you mean .qos.?' pub -t x -n --config "$folder/bad.toml"

# One line for one error.
"$mqrig" pub --nonsense 2>&1 | wc -l | grep -q '^ *1$' || {
    echo 'an error takes more than one line'
    failures=$((failures + 1))
}

# A reader that goes away is no fault.
"$mqrig" pub --help 2>"$folder/err" | head -n 1 >/dev/null
[ ! -s "$folder/err" ] || {
    echo 'a closed pipe is complained about'
    failures=$((failures + 1))
}

[ "$failures" -eq 0 ]
