#!/bin/sh
# Bring the provider's design into the services. They import nothing of the provider, so they have copies of their own.
set -eu
cd "$(dirname "$0")/.."

cp idp/static/design/* clients/static/design/
for name in components icons pictures; do
  cp "idp/templates/design/$name.html" "clients/templates/design/$name.html"
done
