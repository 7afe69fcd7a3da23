# Everything a person types. `make demo` and `make test` need Python 3.11+ and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Python compiles what is used when it is used: everything would be 90 MB.
PIP := $(BIN)/python -m pip install --disable-pip-version-check --no-compile

# The demo and the tests start hundreds of processes, which would each compile what they import.
export PYTHONDONTWRITEBYTECODE :=

# What each environment holds, beyond the one before it, and how many MB pip fetches for it; .ci/wheel.py measures
# the first one. Where pip has no CPU build of torch it takes a CUDA build of several GB.
BASE := $(VENV)/.base
BASE_MB := 200
SETUP := $(VENV)/.setup
SETUP_MB := 215
DEV := $(VENV)/.dev
DEV_MB := 220

IMPORTERS := $(VENV)/.importers
IMPORTERS_MB := 85

# Node.js checks and tests the page, and makes its vendored modules; nothing of it is needed to run dampipe.
PAGE := scripts/page
TOOLS := $(PAGE)/node_modules/.installed

.PHONY: help setup importers demo test check lint lint-page types vendor screenshots bench clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 13

setup: $(SETUP) ## a virtual environment with dampipe and torch in it, for every model: .venv/bin/dampipe

importers: $(IMPORTERS) ## osxphotos and icloudpd, each in an environment of its own: dampipe import photos, icloud

demo: $(BASE) ## make footage, process it, search it (FOOTAGE=/some/folder for your own, ONCE=1 to end by itself)
	@DAMPIPE_HOME="$(CURDIR)$(if $(FOOTAGE),/demo/own)" $(BIN)/dampipe demo $(if $(FOOTAGE),--footage '$(FOOTAGE)') $(if $(ONCE),--once)

test: $(DEV) $(TOOLS) ## the whole suite
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 8

lint: $(DEV) ## ruff, mypy and import-linter; and of the page, types and what was made for it
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory lint-page

lint-page: $(TOOLS) ## the page alone: its types, and whether the types of the API and the vendored modules are up to date
	cd $(PAGE) && node_modules/.bin/tsc -p .
	cd $(PAGE) && node types.mjs --check
	cd $(PAGE) && node vendor.mjs --check

check: lint test ## what CI runs: lint and the whole suite

types: $(TOOLS) ## the types of the API for the page, of docs/openapi.json
	cd $(PAGE) && node types.mjs

vendor: $(TOOLS) ## the modules of other projects that the page serves, in the versions of scripts/page/package.json
	cd $(PAGE) && node vendor.mjs

screenshots: $(DEV) ## a picture of each view, into docs/screenshots (VIEW=name: of one)
	$(BIN)/python -m tests.screenshots $(VIEW)

bench: $(DEV) ## the benchmarks of docs/benchmarks.md
	$(BIN)/python -m tests.bench

clean: ## remove the environment and the demo
	rm -rf $(VENV) demo $(PAGE)/node_modules

$(TOOLS): $(PAGE)/package-lock.json
	@command -v npm >/dev/null || \
	  { echo "The page is checked and tested with Node.js 20.19 or newer and npm: install them, and run this again. dampipe itself needs neither." >&2; exit 2; }
	@echo "Installing the page's tools into $(PAGE)/node_modules: npm fetches about 15 MB."
	cd $(PAGE) && npm ci --ignore-scripts --loglevel error
	@touch $@

$(BASE): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "dampipe needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing dampipe into $(VENV): pip fetches about $(BASE_MB) MB."
	$(PIP) --editable .
	@touch $@

$(SETUP): $(BASE)
	@echo "Installing torch and ascmhl into $(VENV): pip fetches about $(SETUP_MB) MB, or several GB where it finds CUDA builds only."
	$(PIP) --editable '.[torch]'
	@test -x $(VENV)/ascmhl/bin/python || $(BIN)/python -m venv $(VENV)/ascmhl
	$(VENV)/ascmhl/bin/python -m pip install --disable-pip-version-check 'ascmhl==1.2'
	@touch $@

$(IMPORTERS): $(BASE)
	@echo "Installing osxphotos and icloudpd into $(VENV): pip fetches about $(IMPORTERS_MB) MB."
	$(BIN)/dampipe import photos --install
	$(BIN)/dampipe import icloud --install
	@touch $@

$(DEV): $(SETUP) $(IMPORTERS)
	@echo "Installing the tools for development into $(VENV): pip fetches about $(DEV_MB) MB."
	$(PIP) --editable '.[dev]'
	@touch $@
