# Two commands from the README: `make demo` and `make test`. Everything they need goes into .venv;
# a Java runtime (for the Spark tests), a browser and npm (for the suite's) and the venv module come from apt-get
# when missing and root.

PEOPLE ?= 20000
YEARS ?= 4
SEED ?= 1
SEEDS ?= 60
PORT ?= 8000
SERVE ?= 1
DEMO_HOME ?= demo
JOBS ?= auto
TESTS ?= tests
PYTHON ?= python3

VENV := .venv
BIN := $(VENV)/bin
# Bytecode is written once, on the first import of what is really used, not for every package at install.
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
# Every download is checked against the lock. What comes as source (Spark) is built with the setuptools of the lock.
INSTALL := $(PIP) install --quiet --no-compile --require-hashes --no-build-isolation

.PHONY: help demo test env test-env java browser check format bench docs lock clean

help:
	@echo "make demo    a made-up ICS, its linked dataset and the suite     PEOPLE=$(PEOPLE) SERVE=$(SERVE) PORT=$(PORT)"
	@echo "make test    every test                                          TESTS=$(TESTS) JOBS=$(JOBS)"
	@echo "make check   format, lint, types, import rules, SQL lint"
	@echo "make bench   time and memory of each stage; proof of evaluation  PEOPLE=$(PEOPLE) SEEDS=$(SEEDS)"
	@echo "make docs    write the generated reference pages"
	@echo "make lock    renew the pinned dependencies"

demo: env
	$(BIN)/openphm demo --people $(PEOPLE) --years $(YEARS) --seed $(SEED) --home $(DEMO_HOME) --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

test: test-env java browser
	$(BIN)/python -m pytest $(TESTS) -n $(JOBS) --maxprocesses 4 --max-worker-restart 0 --dist loadfile

env: $(VENV)/.stamp-run

test-env: $(VENV)/.stamp-test

$(VENV)/.stamp-venv:
	@sh .ci/make-venv "$(PYTHON)" "$(VENV)"
	@touch $@

$(VENV)/.stamp-run: $(VENV)/.stamp-venv requirements.lock pyproject.toml
	@echo "Installing what OpenPHM runs on (requirements.lock)"
	@$(INSTALL) -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.stamp-test: $(VENV)/.stamp-run requirements-test.lock
	@echo "Installing what the tests need (requirements-test.lock); Apache Spark is a download of 455 MB, once"
	@$(INSTALL) -r requirements-test.lock
	@touch $@

# Spark 4 runs on Java 17 or 21. Without Java and without the right to install it, the Spark tests skip and say so.
java:
	@sh .ci/find-java

# The suite is tested in a real browser. Without one, and without the right to install it, those tests skip and say so.
browser:
	@sh .ci/find-browser

check: test-env
	$(BIN)/ruff format --check src tests docs
	$(BIN)/ruff check src tests docs
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m openphm.store.lint src/openphm/dataset

format: test-env
	$(BIN)/ruff format src tests docs
	$(BIN)/ruff check --fix src tests docs

bench: env
	$(BIN)/python -m tests.bench --people $(PEOPLE) --seed $(SEED)
	$(BIN)/python -m tests.bench.evaluation --seeds $(SEEDS)

docs: env
	$(BIN)/python -m docs.generate
	$(BIN)/python -m tests.definitions.manual_pages docs/reference

# --universal: one lock for every Python from 3.11 on. --no-config and no index option: no address gets in.
LOCK := $(BIN)/uv pip compile --no-config --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet pyproject.toml
lock: $(VENV)/.stamp-venv
	@$(PIP) install --quiet 'uv>=0.8'
	$(LOCK) --extra build --extra web --output-file requirements.lock $(LOCK_FLAGS)
	$(LOCK) --extra build --extra test --constraint requirements.lock --output-file requirements-test.lock $(LOCK_FLAGS)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
