#!/bin/sh
# Debian's packages of the programs that some tests drive, where apt and root are there: a browser, two
# time-series databases, and systemd's own check of units. A test whose program is missing is skipped and says
# so; nothing else needs them.
missing=""
for pair in chromium:chromium prometheus:prometheus victoria-metrics:victoria-metrics systemd-analyze:systemd; do
  command -v "${pair%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}"
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
