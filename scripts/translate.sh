#!/bin/sh
# Bring new French sentences into the catalogues (of the provider, of the services) and compile them. Then translate what is empty, and run it again.
set -eu
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for folder in idp clients; do
  catalogue=$folder/translations/en/LC_MESSAGES/messages
  .venv/bin/pybabel -q extract -F babel.cfg -k N_ --no-location --omit-header -o "$work/all.pot" "$folder"
  cp "$catalogue.po" "$work/en.po"
  .venv/bin/pybabel -q update -i "$work/all.pot" -o "$work/en.po" -l en --no-fuzzy-matching --ignore-obsolete --omit-header --width 120
  # Babel would put the hour of each run into the header: the one that is there, up to its empty line, is kept instead.
  { sed '/^$/q' "$catalogue.po"; cat "$work/en.po"; } > "$work/whole.po"
  cp "$work/whole.po" "$catalogue.po"
  .venv/bin/pybabel -q compile -i "$catalogue.po" -o "$catalogue.mo" -l en
done
.venv/bin/python scripts/catalogues.py
