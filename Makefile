# Every target sets up what it needs; all are safe to repeat.
RUN := .venv/bin/python -m

.DEFAULT_GOAL := help
.PHONY: help setup demo test check score bench docs lock clean

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' Makefile

setup: .venv/.ready ## make .venv from the lock (Python 3.11 or newer, venv)

.venv/.ready: requirements/lock.txt pyproject.toml scripts/setup.sh
	@PYTHON="$(PYTHON)" sh scripts/setup.sh

demo: .venv/.ready ## ingest a sample outlet on this machine, then query it
	@.venv/bin/wireroom demo

test: .venv/.ready ## run every test
	$(RUN) pytest -n auto

check: .venv/.ready ## lint and type-check
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy

score: .venv/.ready ## measure datelines, dates and bodies on ../shared/gold
	@$(RUN) bench.score

bench: .venv/.ready ## measure speed as ratios within one run
	@$(RUN) bench

docs: .venv/.ready ## write docs/warehouse.md from the comments in the warehouse
	@$(RUN) bench.handbook

lock: ## write requirements/lock.txt anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --no-emit-index-url --no-emit-find-links --group dev -c requirements/constraints.txt pyproject.toml -o requirements/lock.txt

clean: ## remove what make made
	rm -rf .venv demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
