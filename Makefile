# Every target sets up what it needs first: a virtual environment in .venv, and the CDK CLI in
# node_modules. Only git, make and Python 3.11 or newer with venv have to be on the machine.
# `make` alone lists the targets.

# The first of these that is new enough. Choose another with `make PYTHON=/path/to/python3 …`.
CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11 python
IS_NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
ifndef PYTHON
PYTHON := $(shell for candidate in $(CANDIDATES); do \
	if $$candidate -c '$(IS_NEW_ENOUGH)' 2>/dev/null; then echo $$candidate; break; fi; done)
endif

VENV_PYTHON := .venv/bin/python
# A clash with a variable of the machine's own shell must not change what the tools do.
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup demo local test test-faults bench lint format typecheck synth deploy approve reject rollback destroy bootstrap clean

help:  ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z-]+):.*## (.*)$$/  make \1@\2/' | tr '@' '\t'

setup:  ## Install what the other targets need (they do so by themselves)
	@if [ -z "$(PYTHON)" ] || ! "$(PYTHON)" -c '$(IS_NEW_ENOUGH)'; then \
		echo "Python 3.11 or newer is needed; found: $$(python3 --version 2>&1)." >&2; \
		echo "Install it, or name one: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; exit 1; fi
	@"$(PYTHON)" tools/set_up.py

demo: setup  ## Train, judge and deploy a model from real pictures, on this machine alone
	@$(VENV_PYTHON) -m tools.demo

local: setup  ## Run the local AWS with the stack deployed, until Ctrl-C
	@$(VENV_PYTHON) -m tools.local

test: setup  ## Lint, check types, run every test
	@$(VENV_PYTHON) -m tools.chromium
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m ruff format --check .
	$(VENV_PYTHON) -m mypy
	$(VENV_PYTHON) -m pytest -n 2 --dist worksteal

test-faults: setup  ## Every call made to fail, every state stopped, every permission removed (about an hour)
	$(VENV_PYTHON) -m pytest tests/workflows -n 2 --dist worksteal --all-faults -rP -k "matrix or coverage"

bench: setup  ## Measure how build_manifest takes up to 250,000 pictures (PICTURES=10000: only so many)
	@$(VENV_PYTHON) -m tools.bench $(PICTURES)

lint: setup  ## Check style and formatting
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m ruff format --check .

format: setup  ## Rewrite the code in the one format
	$(VENV_PYTHON) -m ruff check --fix .
	$(VENV_PYTHON) -m ruff format .

typecheck: setup  ## Check types
	$(VENV_PYTHON) -m mypy

synth: setup  ## Write the CloudFormation templates to cdk.out
	@$(VENV_PYTHON) -m tools.deploy synth

bootstrap: setup  ## Prepare an AWS account and Region for the CDK, once: ENV=dev
	@$(VENV_PYTHON) -m tools.deploy bootstrap "$(ENV)"

deploy: setup  ## Deploy to AWS: ENV=dev (YES=1: no questions; REVERT_DRIFT=1: undo changes made by hand)
	@$(VENV_PYTHON) -m tools.deploy deploy "$(ENV)"

approve: setup  ## Let the model that waits for a person go live: ENV=prod (VERSION=, COMMENT=)
	@$(VENV_PYTHON) -m tools.approval approve "$(ENV)"

reject: setup  ## Keep the model that waits for a person from going live: ENV=prod (VERSION=, COMMENT=)
	@$(VENV_PYTHON) -m tools.approval reject "$(ENV)"

rollback: setup  ## Make the model that was live before the live one again: ENV=dev (VERSION=, YES=1, UNTESTED=1)
	@$(VENV_PYTHON) -m tools.rollback "$(ENV)"

destroy: setup  ## Stop and delete the models, then the stack: ENV=dev (YES=1: no questions)
	@$(VENV_PYTHON) -m tools.destroy "$(ENV)"

clean:  ## Remove what the other targets made
	rm -rf .venv node_modules cdk.out .build .local .mypy_cache .ruff_cache .pytest_cache .hypothesis
