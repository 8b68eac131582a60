# Bare `make` lists what there is. `make check` is what CI runs.

PYTHON ?= python3
VENV ?= .venv
EDITABLE ?= -e
# One more than the processors of a small machine: tests wait for the kernel more than they compute.
PARALLEL ?= -n 3
BIN := $(VENV)/bin
READY := $(VENV)/ready
ROOT_ONLY := $(if $(filter 0,$(shell id -u)),test-as-user)

.DEFAULT_GOAL := help
.PHONY: help venv check format lint types imports test test-as-user guest bench pictures fix

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

venv: $(READY) ## install nslab and the tools that check it into .venv

# Debian 12's pip is older than dependency groups, hence the first line.
$(READY): pyproject.toml hatch_build.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install -q --group dev
	$(BIN)/python -m pip install -q $(EDITABLE) .
	touch $@

check: format lint types imports test ## all that must hold before a commit; as root also as an unprivileged user

format: $(READY) ## is the code formatted?
	$(BIN)/python -m ruff format --check .

lint: $(READY) ## what ruff finds
	$(BIN)/python -m ruff check .

types: $(READY) ## what mypy finds
	$(BIN)/python -m mypy

imports: $(READY) ## do imports point down?
	$(BIN)/lint-imports

test: $(READY) $(ROOT_ONLY) ## the tests, as whoever you are
	$(BIN)/python -P -m pytest $(PARALLEL)

test-as-user: $(READY) ## as root: the tests as an unprivileged user, in a copy that it can read
	VENV=$(VENV) tests/in_copy.sh user python -P -m pytest $(PARALLEL)

guest: $(READY) ## as root: what is tried in a guest with a stock 6.1 kernel and pure cgroup v2
	VENV=$(VENV) tests/in_copy.sh guest python -P -m pytest --guest tests/vm

bench: $(READY) ## how fast nslab is, beside bwrap, unshare, runc, and crun
	$(BIN)/python -m tests.bench

pictures: $(READY) ## make assets/*.png by playing the program; needs chromium, fonts-dejavu, and fonts-noto-cjk
	$(BIN)/python -m assets.pictures

fix: $(READY) ## format the code and mend what ruff can
	$(BIN)/python -m ruff format .
	$(BIN)/python -m ruff check --fix .
