# The commands of the ÉLIER back-end. `make` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
# The project's own Node, whatever version the machine has.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

installed := node_modules/.package-lock.json

.PHONY: help
help: ## lists these commands
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

$(installed): package.json package-lock.json
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: dev
dev: $(installed) ## serves the API on http://localhost:3000 (PORT=) with a PostgreSQL of its own; no Docker
	@exec node app/dev.ts

.PHONY: test
test: $(installed) ## lint, types, and every test that needs no Docker
	@npm run --silent lint && npm run --silent types && npm test --silent
