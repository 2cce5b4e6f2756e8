#!/bin/sh
# Make .venv with exactly what LOCK names, and this package on top: scripts/environment.sh LOCK
# PYTHON chooses the interpreter; otherwise the newest suitable one on the PATH is taken.
set -eu

lock=$1
venv=.venv
wanted='import sys; sys.exit(sys.version_info < (3, 11))'

say() { printf '%s\n' "$*" >&2; }

if ! { [ -x "$venv/bin/python" ] && "$venv/bin/python" -c "$wanted" && "$venv/bin/python" -m pip --version; } >/dev/null 2>&1; then
    found=
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$wanted" >/dev/null 2>&1; then
            found=$candidate
            break
        fi
    done
    if [ -z "$found" ]; then
        say "Python 3.11 or newer is needed; ${PYTHON:-python3} is $( (${PYTHON:-python3} --version || echo missing) 2>/dev/null). Install it, or name it: make PYTHON=/path/to/python3"
        exit 1
    fi
    if ! "$found" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        say "Python's venv module is missing. On Debian or Ubuntu: sudo apt install python3-venv"
        exit 1
    fi
    say "Making .venv with $("$found" --version) ..."
    "$found" -m venv --clear "$venv"
fi

say "Installing what $lock names ..."
if ! "$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --require-hashes -r "$lock"; then
    say "The packages of $lock could not be installed; the lines above say why. Run the same command again to go on."
    exit 1
fi
"$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --no-build-isolation --no-deps -e .
