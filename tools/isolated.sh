#!/bin/sh
# Makes .NAME out of tools/NAME.txt, a tool's environment beside Rasa's pins: sh tools/isolated.sh NAME [PYTHON]
# Silent and quick when there is nothing to do.
set -eu
cd "$(dirname "$0")/.."

name=$1
python=${2:-.venv/bin/python}
stamp=.$name/.set-up
wanted=$(cat .python-version "tools/$name.txt" | cksum)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
    exit 0
fi
uv=uv
"$uv" --version >/dev/null 2>&1 || uv=$PWD/.uv/bin/uv

run_uv() {
    "$uv" "$@" || UV_SYSTEM_CERTS=true UV_NATIVE_TLS=true "$uv" "$@"
}

rm -rf ".$name"
# pyenv finds another version than the checkout's only when it is told.
PYENV_VERSION="${2:-}" run_uv venv --quiet --python "$python" ".$name"
run_uv pip sync --quiet --require-hashes --python ".$name/bin/python" "tools/$name.txt"
echo "$wanted" >"$stamp"
