#!/bin/sh
# Bring new French sentences into the English catalogue and compile it. Then translate what is empty, and run it again.
set -eu
cd "$(dirname "$0")/.."

pot=$(mktemp)
trap 'rm -f "$pot"' EXIT
catalogue=idp/translations/en/LC_MESSAGES/messages
.venv/bin/pybabel -q extract -F babel.cfg -k N_ --no-location --omit-header -o "$pot" .
.venv/bin/pybabel -q update -i "$pot" -o "$catalogue.po" -l en --no-fuzzy-matching --ignore-obsolete --omit-header --width 120
.venv/bin/pybabel -q compile -i "$catalogue.po" -o "$catalogue.mo" -l en
