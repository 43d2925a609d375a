# Every target sets up what it needs; all are safe to repeat.
RUN := .venv/bin/python -m

.DEFAULT_GOAL := help
.PHONY: help setup demo test check score bench dbt site docs lock clean

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' Makefile

setup: .venv/.ready ## make .venv from the lock (Python 3.11 or newer, venv)

.venv/.ready: requirements/lock.txt pyproject.toml scripts/setup.sh
	@PYTHON="$(PYTHON)" sh scripts/setup.sh

demo: .venv/.ready ## ingest a sample outlet on this machine, then query it
	@.venv/bin/wireroom demo

test: .venv/.ready ## run every test
	$(RUN) pytest -n auto --dist loadfile --no-loadscope-reorder --max-worker-restart 1

check: .venv/.ready ## lint and type-check
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy

score: .venv/.ready ## measure datelines, dates and bodies on ../shared/gold
	@$(RUN) bench.score

bench: .venv/.ready ## measure speed as ratios within one run
	@$(RUN) bench

dbt: .venv/.ready .venv-dbt/.ready ## run what we write for dbt with dbt itself
	PATH="$(CURDIR)/.venv-dbt/bin:$$PATH" $(RUN) pytest tests/warehouse/test_dbt_sources.py tests/test_docs.py -k dbt

.venv-dbt/.ready: .venv/.ready requirements/dbt.txt
	.venv/bin/python -m venv .venv-dbt
	.venv-dbt/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/dbt.txt
	@touch .venv-dbt/.ready

site: .venv/.ready ## build the documentation as a site, into site/
	@.venv/bin/mkdocs build --quiet --strict
	@echo "The documentation is in site/. Open $(CURDIR)/site/index.html in a browser."

docs: .venv/.ready ## write docs/warehouse.md from the comments in the warehouse, and draw the picture of the terminal
	@$(RUN) bench.handbook
	@$(RUN) scripts.picture

lock: ## write requirements/lock.txt anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --no-emit-index-url --no-emit-find-links --group dev -c requirements/constraints.txt pyproject.toml -o requirements/lock.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --no-emit-index-url --no-emit-find-links --no-strip-extras --group dbt -c requirements/constraints.txt -o requirements/dbt.txt

clean: ## remove what make made
	rm -rf .venv .venv-dbt site demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
