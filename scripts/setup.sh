#!/bin/sh
# setup.sh VENV REQUIREMENTS PYTHON: a virtual environment with exactly the pinned packages, and reinfra itself, editable.
# uv is used when it is there; the standard library's venv and pip do the same.
set -eu
venv=$1 requirements=$2 python=$3

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "reinfra needs Python 3.11 or later; $python is $("$python" --version 2>&1). Set PYTHON=python3.12, say." >&2
  exit 2
}
echo "setting up $venv from $requirements (once; some minutes on a slow network)" >&2
if command -v uv >/dev/null 2>&1; then
  [ -d "$venv" ] || uv venv --quiet --python "$python" "$venv"
  VIRTUAL_ENV=$venv uv pip install --quiet --require-hashes --requirement "$requirements"
  VIRTUAL_ENV=$venv uv pip install --quiet --no-deps --no-build-isolation --editable .
else
  [ -d "$venv" ] || "$python" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$requirements"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
fi
