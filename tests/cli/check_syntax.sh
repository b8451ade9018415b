#!/bin/sh
# check_syntax.sh <program> <words...>: runs a checker that must succeed and print nothing;
# exits with 77 (skipped) where it is not installed.
command -v "$1" >/dev/null || exit 77
said=$("$@" 2>&1)
code=$?
[ -z "$said" ] || printf '%s\n' "$said"
[ "$code" -eq 0 ] && [ -z "$said" ]
