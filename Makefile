# Every command for developers; `make` lists them.
.DEFAULT_GOAL := help
BIN := .venv/bin
CASE ?= listener_per_request
SECONDS_EACH ?= 60

.PHONY: help setup demo kernels docs lint format types lock test test-all fuzz bench compare clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "%-10s %s\n", $$1, $$2 }'

setup: ## Create .venv with heapnb and the developer tools
	@.ci/setup

demo: ## Report on three snapshots of a leaking service (CASE=…); prints the path of the report
	@.ci/demo $(CASE)

docs: setup ## Build the site into build/docs; prints the path of its first page
	@$(BIN)/python -m sphinx -q -W --keep-going -E -c docs/site -d build/doctrees . build/docs
	@echo build/docs/index.html

lint: setup ## Check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

kernels: setup ## Compile the kernels, after a change to heapnb/kernels
	$(BIN)/python -m heapnb.kernels._build

lock: ## Write requirements/ci.txt anew: the newest versions that pyproject.toml allows (needs uv)
	uv pip compile --quiet pyproject.toml requirements/build.in --all-extras --python-version 3.11 \
		--universal --generate-hashes --no-annotate --no-header --upgrade \
		--output-file requirements/ci.txt

format: setup ## Format the code and apply automatic fixes
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: setup ## Check types
	$(BIN)/mypy

test: setup ## Run the fast tests
	$(BIN)/pytest -n 2

test-all: ## Run every check: style, types, all tests (installs Node and Chromium if they are missing)
	.ci/run

fuzz: setup ## Run damaged inputs against every reader (SECONDS_EACH=…)
	$(BIN)/python -m tests.fuzz.run --seconds $(SECONDS_EACH)

bench: setup ## Measure times and sizes on this machine
	$(BIN)/pytest -m benchmark tests/benchmarks

compare: setup ## Compare with other tools at 10 MB, 100 MB and 1.35 GB
	$(BIN)/python -m tests.benchmarks.compare

clean: ## Delete generated files
	rm -rf .venv build dist report.html .mypy_cache .pytest_cache .ruff_cache
