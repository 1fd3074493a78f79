# The verbs of this house, the same for people and for CI. GNU make 3.81 or newer, on Linux and macOS.
#
#   make run       install what is missing, then open the dashboard on 127.0.0.1:8501
#   make test      check, then the unit, page and browser tests
#   make check     lint, format and types
#   make test-slow the longer trials
#   make test-ray  what a cluster does, on Ray clusters of this machine, in an environment of its own
#   make bench     measure speed against its targets
#   make bench-quality  measure how good the networks are against their targets; hours, and it can be cut off and go on
#   make bench-gpu  measure how fast networks train on a CUDA card, beside what it could do; minutes, and nothing without one
#   make bench-peers    measure against PyCaret, skore and cross_validate, in environments of their own
#   make lock      work out requirements.lock anew (on Linux, from pyproject.toml)
#   make clean     remove everything that the other verbs made
#
# To be set on the command line where the defaults do not fit:
#   PYTHON=python3.12   the Python that .venv is made from, 3.11 or newer
#   PORT=8502           the dashboard's port
#   TORCH_INDEX=<url>   where torch comes from, e.g. PyTorch's own index of builds for the CPU
#   PYTEST_ARGS=...     more arguments for pytest, e.g. PYTEST_ARGS="-k store -x"

PYTHON ?= python3
PORT ?= 8501
TORCH_INDEX ?=
PYTEST_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := python -m pip --disable-pip-version-check
TORCH = "$$(grep '^torch==' requirements.lock)"
STAMP := $(VENV)/.installed

# With the bytecode that an earlier process wrote, every later one starts a quarter of a second sooner.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test check test-slow test-ray bench bench-quality bench-gpu bench-peers lock clean
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#   //p' Makefile

# Nothing is fetched while the stamp is newer than the two files, and nothing that is there already is fetched again.
# torch comes first and alone, so that TORCH_INDEX concerns nothing else.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    echo "Bakeoff needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo 'not there')." \
	         "Name another one, e.g. make run PYTHON=python3.12" >&2; exit 1; }
	@$(BIN)/$(PIP) --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/$(PIP) install --no-deps $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) $(TORCH)
	$(BIN)/$(PIP) install -r requirements.lock
	$(BIN)/$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

run: $(STAMP)
	@$(BIN)/python -c 'import socket; socket.create_server(("127.0.0.1", $(PORT))).close()' 2>/dev/null || { \
	    echo "Port $(PORT) is in use, perhaps by a Bakeoff that is open already: look at http://127.0.0.1:$(PORT)," \
	         "or take another port with make run PORT=$$(($(PORT) + 1))" >&2; exit 1; }
	$(BIN)/python -m streamlit run dashboard/app.py --server.port=$(PORT)

check: $(STAMP)
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m mypy core dashboard

# In two processes first, then what must have the machine to itself. pytest ends with 5 where PYTEST_ARGS leaves a part
# no test.
test: check
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow and not alone" $(PYTEST_ARGS) || [ $$? = 5 ]
	$(BIN)/python -m pytest -m "not slow and alone" $(PYTEST_ARGS) || [ $$? = 5 ]

test-slow: $(STAMP)
	$(BIN)/python -m pytest -m slow $(PYTEST_ARGS)

# Ray stays out of .venv and its lock, so that nobody gets it who did not ask; it comes as the extra says.
RAY := build/ray/bin/python

test-ray:
	@$(RAY) --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear build/ray
	$(RAY) -m pip --disable-pip-version-check install --no-deps $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) $(TORCH)
	$(RAY) -m pip --disable-pip-version-check install -r requirements.lock
	$(RAY) -m pip --disable-pip-version-check install --no-build-isolation -e '.[ray]'
	$(RAY) -m pytest -m 'slow or not slow' tests/core/test_engines.py tests/core/test_engine_ray.py \
	    tests/core/test_engine_cards.py tests/core/test_cluster.py $(PYTEST_ARGS)

bench: $(STAMP)
	$(BIN)/python -m tests.benchmarks

bench-quality: $(STAMP)
	$(BIN)/python -m tests.benchmarks.quality

bench-gpu: $(STAMP)
	$(BIN)/python -m tests.benchmarks.gpu

bench-peers: $(STAMP)
	$(BIN)/python -m tests.benchmarks.peers --folder build/peers

lock:
	$(PYTHON) -m venv --clear build/lock
	build/lock/bin/$(PIP) install --no-deps $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) $(TORCH)
	build/lock/bin/$(PIP) install -e '.[dev]'
	{ sed -n '/^#/p' requirements.lock; \
	  build/lock/bin/$(PIP) freeze --all --exclude pip --exclude-editable | sed 's/+.*//' | LC_ALL=C sort -f; } > build/requirements.lock
	mv build/requirements.lock requirements.lock
	rm -rf build/lock

clean:
	rm -rf $(VENV) build dist *.egg-info test-results .mypy_cache .ruff_cache .pytest_cache
	find core dashboard tests -name __pycache__ -type d -prune -exec rm -rf {} +
