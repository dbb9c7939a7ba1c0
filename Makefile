# What people type; everything runs in .venv, which is made when it is missing or out of date.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := app.py bench chalicelib infra ops tests

STAGE ?= prod

.PHONY: run test storm storm-real fuzz audit check format package deploy aws matrix screenshots constraints bench bench-peers

run: $(VENV)/local
	$(BIN)/python -m infra.local.run

# The end-to-end tests measure seconds, so they run alone.
test: $(VENV)/dev
ifdef TESTS
	$(BIN)/python -m pytest $(TESTS)
else
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not e2e"
	$(BIN)/python -m pytest -m e2e
endif

# Everything fails, nothing is lost: docs/reliability.md says how, and how to replay a seed.
storm: $(VENV)/dev
	@$(BIN)/python -m tests.storm $(if $(SEEDS),--seeds $(SEEDS)) $(if $(EVENTS),--events $(EVENTS)) $(if $(SEED),--seed $(SEED))

# The same over the deployed stack with its processes killed: about ten minutes.
storm-real: $(VENV)/dev
	@$(BIN)/python -m tests.real_storm $(if $(MESSAGES),--messages $(MESSAGES)) $(if $(SEED),--seed $(SEED)) $(if $(PATIENT),--patient)

# Every public route, asked what nobody should be answered: docs/security.md says what comes back.
fuzz: $(VENV)/dev
	@$(BIN)/python -m tests.fuzz $(if $(REQUESTS),--requests $(REQUESTS)) $(if $(SEED),--seed $(SEED))

# Asks for known weaknesses of what is shipped; needs the network, and says so where there is none.
audit: $(VENV)/audit
	@$(BIN)/python -m infra.audit
# What it costs, against floors in the same run, into .local/bench.json: docs/performance.md. ONLY="warm cold …" takes parts.
bench: $(VENV)/dev
	@$(BIN)/python -m bench $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(LOAD),--load $(LOAD)) $(if $(SCALE),--scale) $(if $(ONLY),--only $(ONLY))

# The same load and the same 22 cases for Scripta and for what others use; installs them into .local/peers.
bench-peers: $(VENV)/dev
	@$(BIN)/python -m bench.peers $(if $(LOAD),--load $(LOAD))

check: $(VENV)/dev
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/dev
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

# For the Python of the virtual environment: `make package PYTHON=python3.13` in a fresh clone.
package: $(VENV)/local
	$(BIN)/python -m infra.package --stage $(STAGE)

# Shows what would change and asks: YES=1 does not. PARAMETERS="LogDays=90" sets parameters, LET_GO names what may
# be replaced or removed although it holds data.
deploy: $(VENV)/local
	@$(BIN)/python -m infra.deploy --stage $(STAGE) $(if $(YES),--yes) $(if $(STACK),--stack $(STACK)) \
	    $(if $(BUCKET),--bucket $(BUCKET)) $(foreach p,$(PARAMETERS),--parameter $(p)) $(if $(LET_GO),--let-go $(LET_GO))

# An emulated AWS to deploy into, in the foreground: docs/deploy.md walks through it.
aws: $(VENV)/dev
	@$(BIN)/python -m infra.local.cloud

# What the code does with everything that the platforms send, into docs/feature-matrix.md.
matrix: $(VENV)/dev
	$(BIN)/python -m tests.matrix

# The pictures of the documentation, out of a run of their own.
screenshots: $(VENV)/dev
	$(BIN)/python -m tests.browser.screenshots

constraints: $(VENV)/dev
	echo '# Every version that was tested together: `make constraints` writes it.' > constraints.txt
	$(BIN)/pip freeze >> constraints.txt

$(VENV)/local: requirements.txt requirements-local.txt constraints.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-local.txt -c constraints.txt
	touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/local
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	touch $@

$(VENV)/audit: requirements-audit.txt $(VENV)/dev
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-audit.txt -c constraints.txt
	touch $@

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Scripta needs Python 3.11 or newer: set PYTHON to one.")'
	$(PYTHON) -m venv $(VENV)
