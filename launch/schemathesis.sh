#!/bin/sh
# Makes .schemathesis out of launch/schemathesis.txt. Silent and quick when there is nothing to do.
set -eu
cd "$(dirname "$0")/.."

stamp=.schemathesis/.set-up
wanted=$(cat .python-version launch/schemathesis.txt | cksum)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
    exit 0
fi
uv=uv
"$uv" --version >/dev/null 2>&1 || uv=$PWD/.uv/bin/uv

run_uv() {
    "$uv" "$@" || UV_SYSTEM_CERTS=true UV_NATIVE_TLS=true "$uv" "$@"
}

rm -rf .schemathesis
run_uv venv --quiet --python .venv/bin/python .schemathesis
run_uv pip sync --quiet --require-hashes --python .schemathesis/bin/python launch/schemathesis.txt
echo "$wanted" >"$stamp"
