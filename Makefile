# `make serve` and `make test` set up whatever they need, from the committed locks.

PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)

VENV := .venv
FAST := .venv-fast
SDKS := .venv-sdks
JAVASCRIPT := tests/sdks/javascript

PIP_INSTALL := -m pip --disable-pip-version-check install --quiet
PYTEST ?= -n 2

.PHONY: serve fast test check format lock sdks clean

serve: $(VENV)/serve.installed
	$(VENV)/bin/slipring serve $(ARGS)

# The same server with its hot modules compiled, in an environment of its own: .venv-fast/bin/slipring. Needs a C
# compiler, and to be made anew after each change of the source.
fast:
	rm -rf $(FAST)
	$(PYTHON) -m venv $(FAST)
	$(FAST)/bin/python $(PIP_INSTALL) --require-hashes --requirement requirements/compile.txt
	HATCH_BUILD_HOOK_ENABLE_CUSTOM=true $(FAST)/bin/python $(PIP_INSTALL) --no-deps --no-build-isolation .

test: check sdks
	$(VENV)/bin/python -m pytest -W error $(PYTEST)

check: $(VENV)/test.installed
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy

format: $(VENV)/test.installed
	$(VENV)/bin/ruff check --fix
	$(VENV)/bin/ruff format

sdks: $(SDKS)/installed $(JAVASCRIPT)/node_modules/.installed

$(VENV)/bin/python $(SDKS)/bin/python:
	@test -n "$(PYTHON)" || { echo "Slipring needs Python 3.11 or newer" >&2; exit 1; }
	$(PYTHON) -m venv $(@:%/bin/python=%)

# The build backend is locked like everything else, so the package is built with what is installed.
$(VENV)/%.installed: requirements/%.txt pyproject.toml | $(VENV)/bin/python
	$(VENV)/bin/python $(PIP_INSTALL) --require-hashes --requirement $<
	$(VENV)/bin/python $(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

# The AWS CLI and aioboto3 pin a botocore of their own.
$(SDKS)/installed: requirements/sdks.txt | $(SDKS)/bin/python
	$(SDKS)/bin/python $(PIP_INSTALL) --require-hashes --requirement $<
	@touch $@

# Without npm the tests with the JavaScript SDK are skipped.
$(JAVASCRIPT)/node_modules/.installed: $(JAVASCRIPT)/package-lock.json
	@mkdir -p $(@D)
	if command -v npm >/dev/null; then cd $(JAVASCRIPT) && npm ci --silent --no-audit --no-fund; fi
	@mkdir -p $(@D) && touch $@

COMPILE := uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --quiet --python-version 3.11

# Renews the locks; needs uv and npm. UPGRADE=--upgrade takes the newest versions.
lock:
	$(COMPILE) $(UPGRADE) pyproject.toml --all-extras --group build --output-file requirements/serve.txt
	$(COMPILE) $(UPGRADE) pyproject.toml --all-extras --group build --group test --group check --output-file requirements/test.txt
	$(COMPILE) $(UPGRADE) pyproject.toml --all-extras --group build --group compile --output-file requirements/compile.txt
	$(COMPILE) $(UPGRADE) --group sdks --output-file requirements/sdks.txt
	cd $(JAVASCRIPT) && npm install --package-lock-only --omit-lockfile-registry-resolved

clean:
	rm -rf $(VENV) $(FAST) $(SDKS) $(JAVASCRIPT)/node_modules
