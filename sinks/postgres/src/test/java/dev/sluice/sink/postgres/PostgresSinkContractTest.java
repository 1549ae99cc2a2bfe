package dev.sluice.sink.postgres;

import dev.sluice.engine.change.Relation;
import dev.sluice.engine.sink.Sink;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import dev.sluice.testkit.sink.SinkContractTest;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;

@SharedVertx
@PostgresTest
class PostgresSinkContractTest extends SinkContractTest {
    private TargetFixture target;

    @BeforeEach
    void target(TestDatabase database, Vertx vertx) {
        target = new TargetFixture(database, vertx);
    }

    @Override
    protected Sink sink() {
        return target.newSink();
    }

    @Override
    protected List<Map<String, @Nullable String>> rows(Relation relation) throws Exception {
        return target.rows(relation);
    }
}
