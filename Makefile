# make demo        everything, running, with an invented school: http://localhost:8001
# make demo-fresh  the same, begun anew
# make test        every check and every test, browser journeys included
# make quick       rules, storage, pages, protocol, on one engine: for daily work
# make crashes     stop 200 workers, hang up 200 times, and look for processes that died
# make interop     log in with software that `make test` does not install: a Java CAS client, mod_shib, SimpleSAMLphp, crewjam/saml
# make lighthouse  scores of each public page by Lighthouse, which npm fetches
# make bench       measure the provider, beside its peers
# make shots       pictures of every page at four widths, light and dark, in three languages, on one sheet: shots/index.html
# make instructions  count the processor instructions of the hot requests
# make format      write the code as ruff wants it
# make lock        renew requirements.lock and requirements-dev.lock
# make clean       remove what can be made again, the demonstration's data included
#
# Needs Python 3.11 or newer; PYTHON=/path/to/python3 chooses the interpreter. Options: make demo DEMO="--port-base 9000"

.DEFAULT_GOAL := help
.PHONY: help demo demo-fresh test tests quick quick-tests crashes interop lighthouse check formatted linted typed layered bench instructions shots lock format clean
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory --no-builtin-rules
# Compiled modules are kept: else each process of a run, and there are hundreds, compiles the provider again.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
PYTHON_BIN := $(BIN)/python
SOURCES := idp keys clients bench tests scripts
DEMO ?=
PYTEST ?= -n 4 --dist loadscope
QUICK ?= tests/*/rules tests/keys tests/people tests/imports tests/letters tests/passwords tests/account tests/signin tests/factors tests/recovery tests/oidc tests/console tests/web tests/performance tests/test_structure.py tests/test_statements.py tests/test_lending.py
BENCH ?=
INSTRUCTIONS ?=
INTEROP ?=
LIGHTHOUSE ?=
SHOTS ?= shots

help:
	@sed -n '/^#/!q; s/^# //p' Makefile

.venv/runtime.stamp: requirements.lock pyproject.toml scripts/environment.sh scripts/interpreter.sh
	@sh scripts/environment.sh requirements.lock
	@touch $@

.venv/development.stamp: requirements-dev.lock pyproject.toml scripts/environment.sh scripts/interpreter.sh
	@sh scripts/environment.sh requirements-dev.lock
	@touch .venv/runtime.stamp $@

demo: .venv/runtime.stamp
	@$(PYTHON_BIN) -m idp.cli demo --stop-with-parent $(DEMO)

demo-fresh: .venv/runtime.stamp
	@$(PYTHON_BIN) -m idp.cli demo --stop-with-parent --fresh $(DEMO)

# The checks run beside the tests: where one fails, make says so at once and fails when the tests have ended.
test: .venv/development.stamp
	@$(MAKE) -j check tests

tests: .venv/development.stamp
	MAKEFLAGS= $(PYTHON_BIN) -m pytest $(PYTEST) --statements-on-both --plans

quick: .venv/development.stamp
	@$(MAKE) -j check quick-tests

# No test that waits is among these: the fourth process is for them (tests/distribution.py).
quick-tests: PYTEST = -n 3 --dist loadscope
quick-tests: .venv/development.stamp
	MAKEFLAGS= $(PYTHON_BIN) -m pytest $(PYTEST) --engines=sqlite -m "not slow" $(QUICK)

check: formatted linted typed layered

formatted: .venv/development.stamp
	$(BIN)/ruff format --check $(wildcard $(SOURCES))

linted: .venv/development.stamp
	$(BIN)/ruff check $(wildcard $(SOURCES))

typed: .venv/development.stamp
	$(BIN)/mypy

layered: .venv/development.stamp
	$(BIN)/lint-imports

crashes: .venv/development.stamp
	CRASH_STOPS=200 $(PYTHON_BIN) -m pytest -n 0 --timeout=1800 tests/operations/test_crashes.py

interop: .venv/development.stamp
	MAKEFLAGS= $(PYTHON_BIN) -m pytest -n 0 --engines=sqlite $(INTEROP) tests/interop

lighthouse: .venv/development.stamp
	MAKEFLAGS= $(PYTHON_BIN) -m pytest -n 0 --engines=sqlite -s $(LIGHTHOUSE) tests/lighthouse

bench: .venv/development.stamp
	$(PYTHON_BIN) -m bench $(BENCH)

shots: .venv/development.stamp
	rm -rf $(SHOTS)
	MAKEFLAGS= SCREENSHOTS=$(SHOTS) $(PYTHON_BIN) -m pytest $(PYTEST) --engines=sqlite -q tests/browser
	$(PYTHON_BIN) scripts/contact_sheet.py $(SHOTS)

instructions: .venv/development.stamp
	$(PYTHON_BIN) -m bench.instructions $(INSTRUCTIONS)

format: .venv/development.stamp
	$(BIN)/ruff format $(wildcard $(SOURCES))
	$(BIN)/ruff check --fix $(wildcard $(SOURCES))

lock:
	@sh scripts/lock.sh

clean:
	rm -rf .venv .demo build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
