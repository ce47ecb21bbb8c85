# The commands of the ÉLIER back-end. `make` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
# npm installs with the machine's own Node, because npm finds the machine's settings (proxy, CA file) by the path of its Node.
machine_path := $(subst $(CURDIR)/node_modules/.bin:,,$(PATH))
# Everything else runs on the project's own Node, whatever version the machine has.
export PATH := $(CURDIR)/node_modules/.bin:$(machine_path)
# Compose makes the project's name from the folder's, which does not work for a folder name such as "проект".
project_name := $(shell bash deploy/project-name.sh)
ifneq ($(project_name),)
export COMPOSE_PROJECT_NAME := $(project_name)
endif

settings := $(shell sed -n 's/^\([A-Z_]*\)=.*/\1/p' .env.example)
# The variables of make's command line, with the settings in .env.example. Without this check a misspelt name would do nothing.
variables := A API B BEFORE CHROMIUM CONFIRM DATA DISCARD_USER_ROWS DURATION FULL HOST JSON MINUTES ONLY OUT PORT RATE REQUESTS \
	RESULTS ROUNDS SCALE SCALES SCENARIO SECONDS_A_RUN SEED SSH_PORT TARGET TO WARM_UP COMPOSE_% DOCKER_% \
	$(settings)
given := $(foreach name,$(.VARIABLES),$(if $(findstring command line,$(origin $(name))),$(name)))
unknown := $(firstword $(filter-out $(variables),$(given)))
ifneq ($(unknown),)
nearest := $(shell bash deploy/nearest.sh '$(unknown)' $(filter-out %\%,$(variables)))
$(error There is no variable $(unknown)$(if $(nearest),. The nearest is $(nearest)))
endif

# Recipes read these from the environment, so that quotes and blanks in them stay as they are.
export CONFIRM DATA HOST JSON SSH_PORT TARGET TO
# Shells export a HOST of their own, so only make's command line counts.
ifneq ($(origin HOST),command line)
HOST :=
endif

SCALE ?= 0.001
SEED ?= 1

# Touched after npm's own last file, once the install is known to be complete.
installed := node_modules/.installed
artillery := artillery/node_modules/.installed
# The machine's npm settings may leave out development packages and install scripts, which this project needs.
npm_ci := PATH='$(machine_path)' npm ci --ignore-scripts=false --include=dev --include=optional --bin-links \
	--no-audit --no-fund --loglevel=error
needs_npm = command -v npm >/dev/null || { echo 'make needs npm, which comes with Node 20 or newer.' >&2; exit 1; }
needs_docker = bash deploy/check-docker.sh '$@'
needs_stack = $(needs_docker) && bash deploy/check-stack.sh
# With HOST= the command runs on that host.
at = bash deploy/on-host.sh '$@'
needs_wrk = command -v wrk >/dev/null || \
	{ echo 'make $@ needs wrk: apt-get install wrk, or brew install wrk.' >&2; exit 1; }
names_host = [ -n "$$HOST" ] || { echo 'Name the host: make $@ HOST=user@host' >&2; exit 1; }
target_is_known = [[ "$$TARGET" =~ ^(dev)?$$ ]] || { echo 'TARGET must be dev, or be left out for the stack.' >&2; exit 1; }
# Stops with a sentence unless a test file matches ONLY. $(1): the npm script that runs the tests.
some_match = npm run --silent $(1) -- --listTests '$(ONLY)' 2>/dev/null | grep -q '\.test\.ts$$' || \
	{ echo 'ONLY=$(ONLY) matches no test file of make $@.' >&2; exit 1; }

.PHONY: help
help: ## lists these commands
	@awk -f deploy/help.awk Makefile

# An install whose Node does not run is repeated: it is incomplete, or the folder was copied from another machine.
ifneq ($(shell node_modules/.bin/node --version >/dev/null 2>&1 && echo runs),runs)
.PHONY: $(installed)
endif

$(installed): package.json package-lock.json
	@$(needs_npm)
	@echo 'Installing packages …'
	@$(npm_ci)
	@node_modules/.bin/node --version >/dev/null 2>&1 || \
		{ echo 'npm ci brought no Node that runs: npm may not run install scripts here, see "npm config list".' >&2; exit 1; }
	@touch $@

# Without the browser that Artillery downloads for tests of web pages.
$(artillery): artillery/package.json artillery/package-lock.json
	@echo 'Installing Artillery …'
	@PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 $(npm_ci) --prefix artillery
	@touch $@

## On one machine, without Docker

.PHONY: dev test
dev: $(installed) ## serves the API on http://localhost:3000 (PORT=) with a PostgreSQL of its own
	@exec node app/dev.ts

