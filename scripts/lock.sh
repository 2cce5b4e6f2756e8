#!/bin/sh
# Renew the lock files of pyproject.toml and of the Django sites in tests and bench: every platform, hashes, no registry's address.
set -eu

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT INT TERM
"${PYTHON:-python3}" -m venv "$tools"
"$tools/bin/python" -m pip install --quiet --disable-pip-version-check uv

compile() {
    "$tools/bin/uv" pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url "$@"
}

compile pyproject.toml --extra build --output-file requirements.lock
# The same versions as above wherever both name a package.
compile pyproject.toml --extra build --extra dev --constraint requirements.lock --output-file requirements-dev.lock
compile tests/peers/django/requirements.in --output-file tests/peers/django/requirements.lock
compile bench/peers/django/requirements.in --output-file bench/peers/django/requirements.lock
