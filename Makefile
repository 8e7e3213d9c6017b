# Each command sets up what it needs the first time and is quick the second.
.DEFAULT_GOAL := help
.PHONY: help setup run shell demo test test-fast test-release test-plugin test-modern test-model test-deploy test-long soak drill bench check docs eval simulate audit doctor train fmt lock release clean

PYTHON := .venv/bin/python
UV = $(shell if uv --version >/dev/null 2>&1; then echo uv; else echo .uv/bin/uv; fi)
LOCK = $(UV) pip compile --quiet --generate-hashes --universal --python-version 3.10

# What shares a server stays with one worker, and the longest begin first (tests/conftest.py).
IN_WORKERS := --dist loadgroup --no-loadscope-reorder -n

RELEASED := tests/docs/test_followed.py tests/test_release.py

# Some files talk through Rasa or to a mail server; the controls are of an older Sanic's faults; axe is
# looked over pages with on one Python only.
MODERN := tests/ticketing tests/http \
	--ignore tests/ticketing/test_disorder.py --ignore tests/ticketing/test_killed_database.py \
	--ignore tests/http/test_live_webhook_speed.py \
	--ignore tests/ticketing/test_called_off.py --ignore tests/ticketing/test_live_called_off.py \
	--ignore tests/ticketing/test_moved.py --ignore tests/ticketing/test_reminders.py \
	--ignore tests/ticketing/test_ticket_mail.py --ignore tests/http/test_live_desk_acts.py \
	-k 'not sanic_alone and not without_the_check and not axe_finds'

# Bytecode that is written once makes Rasa start in 5 seconds instead of 18.
unexport PYTHONDONTWRITEBYTECODE
export RASA_TELEMETRY_ENABLED := false

help: ## print these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install everything into .venv
	@sh tools/setup.sh

run: setup ## start the clerk, with the stand-in Stripe unless STRIPE_SECRET_KEY is set
	@$(PYTHON) -m ticket_clerk.cli run

shell: setup ## the same, and talk to it in the terminal (/stop ends it)
	@$(PYTHON) -m ticket_clerk.cli shell

demo: setup ## watch a whole purchase: chat, payment with a test card, confirmation
	@$(PYTHON) -m ticket_clerk.cli demo

test: train ## run every test but those of plugin, modern, model, deploy and release
	@sh tools/browser.sh
	@$(PYTHON) -m pytest $(IN_WORKERS) 3 --ignore tests/plugin --ignore tests/deploy --ignore tests/model $(addprefix --ignore ,$(RELEASED)) $(ARGS)

test-fast: setup ## run a case of each test that starts no server and no browser
	@$(PYTHON) -m pytest $(IN_WORKERS) auto -m unit --of-each 1 $(ARGS)

test-release: setup ## follow the pages word for word on a new clone, and make a release
	@$(PYTHON) -m pytest $(IN_WORKERS) 2 $(RELEASED) $(ARGS)

test-modern: setup ## what needs no Rasa, on Python 3.13 with today's libraries
	@sh tools/isolated.sh modern 3.13
	@echo ../../../../packages/stripe-standin/src >.modern/lib/python3.13/site-packages/stripe-standin.pth
	@.modern/bin/python -m pytest -n 2 -m 'not database' --of-each 3 $(MODERN) $(ARGS)

test-plugin: setup ## build the wheels, install them into hosts of their own, and use them there
	@$(PYTHON) -m pytest $(IN_WORKERS) 2 tests/plugin $(ARGS)

test-model: setup ## let a real small language model guess, and see that it does no harm
	@sh tools/isolated.sh model
	@$(PYTHON) -m pytest tests/model $(ARGS)

test-deploy: train ## check the files of deploy/, build the images without an engine, and buy something there
	@sh tools/isolated.sh deploy 3.13
	@$(PYTHON) -m pytest tests/deploy $(ARGS)

test-long: train ## try to break the books of a shop for hours (DRAWS=100 for less)
	@TEST_LONG=$(or $(DRAWS),1000) $(PYTHON) -m pytest --timeout=0 tests/ticketing/test_books.py tests/ticketing/test_books_at_once.py tests/ticketing/test_disorder.py tests/ticketing/test_live_called_off.py tests/crashes/test_crash_points.py

soak: train ## a day of made-up traffic in ten minutes: memory, latency and files stay flat
	@$(PYTHON) -m tests.soak $(ARGS)

drill: train ## kill, stop and cut off machines while 300 people buy; a table in docs/reliability.md (COUNT=40)
	@sh tools/isolated.sh deploy 3.13
	@$(PYTHON) -m tests.drill --count $(or $(COUNT),300) --page docs/reliability.md $(ARGS)

bench: setup ## measure speed beside programs of the least code (PART=webhook for one part)
	@$(PYTHON) -m benchmarks $(PART)

check: setup ## format, lint, types, import directions, the bot's files, the site
	@$(PYTHON) -m tools.check

docs: setup ## build the documentation's site, strictly, into build/site
	@$(PYTHON) -m tools.site

eval: train ## score the trained model: make eval DATA=file.jsonl
	@test -n "$(DATA)" || { echo "Say which file: make eval DATA=file.jsonl"; exit 2; }
	@$(PYTHON) -m benchmarks.nlu.evaluate $(DATA)

simulate: train ## let 300 simulated buyers talk, change their minds and pay (COUNT=40 SEED=2)
	@$(PYTHON) -m tests.conversations.simulated --count $(or $(COUNT),300) --seed $(or $(SEED),1)

audit: setup ## hold what is known against our packages against what was reviewed
	@$(PYTHON) -m tools.audit

doctor: setup ## say of each setting and part whether it works
	@$(PYTHON) -m ticket_clerk.cli doctor $(ARGS)

train: setup ## train the bot if its files changed
	@$(PYTHON) -m ticket_clerk.cli train

fmt: setup ## format the code and fix what ruff can fix
	@$(PYTHON) -m ruff check --fix --quiet .
	@$(PYTHON) -m ruff format .

lock: setup ## compile requirements*.in again, keeping pinned versions that still fit
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-dev.in -o requirements-dev.txt
	$(UV) pip compile --quiet --generate-hashes --universal --python-version 3.13 pyproject.toml tools/modern.in --extra postgresql --extra redis -o tools/modern.txt
	$(LOCK) --no-deps requirements-openapi.in -o requirements-openapi.txt
	$(LOCK) tools/schemathesis.in -o tools/schemathesis.txt
	$(LOCK) tools/pip-audit.in -o tools/pip-audit.txt
	$(LOCK) tools/docs.in -o tools/docs.txt
	$(LOCK) tools/release.in -o tools/release.txt
	$(LOCK) --no-deps tools/model.in -o tools/model.txt
	$(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 tools/deploy.in -o tools/deploy.txt
	$(LOCK) pyproject.toml --extra nlu --extra postgresql --extra redis -c requirements.txt -o deploy/requirements-services.txt
	$(LOCK) deploy/requirements-build.in -o deploy/requirements-build.txt
	$(LOCK) --no-deps -c requirements.txt deploy/requirements-sources.in -o deploy/requirements-sources.txt

release: setup ## what one publishes, into dist/: wheels, site, chart, bill of materials, licences
	@$(PYTHON) -m tools.release

clean: ## remove what was built: .venv, .uv, models (never var, .env)
	rm -rf .venv .uv .modern .schemathesis .pip-audit .docs .deploy .release build dist models .rasa .mypy_cache .ruff_cache .pytest_cache .hypothesis