test: $(installed) ## lint, types, and every test that needs no Docker [ONLY=part of a name: the matching test files alone]
ifdef ONLY
	@$(call some_match,test)
	@npm test --silent -- '$(ONLY)'
else
	@npm run --silent lint && npm run --silent types && npm test --silent
endif

## The production stack with Docker Compose

.PHONY: up down ps logs roll config test-stack
up: ## starts or updates the stack on http://localhost:8080 (HTTP_PORT=); ready when it returns [HOST=user@host: the stack there, as in all commands of this group]
	@$(at) --finish bash deploy/up.sh

down: ## stops the stack; the data stays
	@$(at) docker compose down

ps: ## lists the containers of the stack
	@$(at) docker compose ps

logs: ## follows the logs of the stack
	@$(at) docker compose logs --follow --tail 100

roll: ## replaces the containers of the app one by one; no request fails, unless a migration locks a table
	@$(at) --finish bash deploy/roll.sh

config: ## changes a setting of .env, checked first: make config WRITE_RATE=100; without one prints them
	@set --; for name in $(filter $(settings),$(given)); do set -- "$$@" "$$name=$${!name}"; done; \
	$(at) --finish bash deploy/config.sh "$$@"

test-stack: $(installed) ## the tests that drive a stack of their own [ONLY=part of a name: the matching test files alone]
	@$(if $(ONLY),$(call some_match,test-stack))
	@$(needs_docker)
	@npm run --silent test-stack -- $(if $(ONLY),'$(ONLY)')

.PHONY: drill
drill: $(installed) ## the tests that take longer, on a stack of their own: 20,000 hostile requests (REQUESTS=, SEED=), a soak (MINUTES=15), a full disk
	@$(needs_docker)
	@status=0; \
	REAL_IP_FROM=0.0.0.0/0 WRITE_RATE=2000 WRITE_BURST=2000 node tests/drill/main.ts || status=1; \
	COMPOSE_FILE=compose.yaml:tests/drill/small-disk.yaml node tests/drill/full-disk.ts || status=1; \
	exit $$status

.PHONY: audit
audit: $(installed) ## known vulnerabilities of the npm packages, and updates of the Debian packages in the images
	@$(needs_docker)
	@docker compose build --quiet app
	@node tests/support/audit.ts

## On a host, over ssh

.PHONY: deploy releases rollback test-hosts
deploy: ## brings this checkout to HOST=user@host and makes it serve there, without a failed request; or leaves what serves [SSH_PORT=] [CONFIRM=yes]
	@$(needs_docker)
	@$(names_host)
	@bash deploy/deploy.sh

releases: ## lists the releases that HOST= keeps
	@$(names_host)
	@$(at) bash deploy/host/list-releases.sh

rollback: ## makes the release before serve again on HOST=, or the one named [TO=release] [CONFIRM=yes]
	@$(names_host)
	@$(at) bash deploy/host/rollback.sh

test-hosts: $(installed) ## the tests that deploy to machines, which HOSTS_PROGRAM starts [ONLY=part of a name] [FULL=yes]
	@$(if $(ONLY),$(call some_match,test-hosts))
	@$(needs_docker)
	@npm run --silent test-hosts -- $(if $(ONLY),'$(ONLY)',$(if $(FULL),,--testPathIgnorePatterns /full/))

## Data

.PHONY: generate import
generate: $(installed) ## writes data files to OUT= [SCALE=0.001, 1 is the real size: 39,127,256 rows] [SEED=1]
	@$(if $(OUT),,echo 'Name the folder to write to: make generate OUT=folder' >&2; exit 1)
	@npm run --silent generate -- --out '$(OUT)' --scale '$(SCALE)' --seed '$(SEED)'

import: ## replaces the data of the stack with the data files of DATA= [HOST=] [TARGET=dev: the data of make dev] [JSON=yes]
	@$(if $(DATA),,echo 'Name the folder with the data files: make import DATA=folder' >&2; exit 1)
	@$(target_is_known)
ifeq ($(TARGET),dev)
	@$(MAKE) --no-print-directory $(installed)
	@npm run --silent import -- --target dev $(if $(JSON),--json) "$${DATA/#\~\//$$HOME/}"
else
	@[ -n "$$HOST" ] || { $(needs_docker); }
	@bash deploy/import.sh
endif

.PHONY: psql reset
psql: $(if $(filter dev,$(TARGET)),$(installed)) ## psql on the stack's database, as its owner [HOST=] [TARGET=dev: on that of make dev]
	@$(target_is_known)
