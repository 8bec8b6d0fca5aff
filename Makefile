PYTHON ?= python3
# Anything here (make BROWSER=1 …) adds the browser extra.
BROWSER ?=

comma := ,
VENV := .venv
BIN := $(VENV)/bin
EXTRAS := test$(if $(BROWSER),$(comma)browser)
STAMP := $(VENV)/installed-$(EXTRAS)

.DEFAULT_GOAL := demo
.PHONY: demo test lint faults lab clean

demo: $(STAMP)
	@$(BIN)/testkey demo --out readiness-report.html

test: $(STAMP)
	$(BIN)/pytest --nbval-lax --nbval-current-env --nbval-cell-timeout 120 tests notebooks

lint: $(STAMP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

faults: $(STAMP)
	$(BIN)/python tests/fault_table.py

lab: $(STAMP)
	@$(BIN)/testkey lab

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist readiness-report.html screenshots
	find . -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "testkey_nb needs Python 3.11 or later; '$(PYTHON)' is not. Name one that is: make PYTHON=python3.12 …" >&2; \
	    exit 1; }
	@echo "Setting up $(VENV) with [$(EXTRAS)]: once, a few minutes …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[$(EXTRAS)]'
	@touch $@
