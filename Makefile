# Everything from a fresh clone, with nothing but Python 3.11+ and make:
#   make demo      build the demo company and answer the first question
#   make test      all tests
# Each target installs what it needs into .venv, once, from requirements.lock.

# The newest suitable Python on the PATH, unless PYTHON says otherwise.
PYTHON ?= $(shell for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	echo $$candidate; break; fi; done)

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_SPARK := $(VENV)/.installed-spark
INSTALLED_BENCHMARK := $(VENV)/.installed-benchmark

# Size and seed of the demo company: make demo SIZE=medium SEED=7
SIZE ?= small
SEED ?= 1
DEMO_HOME ?= demo

# The arguments of one test run, for example: make test TESTS="tests/landing -k excel"
TESTS ?=

.DEFAULT_GOAL := help
.PHONY: help install install-spark demo test test-fast test-slow test-spark kill-test mutations bench coverage check format dagster audit sbom lock clean

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

install: $(INSTALLED) ## Install into .venv (every other target does this by itself)

$(INSTALLED): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
		echo "No Python 3.11 or newer was found on the PATH; install one or run: make PYTHON=/path/to/python3.11" >&2; \
		exit 1; fi
	@echo "Installing into $(VENV) (once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(INSTALLED)

demo: $(INSTALLED) ## Build the demo company in ./demo and print who engages partners
	@$(BIN)/cosell --home $(DEMO_HOME) demo --size $(SIZE) --seed $(SEED)

# Marker of tests to leave out of `test` and `test-spark`, for example: make test LEFT_OUT=long
LEFT_OUT ?= nothing

test: $(INSTALLED) ## Run all tests, the fast ones first
	@$(BIN)/python -m pytest -m "not spark and not $(LEFT_OUT)" $(TESTS)

test-fast: $(INSTALLED) ## Run the tests that need no built demo company
	@$(BIN)/python -m pytest -m "not slow and not spark" $(TESTS)

test-slow: $(INSTALLED) ## Run the tests that need a built demo company
	@$(BIN)/python -m pytest -m "slow and not spark and not $(LEFT_OUT)" $(TESTS)

# Publications, closes and deliveries are killed KILLS times together, refreshes a tenth as often;
# readers read through ten refreshes. A line per kill goes to kills.log (an hour or two).
KILLS ?= 100

kill-test: $(INSTALLED) ## Kill everything at random moments: make kill-test KILLS=100 SEED=1
	@$(BIN)/python -m pytest -s tests/faults -k "kill or disk or readers" --kill-seed $(SEED) \
		--kills $$(( ($(KILLS) + 2) / 3 )) --refresh-kills $$(( ($(KILLS) + 9) / 10 )) \
		--whole-refreshes 10 --kill-log kills.log $(TESTS)

# The cluster's own packages are installed into the same environment, and only by these targets.
JAVA_IS_THERE = java -version 2>&1 | grep -Eq 'version "(1[7-9]|[2-9][0-9])'

install-spark: ## Install Spark and the lake's catalog too, where there is Java 17 (about 0.5 GB)
	@if $(JAVA_IS_THERE); then $(MAKE) --no-print-directory $(INSTALLED_SPARK); fi

test-spark: install-spark ## Run the tests on a real Spark cluster and a real lake (needs Java 17)
	@if $(JAVA_IS_THERE); then $(BIN)/python -m pytest -m "spark and not $(LEFT_OUT)" $(TESTS); else \
		echo "make test-spark: SKIPPED, NOTHING WAS TESTED ON SPARK: there is no Java 17 or newer on the PATH" \
			"(Debian: apt-get install openjdk-17-jre-headless)."; fi

$(INSTALLED_SPARK): requirements-spark.lock $(INSTALLED)
	@echo "Installing Spark into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements-spark.lock
	@touch $(INSTALLED_SPARK)

# How many rules are broken, and in which order they are chosen: make mutations SEED=7 COUNT=300
COUNT ?= 100
LANGUAGE ?= sql

