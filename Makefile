# What people type. Every target sets itself up in $(VENV) on first use, and again when
# requirements.lock or pyproject.toml changed; nothing outside this folder is touched.

PYTHON ?= python3
VENV   ?= .venv
ARGS   ?=
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PIP    := $(BIN)/python -m pip --disable-pip-version-check --no-input

.DEFAULT_GOAL := help
.PHONY: help demo run test check format bench eval drills fuzz sbom lock clean
.DELETE_ON_ERROR:

help:  ## this list
	@echo 'make TARGET [ARGS="..."] [PYTHON=python3.12] [VENV=.venv]'
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo 'All other commands: $(BIN)/tracker --help'

demo: $(READY)  ## everything on a bundled archive, without a network; ARGS=--once ends without the viewer
	@$(BIN)/tracker demo $(ARGS)

run: $(READY)  ## the same on the live sources of sources.toml, until Ctrl-C
	@$(BIN)/tracker run $(ARGS)

# Each worker reads all tests, which takes 18 s without the compiled ones of an earlier run and 5 s with them.
test: $(READY)  ## the tests; ARGS="tests/unit -k redline" for some of them
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 3 --dist worksteal $(ARGS)

check: $(READY)  ## lint, formatting, types, import layers, secrets, known vulnerabilities of dependencies
	@wrong=0; $(BIN)/ruff check . || wrong=1; $(BIN)/ruff format --check . || wrong=1; \
	  $(BIN)/mypy || wrong=1; $(BIN)/lint-imports --no-logo || wrong=1; \
	  $(BIN)/python -m bench.supply secrets || wrong=1; $(BIN)/python -m bench.supply advisories || wrong=1; exit $$wrong

format: $(READY)  ## format the source as `make check` requires
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(READY)  ## comparisons with other tools, written to docs/benchmarks.md; ARGS=watch_pages for one of them
	@$(BIN)/python -m bench $(ARGS)

eval: $(READY)  ## how well topics, levels, directions and facts are found on labeled documents; ARGS=--noise adds all recorded ones
	@wrong=0; $(BIN)/python -m bench.eval_judgement --write $(ARGS) || wrong=1; \
	  $(BIN)/python -m bench.eval_rewordings --write $(ARGS) || wrong=1; \
	  $(BIN)/python -m bench.eval_slots --write $(ARGS) || wrong=1; \
	  $(BIN)/python -m bench.eval_likeness --write $(ARGS) || wrong=1; \
	  $(BIN)/python -m bench.eval_joins --write $(ARGS) || wrong=1; \
	  $(BIN)/python -m bench.eval_dates || wrong=1; \
	  $(BIN)/python -m bench.eval_effective_days || wrong=1; \
	  $(BIN)/python -m bench.eval_instructions --write || wrong=1; \
	  $(BIN)/python -m bench.eval_effects --write || wrong=1; \
	  $(BIN)/python -m bench.eval_duty --write || wrong=1; \
	  $(BIN)/python -m bench.eval_hts --write || wrong=1; exit $$wrong

drills: $(READY)  ## real-life failures, simulated and counted, written to docs/reliability.md; ARGS="--only month"
	@$(BIN)/python -m bench.drills --write $(ARGS)

sbom: $(READY)  ## bill of materials of a running tracker, as CycloneDX, in build/sbom.json
	@$(BIN)/python -m bench.supply sbom build/sbom.json

fuzz: $(READY)  ## malicious inputs for every parser; ARGS="--minutes 60", ARGS="pdf page"
	@nice $(BIN)/python -m fuzz $(ARGS)

lock: $(READY)  ## requirements.lock from pyproject.toml; ARGS=--upgrade takes newer versions
	@$(PIP) install -qq uv
	@UV_CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/python -m uv pip compile --quiet --universal \
	  --generate-hashes --all-extras $(ARGS) pyproject.toml -o requirements.lock
	@! grep -nE '^ *-|://' requirements.lock | grep -v -- '--hash=sha256:' \
	  || { echo 'requirements.lock names an index address or a machine path: see above' >&2; exit 1; }

clean:  ## removes the virtual environment and caches; never state/
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Python is looked at first, so that what is missing is said in one line and not in pip's forty.
$(READY): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { \
	  echo '$(PYTHON) is not installed: install Python 3.11 or later (Debian, Ubuntu: apt install python3-venv), or name one with make PYTHON=...' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$$($(PYTHON) --version) is too old: Python 3.11 or later is needed; name one with make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo '$(PYTHON) cannot make virtual environments: install its venv package (Debian, Ubuntu: apt install python3-venv)' >&2; exit 1; }
	@echo 'Setting up $(VENV) (first use, or the dependencies changed): a minute or so ...' >&2
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install -qq --require-hashes -r requirements.lock
	@$(PIP) install -qq --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q tracker
	@touch $@
