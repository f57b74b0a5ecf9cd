#!/bin/sh
# Debian's chromium for the one test that drives a browser, where apt and root are there.
# Without it that test is skipped and says why; nothing else needs a browser.
command -v chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "no chromium, and no root with apt to install it: the browser test will be skipped" >&2
  exit 0
fi
echo "installing chromium for the browser test" >&2
{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } \
  >/dev/null 2>&1 || echo "chromium could not be installed: the browser test will be skipped" >&2
