#!/bin/sh
# Says whether this machine has a Python of a version: sh tools/has_python.sh 3.13
cd "$(dirname "$0")/.."
uv=uv
"$uv" --version >/dev/null 2>&1 || uv=$PWD/.uv/bin/uv
# pyenv finds another version than the checkout's only when it is told.
PYENV_VERSION=$1 "$uv" python find --no-python-downloads "$1" >/dev/null 2>&1
