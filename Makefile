# Everything a person types. `make demo` and `make test` need Python 3.11+ and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: help setup demo test check lint bench clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

setup: $(STAMP) ## a virtual environment with dampipe in it: .venv/bin/dampipe

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "dampipe needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@test -x $(VENV)/ascmhl/bin/python || $(BIN)/python -m venv $(VENV)/ascmhl
	$(VENV)/ascmhl/bin/python -m pip install --quiet --disable-pip-version-check 'ascmhl==1.2'
	@touch $@

demo: $(STAMP) ## make footage, process it, search it (FOOTAGE=/some/folder for your own, ONCE=1 to end by itself)
	@DAMPIPE_HOME="$(CURDIR)$(if $(FOOTAGE),/demo/own)" $(BIN)/dampipe demo $(if $(FOOTAGE),--footage '$(FOOTAGE)') $(if $(ONCE),--once)

test: $(STAMP) ## the whole suite
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 8

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test ## what CI runs: ruff, mypy, import-linter and the whole suite

bench: $(STAMP) ## the benchmarks of docs/benchmarks.md
	$(BIN)/python -m tests.bench

clean: ## remove the environment and the demo
	rm -rf $(VENV) demo
