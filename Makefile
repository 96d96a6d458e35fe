# The commands a newcomer types. `make` alone lists them.
ENV ?= dev
ENGINE ?= in-process
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
BACKEND := examples/diceytech/backend
FRONTEND := examples/diceytech/frontend
SITE := $(FRONTEND)/build/index.html
BACKEND_READY := $(BACKEND)/.venv/.ready
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/diceytech-platform

.DEFAULT_GOAL := help
.PHONY: help setup backend node rehearse demo live engine test test-all test-browser test-machine matrix faults lint workflows types docs bench bench-website screenshots versitygw peers lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

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
	@$(BIN)/python -c 'from scripts.package.node import find; find()' 2>/dev/null || \
	if command -v uv >/dev/null 2>&1; then \
	  uv pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements-node.txt; \
	else \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-node.txt; \
	fi

backend: $(BACKEND_READY) ## make the reference backend's own environment, with a PostgreSQL and an S3 emulator

# The product's libraries stay out of the toolkit's: it is what a user replaces.
$(BACKEND_READY): $(BACKEND)/requirements-dev.txt $(READY)
	@echo "setting up $(BACKEND)/.venv (about half a minute the first time)"
	@$(PYTHON) -m venv $(BACKEND)/.venv
	@if command -v uv >/dev/null 2>&1; then \
	  uv pip sync --quiet --python $(BACKEND)/.venv/bin/python --require-hashes $<; \
	else \
	  $(BACKEND)/.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<; \
	fi
	@touch $@

# Written by `diceytech package website`, which needs Node.js.
$(SITE): $(shell find $(FRONTEND) -path $(FRONTEND)/node_modules -prune -o -path $(FRONTEND)/build -prune -o -path $(FRONTEND)/source-maps -prune -o -type f -print 2>/dev/null)
	@$(MAKE) --no-print-directory node
	@$(BIN)/diceytech package website

live: $(BACKEND_READY) $(SITE) ## an environment in a local AWS, its site in your browser (ENV=dev)
	@$(BIN)/diceytech live --env $(ENV)

demo: $(BACKEND_READY) $(SITE) ## run the reference product on this machine: API, worker and site
	@$(BIN)/diceytech demo

rehearse: $(READY) ## bring an environment up in an emulated AWS (ENV=dev; ENGINE=pulumi for the real engine)
	@$(BIN)/diceytech rehearse --env $(ENV) --engine $(ENGINE)

engine: $(READY) ## get the Pulumi CLI: what is on PATH, else its installer, else a build with Go (4 minutes)
	@$(BIN)/python -m scripts.engine.program

# A file's tests stay together: what one of them has brought up serves the others. In their own order: by the number of
# their tests the longest files, a few kills of the engine each, would come last and leave one core idle.
IN_PARALLEL := --numprocesses 2 --dist loadfile --no-loadscope-reorder

test: $(READY) $(BACKEND_READY) ## the tests that need neither root nor a browser: a little over four minutes on two cores
	@$(BIN)/python -m pytest -m "not slow" $(IN_PARALLEL)
	@cd $(BACKEND) && .venv/bin/python -m pytest -m "not slow"

test-all: test test-browser ## every test but those of test-machine: those of `make test`, the browser's, and the slow ones
	@$(BIN)/python -m pytest -m "slow and not machine" $(IN_PARALLEL) --ignore tests/browser
	@cd $(BACKEND) && .venv/bin/python -m pytest -m slow

# A process of its own: the browser's driver keeps an event loop running, which Pulumi's would meet.
test-browser: $(READY) $(BACKEND_READY) $(SITE) ## the reference product in a browser, by itself and behind the local edge
	@$(BIN)/python -m pytest tests/browser

# By themselves: a load beside other tests would wait for them.
test-machine: $(READY) ## the release program on this computer and on servers booted here, part of the release matrix (needs root)
	@$(BIN)/python -m pytest -m machine tests/server tests/machine

