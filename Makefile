# `make help` lists what there is.
MVN ?= mvn -B -ntp

.PHONY: help test fmt
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

test: ## build everything and run every test (installs what is needed)
	$(MVN) verify

fmt: ## format the code
	$(MVN) -q spotless:apply