ifeq ($(TARGET),dev)
	@node db/psql.ts
else
	@$(at) bash deploy/check-stack.sh docker compose exec $$([ -t 0 ] || echo --no-TTY) --env PGOPTIONS='-c search_path=catalogue,qa,public' postgres psql -U elier elier
endif

reset: $(if $(filter dev,$(TARGET)),$(installed)) ## deletes all data of the stack and imports the sample again; asks first [HOST=] [TARGET=dev: the data of make dev] [CONFIRM=yes]
	@$(target_is_known)
ifeq ($(TARGET),dev)
	@bash deploy/confirm.sh 'make reset TARGET=dev' 'deletes all data of make dev in this folder' '$(CONFIRM)'
	@node db/reset.ts --target dev
else
	@$(at) bash deploy/check-stack.sh bash deploy/reset.sh
endif

## Measuring

.PHONY: import-bench
import-bench: $(installed) ## measures the import of DATA= into the stack, against a baseline of COPY, sort and index
	@$(if $(DATA),,echo 'Name the folder with the data files: make import-bench DATA=folder' >&2; exit 1)
	@$(needs_stack)
	@node bench/import.ts '$(DATA)'

.PHONY: verify
verify: $(if $(API),$(installed)) ## compares the responses of the stack about 2,000 random products and pages of the list with the data files of DATA= [HOST=] [API=url: of another API on this machine]
	@$(if $(DATA),,echo 'Name the folder with the data files: make verify DATA=folder' >&2; exit 1)
ifneq ($(API),)
	@npm run --silent verify -- --data "$${DATA/#\~\//$$HOME/}" --api '$(API)'
else
	@$(needs_docker)
	@bash deploy/verify.sh
endif

.PHONY: bench
bench: $(installed) ## measures the stack on one core against baselines, into bench/results.json [ONLY=hot,cold-styles …] [ROUNDS=5] [SECONDS_A_RUN=10] [WARM_UP=1: a share of the ten minutes of traffic before Zipf] [BEFORE=folder of an earlier checkout, which is measured too] [MINUTES=10 of each part of ONLY=bounds: how the cache fills]
	@$(needs_docker)
	@$(needs_wrk)
	@node bench/main.ts

.PHONY: bench-scales bench-report
bench-scales: $(installed) ## measures uncached reads over data sets of three sizes, in a stack of its own [SCALES=0.01,0.1,1]
	@$(needs_docker)
	@$(needs_wrk)
	@node bench/scales.ts

bench-report: $(installed) ## writes the results of both into docs/performance/
	@node bench/report.ts

.PHONY: page-bytes
page-bytes: $(installed) ## counts the bytes of a product page's four responses [API=url]
	@API='$(API)' node bench/page-bytes.ts

.PHONY: blocks
blocks: ## counts the blocks that each read of the stack's database touches
	@$(needs_stack)
	@docker compose build --quiet app
	@docker compose run --rm --no-deps --user "$$(id -u):$$(id -g)" --volume "$$PWD/bench:/app/bench:ro" prepare node bench/blocks.ts

## Load runs

.PHONY: load-test load-clean load-compare known-scenario
load_options = $(if $(SCENARIO),--scenario '$(SCENARIO)') $(if $(TARGET),--target '$(TARGET)') \
	$(if $(RATE),--rate '$(RATE)') $(if $(DURATION),--duration '$(DURATION)') $(if $(CONFIRM),--confirm '$(CONFIRM)')
load-test: known-scenario $(installed) ## sends the load of front-ends and writes a report [SCENARIO=browse] [TARGET=url] [RATE=requests per second] [DURATION=seconds]
	@[ -e $(artillery) ] || node artillery/main.ts --check $(load_options)
	@$(MAKE) --no-print-directory $(artillery)
	@node artillery/main.ts $(load_options)

known-scenario: # checked before Artillery is installed
	@bash artillery/check-scenario.sh "$$SCENARIO"

load-clean: ## removes the rows that load runs wrote from the stack's database [HOST=]
	@$(at) bash deploy/check-stack.sh docker compose exec -T postgres psql -U elier -d elier -v ON_ERROR_STOP=1 -qAt <artillery/load-clean.sql
	@$(at) bash deploy/tell-nginx.sh

load-compare: $(installed) ## compares two load runs side by side, into artillery/reports/: A= and B=, each the name of a run there, or a folder
	@$(if $(and $(A),$(B)),,echo 'Name two runs, as they are in artillery/reports/: make load-compare A=run B=run' >&2; exit 1)
	@node artillery/compare.ts '$(A)' '$(B)'