mutations: $(INSTALLED) ## Break rules one place at a time and count what the tests notice
	@test -d $(DEMO_HOME)/releases || $(MAKE) --no-print-directory demo SEED=1
	@$(BIN)/python -m tests.mutations $(DEMO_HOME) --seed $(SEED) --count $(COUNT) --language $(LANGUAGE)

# quick: about a quarter of an hour on two quiet cores. full: the sizes of the goals, for hours; it
# needs the labelled sets beside the clone, a built demo and, for the second engine, Java 17.
BENCH ?= quick

bench: $(INSTALLED_BENCHMARK) ## Measure ours beside its peers, into benchmarks/RESULTS.md: make bench BENCH=full
	@if [ "$(BENCH)" = full ]; then $(MAKE) --no-print-directory install-spark; \
		test -d $(DEMO_HOME)/releases || $(MAKE) --no-print-directory demo; fi
	@$(BIN)/python -m benchmarks $(BENCH)

# The two packages that only benchmarks read, as the larger lock pins them; what they need is installed.
$(INSTALLED_BENCHMARK): requirements-spark.lock $(INSTALLED)
	@awk '/^[a-z]/ {is_peer = /^(splink|rapidfuzz)==/} is_peer' requirements-spark.lock > $(VENV)/benchmark.lock
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r $(VENV)/benchmark.lock
	@touch $(INSTALLED_BENCHMARK)

coverage: $(INSTALLED) ## Run all tests and show which lines of Python none of them runs
	@mkdir -p dbt_project/target/coverage
	@$(BIN)/python -m pytest --cov --cov-report=term-missing $(TESTS)

check: $(INSTALLED) ## Check format, style, types and SQL
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@mkdir -p dbt_project/target
	@COSELL_WAREHOUSE=dbt_project/target/lint.duckdb COSELL_LANDING=dbt_project/target/no_landing \
		$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar dbt_project
	@$(BIN)/python -m tests.portable_sql
	@$(BIN)/python -m tests.layering

format: $(INSTALLED) ## Rewrite Python in the project's format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

dagster: $(INSTALLED) ## Open the Dagster UI (COSELL_HOME; default ./data, else ./demo)
	@$(BIN)/cosell dagster

# What leaves the machine are names and versions of packages that anybody can install. Where there is no
# network to ask, this fails and says so: a package that was not asked for is none that is safe.
audit: $(INSTALLED) ## Ask which locked package has a known vulnerability (needs a network)
	@$(BIN)/pip-audit --strict --requirement requirements.lock --require-hashes --disable-pip \
		--progress-spinner off --timeout 15

sbom: $(INSTALLED) ## Write the bill of materials (CycloneDX) into dist/
	@$(BIN)/python -m orchestration.bill_of_materials requirements.lock dist/cosell.cdx.json
	@$(BIN)/python -m orchestration.bill_of_materials requirements-spark.lock dist/cosell-spark.cdx.json

lock: $(INSTALLED) ## Compile requirements.lock again from pyproject.toml
	@$(BIN)/python -m pip install --quiet uv
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet pyproject.toml --extra dev \
		--extra salesforce --extra slack --extra sftp --extra s3 --extra review --extra telemetry \
		--generate-hashes --no-emit-index-url --no-strip-extras --universal --python-version 3.11 \
		-o requirements.lock >/dev/null
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet pyproject.toml --extra dev \
		--extra salesforce --extra slack --extra sftp --extra s3 --extra review --extra telemetry --extra spark --extra spark-test --extra ducklake \
		--extra ducklake-test --extra kubernetes --extra benchmark \
		--generate-hashes --no-emit-index-url --no-strip-extras --universal --python-version 3.11 \
		--constraint requirements.lock -o requirements-spark.lock >/dev/null

clean: ## Remove .venv, the demo and everything that tools left behind (never ./data)
	rm -rf $(VENV) demo build dist cosell.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis \
		dbt_project/target dbt_project/logs logs screenshots
	find orchestration expectations tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
