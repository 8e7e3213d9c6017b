#!/bin/sh
# Makes .venv out of requirements*.txt. Silent and quick when there is
# nothing to do; an interrupted run is redone, because the stamp is written last.
set -eu
cd "$(dirname "$0")/.."

# The stand-in Stripe runs from its sources. The path is relative, so the checkout may move.
link_standin() {
    for packages in .venv/lib/python3*/site-packages; do
        echo "../../../../packages/stripe-standin/src" >"$packages/stripe-standin.pth"
    done
}

stamp=.venv/.set-up
wanted=$(cat .python-version requirements*.txt | cksum)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && .venv/bin/python -c '' 2>/dev/null; then
    link_standin
    exit 0
fi

install_uv() {
    python3 -m pip --version >/dev/null 2>&1 || {
        echo "Set-up needs Python 3 with pip, or uv (https://docs.astral.sh/uv/): install either." >&2
        exit 1
    }
    echo "set-up: installing uv into .uv (once)"
    # --target also works where the system's Python refuses other installs (PEP 668).
    rm -rf .uv .uv.part
    PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --disable-pip-version-check --no-warn-script-location \
        --require-hashes --only-binary :all: --target .uv.part -r tools/uv.txt
    mv .uv.part .uv
}

# Asked to run, not only looked up: pyenv leaves shims of programs that it cannot start.
if uv --version >/dev/null 2>&1; then
    uv=uv
else
    uv=$PWD/.uv/bin/uv
    "$uv" --version >/dev/null 2>&1 || install_uv
fi

# Behind a proxy that signs for itself only the system knows the certificates; what was fetched
# before a failure is kept, so trying again is cheap.
run_uv() {
    "$uv" "$@" || {
        echo "set-up: trying again, with the system's certificates"
        UV_SYSTEM_CERTS=true UV_NATIVE_TLS=true "$uv" "$@"
    }
}

python=$(cat .python-version)
if ! .venv/bin/python -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$python')" 2>/dev/null; then
    echo "set-up: making .venv with Python $python"
    rm -rf .venv
    run_uv venv --quiet --python "$python" .venv || {
        echo "Set-up needs Python $python (Rasa runs on no later one): there is none here, and uv" >&2
        echo "could not download one. Install it, or let this machine reach github.com." >&2
        exit 1
    }
fi
echo "set-up: installing packages into .venv (2.7 GB; the first time takes minutes)"
rm -f "$stamp"
run_uv pip sync --require-hashes --python .venv/bin/python requirements*.txt
link_standin
echo "$wanted" >"$stamp"
echo "set-up: done"
