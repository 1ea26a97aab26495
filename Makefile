# Two commands: `make run` and `make test`, on a machine that has Python 3.11+ and make. The work is done by the programs called here.
VENV ?= .venv
export VENV PYTHON
export PYTHONDONTWRITEBYTECODE =
bin := $(VENV)/bin
web_sources := package.json package-lock.json .npmrc vite.config.ts tsconfig.json \
    $(shell find static/src static/build templates -type f 2>/dev/null)
compile := $(bin)/uv pip compile pyproject.toml --quiet --universal --generate-hashes --no-emit-index-url --no-header

.PHONY: run demo test lint format lock bench ci clean web

run: $(VENV)/.base web  ## everything on one machine: http://localhost:$COUNTERSIGN_PORT
	@COUNTERSIGN_STOP_WITH_PARENT=1 exec $(bin)/python -m config.embedded run

test: $(VENV)/.dev web  ## Python and TypeScript tests
	@.ci/test

lint: $(VENV)/.dev
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/lint-imports
	$(bin)/python .ci/size.py
	$(bin)/python .ci/lint_rules.py
	$(bin)/mypy .

format: $(VENV)/.dev
	$(bin)/ruff check --fix --exit-zero .
	$(bin)/ruff format .

lock: $(VENV)/.dev  ## after a change of dependencies in pyproject.toml
	$(compile) -o requirements/base.txt
	$(compile) --group dev -o requirements/dev.txt
	$(bin)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --group pyproject.toml:node -o requirements/node.txt

bench: $(VENV)/.dev web  ## the small sizes of all benchmarks
	$(bin)/python -m benchmarks

ci:
	.ci/run

clean:  ## everything that was made here, the demo's data too
	-@[ -x $(bin)/python ] && $(bin)/python -m config.embedded clean
	rm -rf $(VENV) node_modules static/built static/collected .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

web: static/built/manifest.json

$(VENV)/.base: requirements/base.txt
	@.ci/prepare base
	@touch $@

$(VENV)/.dev: requirements/dev.txt requirements/base.txt
	@.ci/prepare dev
	@touch $@ $(VENV)/.base

static/built/manifest.json: $(wildcard $(web_sources)) | $(VENV)/.base
	@if [ -f package.json ]; then .ci/prepare web && touch $@; fi
