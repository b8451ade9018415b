#!/bin/sh
# Installs the Debian packages that a purpose needs and that are missing:
#   sh apps/install_packages.sh build|try|test...
# With nothing missing it changes nothing, needs no root and no network.
set -eu

build='g++ cmake ninja-build libasio-dev libcli11-dev libcurl4-openssl-dev libhttp-parser-dev libidn-dev libmujs-dev
  libsqlite3-dev libssl-dev libtomlplusplus-dev nlohmann-json3-dev zlib1g-dev'
try='jq'
test='doctest-dev python3 python3-paho-mqtt mosquitto mosquitto-clients jq clang clang-format libclang-rt-14-dev mandoc zsh fish
  chromium-headless-shell'
# Node.js from elsewhere brings its npm along, and Debian's will not be installed beside it.
command -v npm >/dev/null || test="$test nodejs npm"

command -v dpkg-query >/dev/null || {
  echo "This is no Debian: nothing is installed. Needed are the equivalents of: $build $try $test" >&2
  exit 0
}

wanted=
for purpose in "$@"; do
  case $purpose in
    build) wanted="$wanted $build" ;;
    try) wanted="$wanted $try" ;;
    test) wanted="$wanted $test" ;;
    *) echo "install_packages.sh: '$purpose' is none of build, try, test" >&2; exit 2 ;;
  esac
done

missing=
for package in $wanted; do
  dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
    missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "Missing:$missing. Install them as root, or install sudo, and run this again." >&2
    exit 1
  }
  as_root=sudo
fi

echo "Installing:$missing"
# RUNLEVEL=1 keeps an init without systemd from starting the broker that comes with mosquitto.
apt() { $as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -q "$@"; }
apt update
# shellcheck disable=SC2086 # one word per package
apt install -y --no-install-recommends $missing

# systemd starts it all the same: whoever had no broker before has none running afterwards.
case " $missing " in
  *" mosquitto "*)
    [ ! -d /run/systemd/system ] || $as_root systemctl disable --now mosquitto.service ;;
esac
