# The verbs of this project. `make demo` is all a newcomer needs.
.DEFAULT_GOAL := help
.PHONY: help setup setup-tests demo test unit check bench fmt docs schemas bless web clean
export LC_ALL := C.UTF-8
export PATH := $(CURDIR)/.venv/bin:$(PATH)
PORT ?= 8800
PY := .venv/bin/python

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/\1\t\2/' | expand -t 12

setup: ## install what is missing (system packages, Python, Node.js), build the page
	@.ci/setup

setup-tests:
	@.ci/setup --tests

demo: setup ## the demonstration plant, live on http://127.0.0.1:$(PORT); Ctrl-C stops all
	@exec .venv/bin/twin up --demo --port $(PORT)

test: setup-tests ## every test, against real PostGIS, a real broker and a real browser
	@cd web && npm run --silent test
	@$(PY) -m pytest -n 2 --dist loadgroup

unit: setup ## the pure tests only
	@$(PY) -m pytest -q -n 2 -m "not servers and not browser"

check: setup ## format, lint, types, house contracts, generated files, sizes
	@.venv/bin/ruff format --check --quiet . || { echo "make fmt would change files"; exit 1; }
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --config pyproject.toml
	@.venv/bin/twin schemas --check
	@$(PY) -m pytest -q tests/test_house.py
	@cd web && npm run --silent check

bench: setup-tests ## every benchmark: one table, and var/bench.json
	@$(PY) -m tests.bench

fmt: setup ## format everything
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix-only --quiet .
	@cd web && npm run --silent fmt

docs: schemas ## pictures and generated documents
	@.venv/bin/twin render data/demo-plant -o docs/images/plant-render.png

schemas: setup ## docs/openapi.json, docs/asyncapi.json, web/src/api/types.gen.ts
	@.venv/bin/twin schemas

bless: setup ## accept the golden effects as they are now (review the diff as code)
	@$(PY) -m tests.golden.bless

web: setup ## build the page

clean: ## remove what the twin keeps on this machine (var), not the tools
	@rm -rf var
