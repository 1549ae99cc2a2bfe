# `make help` lists what there is. A JDK 17 or newer, Maven and make are all that is needed.
MVN ?= mvn -B -ntp

.PHONY: help test fmt demo bench package clean
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

demo: ## two PostgreSQL servers kept in step, live; FOR=20s ends it by itself
	@bin/sluice demo $(if $(FOR),--for $(FOR))

test: ## build everything and run every test, against real servers
	$(MVN) verify

bench: ## measure how fast a backlog is drained; ARGS="drain --rows 1000000 ..." to choose
	@bin/sluice bench $(or $(ARGS),drain --rows 1000000 --peers pg_recvlogical)

package: ## build daemon/target/sluice.jar without running tests
	$(MVN) -q -pl daemon -am package -DskipTests

fmt: ## format the code
	$(MVN) -q spotless:apply

clean: ## remove what was built
	$(MVN) -q clean
