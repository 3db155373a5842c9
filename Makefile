# Two commands do everything on a fresh machine: `make demo` and `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
DEMO ?= demo-data
# Root has no browser sandbox; the demo's pages are our own.
export PYTHONUNBUFFERED := 1
# Every crawl is a process: compiled once, it starts in a sixth of the time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test faults bench lint types imports unit format lock clean

help: ## what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: ## set up, crawl the embedded house site, end with the dataset and its report
	@bash deploy/setup.sh run "$(PYTHON)"
	@rm -rf "$(DEMO)" "$(DEMO)-export"
	@$(BIN)/housecrawl demo --run "$(DEMO)"
	@mkdir -p "$(DEMO)-export"
	@$(BIN)/housecrawl export "$(DEMO)" "$(DEMO)-export/houses.feather"
	@$(BIN)/housecrawl status "$(DEMO)"
	@echo "report: file://$(CURDIR)/$(DEMO)/report.html"

test: ## set up, run every check and every test
	@bash deploy/setup.sh dev "$(PYTHON)"
	@$(MAKE) --no-print-directory lint types imports unit

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

imports:
	$(BIN)/lint-imports --no-cache

unit:
	$(BIN)/python -m pytest -n 3 --dist worksteal --reruns 1 -rR --durations=15 $(PYTEST)

faults: ## every fault in full: seeds, kills, soaks (hours)
	@bash deploy/setup.sh dev "$(PYTHON)"
	FAULTS=full $(BIN)/python -m pytest -m "full or not full" --timeout 7200 tests/faults tests/deploy tests/fleet tests/gate/test_shared.py tests/gate/test_starts.py tests/privacy tests/refresh $(PYTEST)

bench: ## every comparison with those others use, into docs/performance.md (ONLY=photos,plain)
	@bash deploy/setup.sh dev "$(PYTHON)"
	$(BIN)/python -m benchmarks.bench --only "$(ONLY)"

format: ## put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## resolve the dependencies anew, with hashes and without addresses
	@bash deploy/lock.sh

clean: ## remove what was set up and made
	rm -rf .venv "$(DEMO)" "$(DEMO)-export" build *.egg-info
