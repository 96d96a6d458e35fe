# The commands a newcomer types. `make` alone lists them.
ENV ?= dev
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help setup node rehearse test test-all lint types docs bench lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv with everything that is needed

# uv where it is there, plain venv and pip otherwise; both take exactly the locked versions.
$(READY): requirements.txt requirements-dev.txt pyproject.toml
	@echo "setting up .venv (about a minute the first time)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: $(PYTHON) is older than Python 3.11; try make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "error: $(PYTHON) has no venv module; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@if command -v uv >/dev/null 2>&1; then \
	  uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements-dev.txt && \
	  uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .; \
	else \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .; \
	fi
	@touch $@

node: $(READY) ## install Node.js into .venv, where the machine has none that is new enough
	@$(BIN)/python -c 'from scripts.node import find; find()' 2>/dev/null || \
	if command -v uv >/dev/null 2>&1; then \
	  uv pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements-node.txt; \
	else \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-node.txt; \
	fi

rehearse: $(READY) ## bring an environment up in an emulated AWS (ENV=dev)
	@$(BIN)/diceytech rehearse --env $(ENV)

test: $(READY) ## the tests that need no root: under five minutes
	@$(BIN)/python -m pytest -m "not slow" --numprocesses 2

test-all: $(READY) ## every test; what cannot run here is skipped with its reason
	@$(BIN)/python -m pytest --numprocesses 2

lint: $(READY) ## format and lint
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(READY) ## type check: nested AWS inputs are checked here only
	@$(BIN)/mypy

docs: $(READY) ## make the generated documents anew
	@$(BIN)/python -m scripts.generated

bench: $(READY) ## measure; prints a table
	@$(BIN)/python -m benchmarks $(WRITE)

lock: ## renew the locked versions (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --output-file requirements.txt pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --group dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --group pyproject.toml:node --output-file requirements-node.txt

clean: ## remove what make made
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
