# Two commands do everything: `make run` and `make test`. Each sets up what it needs, and may be repeated.
# The first Python on the path that runs and is new enough (a version manager's shim may be on the path and not run).
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do $$p -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501

.PHONY: run test check bench screenshots clean
.DEFAULT_GOAL := run

$(VENV)/.product: requirements.txt pyproject.toml
	@$(or $(PYTHON),false) -c '$(NEW_ENOUGH)' || { echo "Lifecycle needs Python 3.11 or newer, and none is on the path. Install one, or say make PYTHON=/path/to/python3.11."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what Lifecycle needs (once)..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.tools: $(VENV)/.product requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

run: $(VENV)/.product
	@$(BIN)/lifecycle up --demo --port $(PORT)

test: $(VENV)/.tools
	@$(BIN)/python tests/browser/install.py
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not browser"
	@$(BIN)/python -m pytest -m browser tests/browser

check: $(VENV)/.tools
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/test_layers.py tests/test_figures.py

bench: $(VENV)/.tools
	@$(BIN)/python -m benchmarks

screenshots: $(VENV)/.tools
	@$(BIN)/python tests/browser/install.py
	@$(BIN)/python docs/screenshots.py

clean:
	rm -rf $(VENV)
