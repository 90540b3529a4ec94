# Routiq. `make` lists what there is; `make run` is the demo, `make test` the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
# One more than there are processors, since a test waits for the database for a good part of its time. A database that
# somebody named is one: two processes would clear it under each other's feet.
SIDE_BY_SIDE := $(if $(DATABASE_URL)$(DATABASE_URL_FILE),0,$(shell $(PYTHON) -c 'import os; print(os.cpu_count() + 1)'))

.DEFAULT_GOAL := help
.PHONY: help run test check fmt bench bench-robyn demo-reset crash chaos scenarios races fuzz-api journeys lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/run.done ## Bring up the demo at http://127.0.0.1:8000
	$(BIN)/routiq demo

test: $(VENV)/dev.done ## Set up what is needed and run the tests, on all processors
	$(PYTEST) -n $(SIDE_BY_SIDE) --dist loadfile --no-loadscope-reorder -m "not journey and not slow"

check: $(VENV)/dev.done ## Format, lint, types, floors, templates, migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy src/routiq/practices src/routiq/pms src/routiq/frontdesk src/routiq/robyn src/routiq/sync src/routiq/api src/routiq/disclosure src/pms_sandbox
	$(BIN)/djlint src/routiq --check --lint --quiet
	$(PYTEST) -q tests/practices/test_migrations.py

fmt: $(VENV)/dev.done ## Format the code and the templates
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/djlint src/routiq --reformat --quiet

crash: $(VENV)/dev.done ## Kill processes at every named point and look what is left
	$(PYTEST) -m crash

chaos: $(VENV)/dev.done ## Random sequences of edits, deliveries and deaths, 5,000 or CHAOS_SEQUENCES; CHAOS_SEED
	$(BIN)/python -m tests.chaos.side_by_side

races: $(VENV)/dev.done ## Random interleavings of everybody who books at once, 10,000 or RACES; RACES_SEED
	$(BIN)/python -m tests.races.side_by_side

fuzz-api: $(VENV)/dev.done ## Anything at all sent to every operation of the API, 300 requests each or FUZZ_EXAMPLES; FUZZ_SEED
	FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-300} $(PYTEST) -q tests/api/test_fuzz.py

scenarios: $(VENV)/dev.done ## Robyn's 60 scenarios four times each in other words, on both systems; SCENARIOS_SEED
	$(PYTEST) -q -m slow tests/scenarios

journeys: $(VENV)/journeys.done ## The browser journeys, in Debian's chromium
	$(PYTEST) -m journey tests/journeys

bench: $(VENV)/bench.done ## Print the numbers and write bench/results.json
	$(BIN)/python -m bench

bench-robyn: $(VENV)/dev.done ## How well Robyn understands, and how fast; ROUTIQ_DIALOGUES names a file of dialogues
	$(BIN)/python -m bench.robyn

demo-reset: $(VENV)/run.done ## Remove the demo's data
	$(BIN)/routiq demo --reset

lock: $(VENV)/dev.done ## Pin the newest versions that fit pyproject.toml
	$(BIN)/python requirements/lock.py

clean: ## Remove the environment and all data of demo and tests
	rm -rf $(VENV) .venv-bench var

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Routiq needs Python 3.11 or newer: name one with make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.done: requirements/run.txt pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt -r requirements/build.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.done: requirements/dev.txt pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/run.done

$(VENV)/journeys.done: $(VENV)/dev.done
	@command -v chromium >/dev/null || { echo "The journeys need Debian's chromium: apt-get install chromium"; exit 1; }
	@touch $@

$(VENV)/bench.done: requirements/bench.txt $(VENV)/dev.done
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@
