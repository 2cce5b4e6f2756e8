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

say "Installing what $lock names ..."
if ! "$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --require-hashes -r "$lock"; then
    say "The packages of $lock could not be installed; the lines above say why. Run the same command again to go on."
    exit 1
fi
"$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --no-build-isolation --no-deps -e .
