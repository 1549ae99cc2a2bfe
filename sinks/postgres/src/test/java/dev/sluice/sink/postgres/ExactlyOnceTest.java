package dev.sluice.sink.postgres;

import static dev.sluice.sink.postgres.TargetFixture.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.ReplicaIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.TransactionalSink;
import dev.sluice.testkit.change.Batches;
import dev.sluice.testkit.change.TransactionBatch;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import dev.sluice.testkit.proxy.FaultProxy;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The connection is cut in the middle of messages, commits among them; a table without a key would show a repetition. */
@SharedVertx
@PostgresTest
class ExactlyOnceTest {
    private static final int BATCHES = 60;
    private static final int ROWS = 20;

    private static final Relation LOG = Batches.relation("public", "log")
            .column("number", "int4")
            .column("text", "text")
            .identity(ReplicaIdentity.NOTHING)
            .build();

    private TargetFixture target;
    private FaultProxy proxy;
    private int cuts;

    @BeforeEach
    void target(TestDatabase database, Vertx vertx) {
        target = new TargetFixture(database, vertx);
        proxy = FaultProxy.to("127.0.0.1", database.server().port());
    }

    @AfterEach
    void closeSinks() {
        target.close();
        proxy.close();
    }

    @ParameterizedTest
    @CsvSource({"1, false", "2, false", "3, false", "4, true", "5, true", "6, true"})
    void nothingIsLostOrAppliedTwiceWhenTheConnectionIsCut(long seed, boolean copying) throws Exception {
        if (copying) {
            target.copyingAll();
        }
        Random random = new Random(seed);
        target.started(LOG);
        TransactionalSink sink = target.newSink("postgresql://postgres@127.0.0.1:" + proxy.port() + "/"
                + target.database().name());
        List<ChangeBatch> batches = batches(random);
        Position durable = get(sink.open(TargetFixture.SOURCE));
        int next = 0;
        while (next < batches.size()) {
            if (random.nextInt(4) == 0) {
                proxy.cutAfter(random.nextInt(3_000));
            }
            try {
                durable = TargetFixture.write(sink, batches.get(next).after(durable));
                next++;
            } catch (SyncException error) {
                assertThat(error.kind().reaction().name()).as(error.toString()).isEqualTo("RETRY");
                cuts++;
                durable = reopen(sink);
                next = firstAfter(batches, durable);
            }
        }
        assertThat(cuts).as("cuts with seed %d", seed).isPositive();
        assertThat(target.database().rows("SELECT number, count(*) FROM log GROUP BY 1 HAVING count(*) <> 1"))
                .as("seed %d: applied more than once", seed)
                .isEmpty();
        assertThat(target.database().value("SELECT count(*) FROM log")).isEqualTo(Integer.toString(BATCHES * ROWS));
    }

    /** A cut that was arranged may strike while the sink opens; the lane would open it again. */
    private Position reopen(TransactionalSink sink) {
        while (true) {
            try {
                return get(sink.open(TargetFixture.SOURCE));
            } catch (SyncException error) {
                assertThat(error.kind().reaction().name()).as(error.toString()).isEqualTo("RETRY");
                cuts++;
            }
        }
    }

    private static int firstAfter(List<ChangeBatch> batches, Position durable) {
        int first = 0;
        while (first < batches.size() && !batches.get(first).last().isAfter(durable)) {
            first++;
        }
        return first;
    }

    /** Some transactions span batches, some batches hold several. */
    private static List<ChangeBatch> batches(Random random) {
        TransactionBatch changes = Batches.batch();
        List<ChangeBatch> batches = new ArrayList<>();
        long commit = 0x1000;
        int number = 0;
        boolean open = false;
        for (int batch = 0; batch < BATCHES; batch++) {
            for (int row = 0; row < ROWS; row++) {
                if (!open) {
                    commit += 0x100;
                    changes.begin(batch, commit);
                }
                changes.insert(LOG, Integer.toString(number++), "x".repeat(random.nextInt(100)));
                open = random.nextInt(10) > 0;
                if (!open) {
                    changes.commit(commit + 0x80);
                }
            }
            if (batch == BATCHES - 1 && open) {
                changes.commit(commit + 0x80);
            }
            batches.add(changes.build());
        }
        return batches;
    }
}
