# Everything a newcomer needs: `make demo` and `make test` do all the set-up by themselves.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
READY := $(VENV)/.ready
WORKERS ?= 2

.PHONY: demo test lint chaos bench requirements clean

demo: $(READY)  ## the whole product with pretend borrowers; ARGS="--headless --loans 40"
	$(VENV)/bin/duecourse demo $(ARGS)

test: $(READY)  ## every proof; ARGS="tests/policy -k diary"
	$(VENV)/bin/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(READY)  ## style, types, floors, dependencies, spelling
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/deptry .
	$(VENV)/bin/codespell

chaos: $(READY)  ## break everything on purpose; ARGS="--points all --seeds 20 --json chaos.json"
	$(VENV)/bin/python -m tests.chaos $(or $(ARGS),--all)

bench: $(READY)  ## the stock worker and the journey worker, side by side; the report beside a script in pandas
	$(VENV)/bin/python -m benchmarks.live --runs 200
	$(VENV)/bin/python -m benchmarks.report

requirements:  ## pin again after a change of requirements*.in (needs uv)
	uv pip compile requirements.in -o requirements.txt --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header
	uv pip compile requirements-dev.in -o requirements-dev.txt --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header

clean:  ## forget the environment and the demo
	rm -rf $(VENV) .duecourse

$(READY): requirements.txt requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; say which with: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "The venv module is missing; on Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-dev.txt
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
