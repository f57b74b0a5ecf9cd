#!/bin/sh
# Debian's packages of the programs that some tests drive, where apt and root are there: a browser, and two
# time-series databases. A test whose program is missing is skipped and says so; nothing else needs them.
missing=""
for package in chromium prometheus victoria-metrics; do
  command -v "$package" >/dev/null 2>&1 || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "missing:$missing, and no root with apt to install them: their tests will be skipped" >&2
  exit 0
fi
echo "installing$missing for the tests that drive them" >&2
apt-get update -qq >/dev/null 2>&1
for package in $missing; do
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 ||
    echo "$package could not be installed: its tests will be skipped" >&2
done
