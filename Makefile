# Two commands do everything: `make run` and `make test`. The environment is .venv inside the clone.
SHELL := /bin/sh
.DEFAULT_GOAL := help
BIN := .venv/bin
PORT ?= 8000
export PORT
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# the first of these that is Python 3.11 or later
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
WORKERS ?= 2

.PHONY: help run test test-long check fidelity bench clean lock messages browser programs
help:
	@echo "make run        install, migrate, load the sample chain, serve at http://127.0.0.1:$(PORT)"
	@echo "make test       install, run all tests (about 20 minutes)"
	@echo "make test-long  full anonymity attack, all faults, soak, fuzz (at most 120 minutes)"
	@echo "make check      lint, types, import contracts, templates, translations, migrations"
	@echo "make fidelity  how much of other programs' questionnaires comes in"
	@echo "make bench      print the figures of docs/benchmarks.md"
	@echo "make clean      remove the environment, caches and the local installation's caches (not its data)"

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed and was not found; install it and try again" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "could not make .venv; on Debian: apt install python3-venv" >&2; exit 1; }

.venv/.run: requirements.lock | $(BIN)/python
	@echo "installing ..."
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements.lock
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.run
	@echo "installing what the tests need ..."
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements-dev.lock
	@touch $@

# SAMPLE=no starts with an empty installation
run: .venv/.run
	@$(BIN)/flask install >/dev/null 2>&1 || $(BIN)/flask db upgrade >/dev/null 2>&1 || $(BIN)/flask install >/dev/null
	@$(BIN)/flask db upgrade >/dev/null 2>&1 || $(BIN)/flask db upgrade
	@test "$(SAMPLE)" = no || $(BIN)/flask demo --if-empty
	@exec $(BIN)/flask serve

# Chromium and Chinese fonts come from the system; where they may not be installed the browser tests say so and are skipped
browser:
	@if ! command -v chromium >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1; then \
	  sudo=""; [ "$$(id -u)" = 0 ] || sudo="sudo -n"; \
	  { $$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk; } >/dev/null 2>&1 \
	  || echo "LOUD: could not install chromium and fonts-noto-cjk; browser tests will be skipped" >&2; fi

# the programs that people open our files with; where they may not be installed their tests say so and are skipped
programs:
	@if ! { command -v pspp && command -v Rscript && command -v soffice; } >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1; then \
	  sudo=""; [ "$$(id -u)" = 0 ] || sudo="sudo -n"; \
	  { $$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	    pspp r-base-core r-cran-haven libreoffice-calc libreoffice-writer; } >/dev/null 2>&1 \
	  || echo "LOUD: could not install pspp, r-cran-haven and libreoffice; tests of files in them will be skipped" >&2; fi

test: .venv/.dev browser
	@$(BIN)/pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder -m "not long"

test-long: .venv/.dev browser programs
	@$(BIN)/pytest -m "long or anonymity or faults" --full

check: .venv/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/djlint --lint --quiet survey_app/templates
	@$(BIN)/pytest -q tests/house

# how much of other programs' questionnaires comes in
fidelity: .venv/.dev
	@$(BIN)/python -m tests.fidelity

bench: .venv/.dev
	@for b in tests/benchmarks/bench_*.py; do echo "== $$b"; $(BIN)/python $$b || exit 1; done

lock: | $(BIN)/python
	@$(BIN)/python -m pip install -q uv
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-annotate --no-header pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-annotate --no-header --all-extras pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache test-artifacts
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
