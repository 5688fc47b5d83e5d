# Every target sets up what it needs: a virtual environment in .venv, filled from requirements.lock (versions and hashes).
# All that is assumed is make and Python 3.11+ with venv and pip; the network is used by pip alone.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SOURCES := service detectors config load tests .ci/link.py
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

.DEFAULT_GOAL := help
.PHONY: help setup demo run test lint bench bench-peers eval clean
.DELETE_ON_ERROR:

help: ## Show this help
	@echo "usage: make TARGET"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r target text; do printf '%-14s %s\n' "$$target" "$$text"; done

setup: $(READY) ## Create .venv from the lock file, when it isn't there or is out of date

$(READY): requirements.lock pyproject.toml .ci/link.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Scrubjay needs Python 3.11 or newer, and '$(PYTHON)' is not; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "setting up $(VENV) from requirements.lock"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "'$(PYTHON)' can't create virtual environments (is its venv package installed?)" >&2; exit 1; }
	@$(PIP) install --quiet --require-hashes --requirement requirements.lock
	@$(BIN)/python .ci/link.py
	@touch $@

demo: $(READY) ## Run an instrumented chat application and a log file through the service; show before and after
	@$(BIN)/python -m load.demo $(ARGS)

run: $(READY) ## Serve on 127.0.0.1:4318, or as CONFIG=file says
	@$(BIN)/scrubjay serve $(if $(CONFIG),--config "$(CONFIG)") $(ARGS)

test: lint ## All checks: lint, types, import contracts, tests
	$(BIN)/python -m pytest -n 2 -q -rs tests $(ARGS)

lint: $(READY) ## Lint, formatting, types and import contracts
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy $(SOURCES)
	$(BIN)/lint-imports

bench: $(READY) ## Speed of the engine by format, beside the yardstick: make bench ARGS="--plot speed.svg"
	@$(BIN)/python -m load.bench $(ARGS)

bench-peers: $(READY) ## Speed beside what users would take instead; needs Go and Rust for most of them
	@$(BIN)/python -m load.peers $(ARGS)

eval: $(READY) ## Recall and false positives on labelled cases: make eval CORPORA=folder
	@test -n "$(CORPORA)" || { echo "which cases? make eval CORPORA=folder" >&2; exit 2; }
	@$(BIN)/python -m load.evaluate "$(CORPORA)" $(ARGS)

clean: ## Remove .venv and everything generated
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist *.egg-info