matrix: $(READY) ## the whole release matrix under load; writes docs/releases.md (about an hour; needs root); SEED=1 MINUTES=8: a part
	@$(BIN)/python -m tests.machine.matrix $(if $(SEED),--seed $(SEED) --minutes $(or $(MINUTES),8),--write)

faults: $(READY) ## kill -9 around the create of every resource type; writes docs/faults.md (an hour)
	@$(BIN)/python -m tests.engine.kills --write

lint: $(READY) ## format and lint
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

# The linter of workflows, built once into the user's cache from the version that tools/actionlint pins.
ACTIONLINT := $(CACHE)/actionlint-$(shell awk '$$1 == "github.com/rhysd/actionlint" {print $$2}' tools/actionlint/go.mod)/actionlint

$(ACTIONLINT):
	@command -v go >/dev/null 2>&1 || { echo "error: Go is not installed; on Debian and Ubuntu: apt-get install golang" >&2; exit 1; }
	@mkdir -p $(dir $@)
	@cd tools/actionlint && nice go build -trimpath -ldflags "-s -w" -o $@ github.com/rhysd/actionlint/cmd/actionlint

workflows: $(READY) $(ACTIONLINT) ## lint .github/workflows/: actionlint and zizmor, offline (needs Go once)
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(ACTIONLINT) -color
	@$(BIN)/zizmor --quiet --offline --no-progress --min-severity low .github/workflows

types: $(READY) $(BACKEND_READY) ## type check: nested AWS inputs are checked here only
	@$(BIN)/mypy
	@cd $(BACKEND) && DATABASE_URL=postgresql:///none SECRET_KEY=none .venv/bin/mypy

screenshots: $(READY) $(BACKEND_READY) node ## pictures of the website for docs/screenshots (needs chromium)
	@DICEYTECH_SCREENSHOTS=docs/screenshots $(BIN)/python -m pytest tests/browser/test_screenshots.py tests/browser/test_change_page.py tests/browser/test_live.py

docs: $(READY) ## make the generated documents anew
	@$(BIN)/python -m scripts.docs.generated

bench-website: $(READY) versitygw peers ## our website deploys beside rclone, s5cmd and aws; ten minutes on an idle machine
	@$(BIN)/python -m benchmarks.website $(WRITE)

# A real S3 server for tests and benchmarks, built once into the user's cache from the version that tools/versitygw pins.
VERSITYGW := $(CACHE)/versitygw-$(shell awk '$$1 == "github.com/versity/versitygw" {print $$2}' tools/versitygw/go.mod)/versitygw

versitygw: $(VERSITYGW) ## build the S3 server that the website's tests run against (needs Go; 2 to 6 minutes once)

$(VERSITYGW):
	@command -v go >/dev/null 2>&1 || { echo "error: Go is not installed; on Debian and Ubuntu: apt-get install golang" >&2; exit 1; }
	@echo "building versitygw into $(dir $@)"
	@mkdir -p $(dir $@)
	@cd tools/versitygw && nice go build -trimpath -ldflags "-s -w" -o $@ github.com/versity/versitygw/cmd/versitygw

PEERS := $(CACHE)/peers-$(shell cksum benchmarks/peers.txt | cut -d ' ' -f 1)

peers: $(PEERS)/.ready ## install the sync tools that the website's benchmark and the guide's test run

$(PEERS)/.ready: benchmarks/peers.txt
	@$(PYTHON) -m venv $(PEERS) && $(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement benchmarks/peers.txt
	@touch $@

bench: $(READY) $(BACKEND_READY) ## measure; prints a table
	@$(BIN)/python -m benchmarks $(WRITE) $(PARTS)

lock: ## renew the locked versions (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --output-file requirements.txt pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --group dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --group pyproject.toml:node --output-file requirements-node.txt
	cd $(BACKEND) && uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --output-file requirements.txt requirements.in
	cd $(BACKEND) && uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --constraint requirements.txt --output-file requirements-dev.txt requirements.in requirements-dev.in

clean: ## remove what make made
	rm -rf .venv $(BACKEND)/.venv .demo .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
