# `make help` lists what there is. A JDK 17 or newer, Maven and make are all that is needed.
MVN ?= mvn -B -ntp

# The newest of each major version that embedded-postgres-binaries has.
MATRIX ?= 14.24.0 15.19.0 16.15.0 17.11.0 18.6.0

.PHONY: help test test-matrix soak fmt demo bench jmh package clean
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

demo: ## two PostgreSQL servers kept in step, live; FOR=20s ends it by itself
	@bin/sluice demo $(if $(FOR),--for $(FOR))

test: ## build everything and run every test, against real servers
	$(MVN) verify

test-matrix: ## what talks to PostgreSQL, against servers of 14 to 18, in half an hour; MATRIX=16.15.0 for one
	@for version in $(MATRIX); do \
		echo "== PostgreSQL $$version"; \
		$(MVN) verify -pl postgres,sources/postgres,sinks/postgres,events,daemon -am \
			-Dembedded-postgres-binaries.version=$$version || exit 1; \
	done

soak: ## thousands of simulated histories, then kills from a seed of their own (SEED=n repeats one)
	$(MVN) verify -pl daemon -am -Dtest=PipelineSimulationTest -Dsurefire.failIfNoSpecifiedTests=false \
		-Dsluice.simulation.seeds=5000 -Dsluice.kills=20 -Dsluice.seed=$(or $(SEED),$(shell date +%s))

bench: ## measure it, beside its peers, in at most 15 minutes; ARGS="drain --rows 100000" to choose
ifdef ARGS
	@bin/sluice bench $(ARGS)
else
	@bin/sluice bench all --scale 0.1 --rounds 2 --warm-up 2 --out bench/target/report.json
endif

jmh: ## time and allocation per row of the hot parts, in 3 minutes; ARGS="Json -p shape=wide" to choose
	@$(MVN) -q -pl bench/micro -am package -Dmaven.test.skip=true
	@java -cp "bench/micro/target/classes:bench/micro/target/lib/*" dev.sluice.bench.micro.Micro $(ARGS)

package: ## build daemon/target/sluice.jar without running tests
	$(MVN) -q -pl daemon -am package -DskipTests

fmt: ## format the code
	$(MVN) -q spotless:apply

clean: ## remove what was built
	$(MVN) -q clean
