# make demo and make test do all the set-up; they need Python 3.11 or later and make. Another Python beside
# it: make check PYTHON=python3.13 VENV=.venv-3.13

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo studio test check format clean

help:  ## Show the targets
	@sed -n 's/^\([a-z]*\):.*  ## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

demo: $(VENV)/.studio  ## Go the whole way once, on a real Label Studio; results in .demo/
	$(BIN)/miyar run-demo --output .demo

studio: $(VENV)/.studio  ## Keep a Label Studio open with the demo articles to label
	@mkdir -p .studio
	$(BIN)/miyar convert-articles corpus/articles --output .studio/tasks.json
	$(BIN)/miyar start-studio --data .studio --tasks .studio/tasks.json --project "miyar"

test: check browser $(VENV)/.studio  ## Everything: lint, types, all tests with a real server and a real browser
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "server or slow"

check: $(VENV)/.dev  ## Lint, types and the fast tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto -m "not server and not slow"

format: $(VENV)/.dev  ## Format the code
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

clean:  ## Remove what make has built; what people labelled (.demo, .studio) stays
	rm -rf $(VENV) .venv-* dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

# Without a Chromium on the machine Playwright's own is tried; without either, browser tests are skipped
# with the reason.
.PHONY: browser
browser: $(VENV)/.dev
	@command -v chromium >/dev/null || $(BIN)/playwright install chromium || true

$(VENV)/.studio: $(VENV)/.pip pyproject.toml
	$(PIP) install --editable '.[studio]'
	@touch $@

$(VENV)/.dev: $(VENV)/.pip pyproject.toml
	$(PIP) install --editable '.[dev]'
	@touch $@

# seqeval comes as a source archive only, which a pip of before 2023 cannot always build.
$(VENV)/.pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "miyar needs Python 3.11 or later: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --upgrade pip
	@touch $@
