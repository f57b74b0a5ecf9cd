# Every target sets up what it needs; a second call starts at once.
VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= python3
STAMP := $(VENV)/.installed
RUNTIME := $(VENV)/.installed-runtime
# Compiled modules are kept: without them each process that a test or the demo starts compiles pandas anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check fix bench bench-store bench-detect lock clean help

help:
	@echo "make demo   everything on recorded data, then the dashboard (ARGS='--exit' stops after the summary)"
	@echo "make test   the tests        make check  lint, types, import layers"
	@echo "make bench  the benchmarks   make lock   refresh the pinned versions"

demo: $(RUNTIME)
	@$(BIN)/reinfra demo $(ARGS)

test: $(STAMP)
	@scripts/test-programs.sh
	# One thread a process: two processes share the cores already.
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)
	$(BIN)/python -m benchmarks

# The store at full size, beside rows, and beside VictoriaMetrics and Prometheus where Debian's packages are installed.
bench-store: $(STAMP)
	$(BIN)/python -m benchmarks.store

# Detection: ARGS=--quick for a part of it in under three minutes.
bench-detect: $(STAMP)
	$(BIN)/python -m benchmarks.detection $(ARGS)

bench-%: $(STAMP)
	$(BIN)/python -m benchmarks $*

$(RUNTIME): requirements.txt requirements-uv.txt pyproject.toml scripts/setup.sh
	@scripts/setup.sh $(VENV) requirements.txt "$(PYTHON)"
	@touch $(RUNTIME)

$(STAMP): requirements-dev.txt requirements-uv.txt pyproject.toml scripts/setup.sh
	@scripts/setup.sh $(VENV) requirements-dev.txt "$(PYTHON)"
	@touch $(STAMP) $(RUNTIME)

# Every file carries hashes and no registry's address.
LOCK := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header
lock:
	$(LOCK) pyproject.toml --group build --output-file requirements.txt
	$(LOCK) pyproject.toml --group build --group dev --constraint requirements.txt --output-file requirements-dev.txt
	echo uv | $(LOCK) - --output-file requirements-uv.txt

clean:
	rm -rf $(VENV) .cache .reinfra dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
