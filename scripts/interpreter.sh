#!/bin/sh
# Print the Python that .venv is made with: $PYTHON, else `python3`, else the newest suitable one on the PATH.
# Of one version the distribution's own build is taken. It is compiled with profile guidance, and one that was compiled on this
# machine often is not: the test run takes a twelfth less processor time with it.
set -eu

wanted='import sys; sys.exit(sys.version_info < (3, 11))'
can_make='import venv, ensurepip'

say() { printf '%s\n' "$*" >&2; }
runs() { "$1" -c "$2" >/dev/null 2>&1; }
version() { "$1" -c 'import sys; print(sys.version_info[:2])' 2>/dev/null; }

found=
for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if command -v "$candidate" >/dev/null 2>&1 && runs "$candidate" "$wanted"; then
        found=$candidate
        break
    fi
done
if [ -z "$found" ]; then
    say "Python 3.11 or newer is needed; ${PYTHON:-python3} is $( (${PYTHON:-python3} --version || echo missing) 2>/dev/null). Install it, or name it: make PYTHON=/path/to/python3"
    exit 1
fi
if [ -z "${PYTHON:-}" ] && distributed=$(command -p -v python3); then
    if [ "$(version "$distributed")" = "$(version "$found")" ] && runs "$distributed" "$can_make"; then
        found=$distributed
    fi
fi
if ! runs "$found" "$can_make"; then
    say "Python's venv module is missing. On Debian or Ubuntu: sudo apt install python3-venv"
    exit 1
fi
printf '%s\n' "$found"
