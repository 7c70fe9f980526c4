# The commands a newcomer needs: demo, test, lint, bench.

PORT ?= 8000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
export PYTHONPATH := site:.

.PHONY: demo test lint bench install pins

install: $(READY)

$(READY): requirements/dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements/dev.txt
	touch $(READY)

# The site with sample content: web server, worker, clock and the local Stripe, until Ctrl-C.
demo: $(READY)
	@exec env PORT=$(PORT) $(BIN)/python tools/demo.py

# DATABASE_URL=postgres://… picks the database. TESTS= narrows the run: make test TESTS=tests/lms
test: $(READY)
	$(BIN)/python -m pytest $(TESTS)

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/python manage.py makemigrations --check --dry-run

bench: $(READY)
	$(BIN)/python -m benchmarks $(ONLY)

# Pins anew from pyproject.toml.
pins: $(READY)
	$(BIN)/uv pip compile --quiet --no-header --no-emit-index-url --no-emit-find-links --output-file requirements/production.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --no-header --no-emit-index-url --no-emit-find-links --extra dev --output-file requirements/dev.txt pyproject.toml
