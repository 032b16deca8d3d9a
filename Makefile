# Set-up, service, tests. Everything runs in .venv; nothing but python3 with venv, make and the package registries is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check install --quiet --require-hashes

.PHONY: help setup setup-dev serve test coverage check bench soak lock audit release clean

help:
	@echo "make setup | serve | test | check | coverage | bench | soak | lock | audit | release"

setup: $(VENV)/.run

# The product: locked packages, this checkout, and the front-end's files.
$(VENV)/.run: requirements/build.lock requirements/run.lock requirements/node.lock pyproject.toml visualisations/assets/package-lock.json $(wildcard visualisations/assets/*.py) visualisations/outline.py visualisations/projection.py
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -r requirements/build.lock -r requirements/run.lock
	@command -v npm >/dev/null 2>&1 || $(PIP) -r requirements/node.lock
	$(BIN)/pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation -e .
	$(BIN)/python -m visualisations.assets.build
	@touch $@

setup-dev: $(VENV)/.dev

$(VENV)/.dev: $(VENV)/.run requirements/dev.lock
	$(PIP) -r requirements/dev.lock
	@touch $@

serve: setup
	$(BIN)/subsidia serve

# the tests of the data and its words, which `make check` runs; `make test CHECKED=1` leaves them out where it has just run
CHECKS := $(addprefix tests/test_,ontology.py shapes.py consistency.py competency.py documents.py)
# a file's tests stay in one process, since they share what they start; each process takes the next file when it is done
TOGETHER := -n logical --maxprocesses=4 --dist=loadfile

test: setup-dev
	@.ci/browser || test "$$CI" != true
	$(BIN)/python -m pytest -q --durations=20 $(TOGETHER) -m 'not timed and not soak' $(if $(CHECKED),$(addprefix --ignore=,$(CHECKS)))
	$(BIN)/python -m pytest -q --durations=10 -m 'timed and not soak'

# what the tests reach, counted in one process
coverage: setup-dev
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered -q

check: setup-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check --output-format concise .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q $(CHECKS)
	@BIN=$(BIN) .ci/casebook

bench: setup-dev
	$(BIN)/python -m tests.bench

soak: setup-dev
	$(BIN)/python -m pytest -q -m soak

lock: setup-dev
	$(BIN)/python -m tests.lock

# what is known against the locked packages; it needs a network, and fails with a line that says so where there is none
audit: setup-dev
	@test -x $(VENV)/audit/bin/python || $(PYTHON) -m venv $(VENV)/audit
	@$(VENV)/audit/bin/pip --disable-pip-version-check install --quiet --require-hashes -r requirements/audit.lock
	@$(BIN)/python -m tests.audit $(VENV)/audit/bin/pip-audit

# dist/ of what is committed: built twice, checked off line; it neither tags nor pushes
release: setup-dev
	@$(BIN)/python -m tests.release

clean:
	rm -rf $(VENV) build dist *.egg-info visualisations/static/vendor visualisations/assets/node_modules tests/comunica/node_modules
