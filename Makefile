# Every target bootstraps its own .venv from the hash-locked requirements and is quick the second time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp

.PHONY: deploy-check mail-screenshots demo test check bench torture crowd crash crash-scaled image format lock clean reference screenshots
.DEFAULT_GOAL := demo

$(STAMP): requirements.lock pyproject.toml
	@echo "Setting up $(VENV) from requirements.lock …"
	@$(PYTHON) -c 'import sys; sys.exit("coalition-watch needs Python 3.11 or newer, found " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# SERVE=1 leaves the dashboard up until Ctrl-C.
demo: $(STAMP)
	@$(BIN)/coalition-watch demo $(if $(SERVE),--serve)

test: $(STAMP)
	@$(BIN)/python -m pytest -n 2 -m "not torture and not slow"

check: $(STAMP)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/coalition-watch check

bench: $(STAMP)
	@$(BIN)/python -m bench

torture: $(STAMP)
	@$(BIN)/python -m pytest -m torture

# Takes an hour; smaller: CW_CROWD_FEEDS=1000 CW_CROWD_SECONDS=90 CW_CROWD_INTERVAL=45 make crowd
crowd: $(STAMP)
	@CW_CROWD_FEEDS=$${CW_CROWD_FEEDS:-5000} CW_CROWD_SECONDS=$${CW_CROWD_SECONDS:-3600} CW_CROWD_INTERVAL=$${CW_CROWD_INTERVAL:-600} $(BIN)/python -m pytest -m slow tests/integration/test_crowd.py

# Three processes over one PostgreSQL: 12 kills, suspended for a minute, the database away 8 s and 45 s.
crash-scaled: $(STAMP)
	@CW_SCALED_ROUNDS=3 $(BIN)/python -m pytest -m crash -s tests/acceptance/test_crash_scaled.py

# Takes an hour; smaller: CW_CRASH_KILLS=40 CW_CRASH_ALERTS=1200 make crash
crash: $(STAMP)
	@CW_CRASH_KILLS=$${CW_CRASH_KILLS:-200} CW_CRASH_ALERTS=$${CW_CRASH_ALERTS:-12000} $(BIN)/python -m pytest -m crash -s tests/acceptance/test_crash.py

# Mails at phone and desk width, light and dark, into docs/images; needs Debian's chromium.
mail-screenshots: $(STAMP)
	@$(BIN)/python -m tests.browser.mailshots

# With docker, podman or buildah; BASE=debian needs no registry. See deploy/image/build.sh.
image:
	@deploy/image/build.sh

# What is deployed, checked: Dockerfile, scripts, compose, manifests, unit, alert rules.
deploy-check: $(STAMP)
	@$(BIN)/python -m pytest tests/unit/test_deploy.py tests/unit/test_repository.py

format: $(STAMP)
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

# The reference of all settings in docs/configuration.md, from the schemas.
reference: $(STAMP)
	@$(BIN)/coalition-watch settings --write docs/configuration.md

# Needs Chromium (apt-get install chromium).
screenshots: $(STAMP)
	@$(BIN)/python -m tests.browser.screenshots

# Needs pip-tools; run after a change of the dependencies in pyproject.toml.
lock:
	pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links -o requirements-run.lock pyproject.toml
	pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --extra dev -o requirements.lock pyproject.toml
	pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links -c requirements.lock -o requirements-build.lock requirements-build.in

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
