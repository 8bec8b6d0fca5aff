PYTHON ?= python3
# Anything here (make BROWSER=1 …) adds the browser extra.
BROWSER ?=
# Anything here (make LITELLM=1 …) tests with a real LiteLLM proxy, from an environment of its own: its pins fight ours.
LITELLM ?=
LITELLM_VERSION := 1.108.7
# Outside the checkout, so that the next one finds it; it is large.
LITELLM_ENV := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/testkey_nb/litellm-$(LITELLM_VERSION)
# Anything here (make INSTALL=1 …) tests that pip installs the wheel with all that it depends on, from the index it knows.
INSTALL ?=

# Tests at a time; many of them mostly wait.
WORKERS ?= logical

comma := ,
VENV := .venv
BIN := $(VENV)/bin
EXTRAS := test$(if $(BROWSER),$(comma)browser)
STAMP := $(VENV)/installed-$(EXTRAS)

# The lowest versions that pyproject.toml allows, and the tests in which they matter.
LOWEST := $(VENV)/lowest
LOWEST_TESTS := actions catalogue cli frames http jupyter_server kernel_comms kernel_retention launch network panels \
    places plots report sandbox
AUDIT := $(VENV)/audit
PIP_AUDIT := pip-audit>=2.10,<3

.DEFAULT_GOAL := demo
.PHONY: demo setup litellm test lowest lint audit faults bench bench-quick lab clean

demo: $(STAMP)
	@$(BIN)/testkey demo --out readiness-report.html

# make -j4 setup $(LOWEST)/installed $(AUDIT)/installed makes all environments at once.
setup: $(STAMP) $(if $(LITELLM),litellm)

# A file's tests stay in one process, which shares its runs and kernels; the browser's, which mostly wait, come first.
test: setup
	$(BIN)/pytest -n $(WORKERS) --maxprocesses 4 --dist loadfile --no-loadscope-reorder \
	    --nbval-lax --nbval-current-env --nbval-cell-timeout 120 tests notebooks

test: export TESTKEY_INSTALL = $(INSTALL)

ifneq ($(LITELLM),)
test: export TESTKEY_LITELLM = $(shell test -e '$(LITELLM_ENV)/installed' && echo '$(LITELLM_ENV)/bin/litellm')
endif

litellm:
	@test -e '$(LITELLM_ENV)/installed' || { \
	    echo "Setting up LiteLLM $(LITELLM_VERSION) in $(LITELLM_ENV): once, a minute and 0.8 GB …"; \
	    rm -rf '$(LITELLM_ENV)' && $(PYTHON) -m venv '$(LITELLM_ENV)' && \
	    '$(LITELLM_ENV)/bin/python' -m pip install --quiet --disable-pip-version-check \
	        'litellm[proxy]==$(LITELLM_VERSION)' prisma && touch '$(LITELLM_ENV)/installed'; \
	} || echo "LiteLLM cannot be installed here: its tests say that they are skipped." >&2

lowest: $(LOWEST)/installed
	$(LOWEST)/bin/python -m pytest -q -n logical --maxprocesses 4 --dist loadfile $(LOWEST_TESTS:%=tests/test_%.py)

audit: $(STAMP) $(AUDIT)/installed
	$(AUDIT)/bin/python .ci/audit.py $(AUDIT)/bin/pip-audit $(VENV)/lib/python3.*/site-packages

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

$(LOWEST)/installed: pyproject.toml .ci/lowest.py
	@echo "Setting up $(LOWEST) with the lowest versions that pyproject.toml allows …"
	@$(PYTHON) -m venv --clear $(LOWEST)
	@$(PYTHON) .ci/lowest.py > $(LOWEST)/pins.txt
	@$(LOWEST)/bin/python -m pip install --quiet --disable-pip-version-check -r $(LOWEST)/pins.txt -e .
	@touch $@

$(AUDIT)/installed:
	@$(PYTHON) -m venv --clear $(AUDIT)
	@$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check '$(PIP_AUDIT)' || \
	    echo "pip-audit cannot be installed here: make audit says that it is skipped." >&2
	@touch $@

# Peers that are no part of the tests' environment; a peer that cannot be installed is left out, and the page says so.
bench bench-quick: export PYTHONPATH := tests
bench bench-quick: export TESTKEY_LITELLM := $(wildcard $(LITELLM_ENV)/bin/litellm)
bench: $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[$(EXTRAS),bench]' || true
	$(BIN)/python -m benchmarks

bench-quick: $(STAMP)
	$(BIN)/python -m benchmarks --quick
