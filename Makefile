# Set-up and the everyday commands. Needs Python 3.11 or newer and make, nothing else.
#   make serve                     the chat in the browser, with a sample library on the first start
#   make test ARGS="-k reader"     the tests, or some of them
# Another interpreter: make serve PYTHON=python3.12

PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
DOCTESTS := tests/test_architecture.py tests/test_env_example.py tests/test_readme.py tests/test_setup.py

.DEFAULT_GOAL := help
.PHONY: help setup serve test check bench screenshots lock clean

help:
	@echo "make serve   open the chat on http://localhost:8501"
	@echo "make test    run every test"
	@echo "make check   lint, types, architecture and documentation"
	@echo "make bench   measure speed"
	@echo "make screenshots   make the README's pictures anew"
	@echo "make lock    resolve the versions in requirements.lock anew (ARGS=--upgrade takes newer ones)"
	@echo "make clean   remove the environment and caches; your library stays"

# The stamp is written last, so an interrupted set-up is done again. It holds the lock's hash, and the folder because
# an environment cannot be moved.
setup:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Vouch needs Python 3.11 or newer, but $(PYTHON) is $$($(PYTHON) --version 2>&1 | head -n 1)." >&2; \
	  echo "Name a newer one: make $(or $(firstword $(MAKECMDGOALS)),serve) PYTHON=python3.11" >&2; exit 1; }
	@wanted="$$($(PYTHON) -c 'import hashlib, os; print(hashlib.sha256(open("requirements.lock", "rb").read()).hexdigest(), os.getcwd())')"; \
	if [ "$$(cat $(VENV)/stamp 2>/dev/null)" = "$$wanted" ] && $(BIN)/python -c '' 2>/dev/null; then exit 0; fi; \
	set -e; \
	echo "Setting up $(VENV) from requirements.lock ($$(grep -c '==' requirements.lock) packages; one to three minutes) ..."; \
	rm -rf $(VENV); \
	$(PYTHON) -m venv $(VENV); \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	printf '%s\n' "$$wanted" > $(VENV)/stamp; \
	echo "Set-up is complete."

serve: setup
	@exec $(BIN)/vouch serve $(ARGS)

test: setup
	@$(BIN)/python -m pytest $(ARGS)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict
	$(BIN)/python -m pytest $(DOCTESTS)

bench: setup
	@$(BIN)/python -m eval.bench $(ARGS)

screenshots: setup
	@$(BIN)/python -m eval.bench.screens $(ARGS)

# uv resolves for every platform at once, which pip cannot; it lives in a throwaway environment.
lock:
	@set -e; folder="$$(mktemp -d)"; trap 'rm -rf "$$folder"' EXIT; \
	$(PYTHON) -m venv "$$folder"; \
	"$$folder/bin/python" -m pip install --quiet --disable-pip-version-check uv; \
	"$$folder/bin/uv" pip compile pyproject.toml --all-extras --group dev --universal --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --quiet --output-file requirements.lock $(ARGS); \
	echo "requirements.lock: $$(grep -c '==' requirements.lock) packages"

clean:
	@rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find rag eval ui tests -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Removed the environment and caches."
