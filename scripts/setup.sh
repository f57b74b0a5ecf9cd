#!/bin/sh
# setup.sh VENV REQUIREMENTS PYTHON: a virtual environment with exactly the pinned packages, and reinfra, editable.
# uv does the work: the one that is there, or a pinned one that pip puts into the environment. Where pip has an
# index of its own, which uv would not know, or uv cannot be had, pip does it all (slower, the same packages).
set -eu
venv=$1 requirements=$2 python=$3

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "reinfra needs Python 3.11 or later; $python is $("$python" --version 2>&1). Set PYTHON=python3.12, say." >&2
  exit 2
}
echo "setting up $venv from $requirements (once)" >&2

pip() {
  command=$1 && shift
  "$venv/bin/python" -m pip "$command" --quiet --disable-pip-version-check "$@"
}

with_uv() {
  VIRTUAL_ENV=$venv "$1" pip install --quiet --require-hashes --requirement "$requirements" &&
    VIRTUAL_ENV=$venv PATH="$PWD/$venv/bin:$PATH" "$1" pip install --quiet --no-deps --no-build-isolation --editable .
}

with_pip() {
  pip install --no-compile --require-hashes --requirement "$requirements"
  PATH="$PWD/$venv/bin:$PATH" pip install --no-deps --no-build-isolation --editable .
}

if uv=$(command -v uv); then
  [ -d "$venv" ] || "$uv" venv --quiet --python "$python" "$venv"
  with_uv "$uv"
  exit
fi
[ -d "$venv" ] || "$python" -m venv "$venv"
if ! "$venv/bin/python" -m pip config get global.index-url >/dev/null 2>&1 && [ -z "${PIP_INDEX_URL:-}" ] &&
  pip install --require-hashes --requirement requirements-uv.txt && with_uv "$venv/bin/uv"; then
  exit
fi
with_pip
