#!/bin/sh
# Installs what is missing, builds and runs every test. FUZZ_SECONDS sets the time of each fuzz target:
# 20 where CI=true, else 5. Builds lie in build/<preset> and are used again by the next run.
set -eu
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin

if [ "${CI:-}" = true ]; then seconds=20; else seconds=5; fi
seconds=${FUZZ_SECONDS:-$seconds}
if command -v ccache >/dev/null; then
  # What another clone has compiled is not compiled again.
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1
  export CCACHE_SLOPPINESS=pch_defines,time_macros  # else it does not know precompiled headers
fi
# The sanitizers of these compilers die at start where the kernel randomises more bits than they know.
no_aslr=
! setarch -R true 2>/dev/null || no_aslr='setarch -R'

step() { printf '\n== %s\n' "$*"; }

# build_and_test <preset> [cmake options...]
build_and_test() {
  preset=$1
  shift
  step "Build $preset"
  cmake --preset "$preset" "$@"
  cmake --build --preset "$preset"
  step "Test $preset"
  $no_aslr ctest --preset "$preset" --output-log "build/$preset/ctest.log"
}

step 'Install what is missing'
sh apps/install_packages.sh build test
sh tests/e2e/install_npm_packages.sh build/npm

step 'Layout of the sources (clang-format)'
find apps lib tests -name '*.[ch]pp' -exec clang-format --dry-run -Werror {} +

step 'Manual pages (mandoc)'
find man -name '*.[1-9]' -exec mandoc -T lint {} +

build_and_test release
build_and_test asan
build_and_test tsan
build_and_test clang -DMQRIG_FUZZ_SECONDS="$seconds"

step 'All of it'
for preset in release asan tsan clang; do
  printf '%-8s %s\n' "$preset" "$(grep 'tests passed' "build/$preset/ctest.log")"
done
