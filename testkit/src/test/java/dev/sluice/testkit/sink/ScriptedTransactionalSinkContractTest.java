package dev.sluice.testkit.sink;

import dev.sluice.engine.change.Relation;
import dev.sluice.engine.sink.Sink;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

class ScriptedTransactionalSinkContractTest extends SinkContractTest {
    private final Ledger ledger = new Ledger();

    @Override
    protected Sink sink() {
        return new ScriptedTransactionalSink(ledger, new Script());
    }

    @Override
    protected List<Map<String, @Nullable String>> rows(Relation relation) {
        return ledger.rows(relation);
    }

    @Test
    @Disabled("a ledger has no types, so every value fits")
    @Override
    void aValueThatDoesNotFitItsTypeFailsTheWriteAndTheSinkCanBeOpenedAgain() {}
}
