#!/bin/sh
# Make .venv with exactly what LOCK names, and this package on top: scripts/environment.sh LOCK
# PYTHON chooses the interpreter; otherwise scripts/interpreter.sh does.
set -eu

lock=$1
venv=.venv
wanted='import sys; sys.exit(sys.version_info < (3, 11))'

say() { printf '%s\n' "$*" >&2; }

if ! { [ -x "$venv/bin/python" ] && "$venv/bin/python" -c "$wanted" && "$venv/bin/python" -m pip --version; } >/dev/null 2>&1; then
    found=$(sh scripts/interpreter.sh)
    say "Making .venv with $("$found" --version) ..."
    "$found" -m venv --clear "$venv"
fi

packages() {
    # uv installs the same files, checked by the same hashes, in a third of the time. The lock file for development has it.
    own=$venv/uv.lock
    awk '/^uv==/ { own = 1 } own { print } own && !/\\$/ { exit }' "$lock" >"$own"
    if [ -s "$own" ] && pip_install "$own"; then
        # uv does not read where pip finds packages.
        index=${UV_DEFAULT_INDEX:-${PIP_INDEX_URL:-$("$venv/bin/python" -m pip config get global.index-url 2>/dev/null || true)}}
        [ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
        "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --require-hashes -r "$lock" && return
        say "uv could not; pip goes on."
    fi
    pip_install "$lock"
}

pip_install() {
    "$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --require-hashes -r "$1"
}

say "Installing what $lock names ..."
if ! packages; then
    say "The packages of $lock could not be installed; the lines above say why. Run the same command again to go on."
    exit 1
fi
"$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --no-build-isolation --no-deps -e .
