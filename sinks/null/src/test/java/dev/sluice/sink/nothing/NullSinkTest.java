package dev.sluice.sink.nothing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.SinkContext;
import dev.sluice.engine.sink.SinkProvider;
import dev.sluice.testkit.change.Batches;
import dev.sluice.testkit.change.TransactionBatch;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NullSinkTest {
    private static final SourceIdentity SOURCE = new SourceIdentity("1", 1, "shop", "sluice_shop");
    private static final Relation ITEMS = Batches.relation("public", "items")
            .key("id", "int4")
            .column("name", "text")
            .build();

    @ParameterizedTest
    @EnumSource
    void everyBatchIsDurableAtOnceAndCounted(NullConfig.Encode encode) {
        NullSink sink = sink(encode);
        assertThat(sink.open(SOURCE).block()).isEqualTo(Position.NONE);
        ChangeBatch batch = batch(3);
        assertThat(sink.write(batch).block()).isEqualTo(batch.last());
        assertThat(sink.write(Batches.progress(0x900)).block()).isEqualTo(Position.boundary(0x900));
        assertThat(sink.changes()).isEqualTo(3);
        assertThat(sink.encodedBytes() > 0).isEqualTo(encode == NullConfig.Encode.JSON);
        assertThat(sink.close().block()).isNull();
        assertThat(sink.close().block()).isNull();
    }

    @Test
    void allOfALargeBatchIsEncoded() {
        NullSink sink = sink(NullConfig.Encode.JSON);
        sink.open(SOURCE).block();
        sink.write(batch(1)).block();
        long one = sink.encodedBytes();
        sink.write(batch(10_000)).block();
        assertThat(sink.encodedBytes()).isGreaterThan(10_000 * one);
    }

    @Test
    void aMalformedValueFailsTheWriteOnlyIfItIsEncoded() {
        ChangeBatch bad = Batches.batch()
                .begin(700, 0x100)
                .insert(ITEMS, "not a number", "")
                .commit(0x180)
                .build();
        NullSink encoding = sink(NullConfig.Encode.JSON);
        encoding.open(SOURCE).block();
        assertThatThrownBy(() -> encoding.write(bad).block()).isInstanceOf(SyncException.class);
        NullSink counting = sink(NullConfig.Encode.NONE);
        counting.open(SOURCE).block();
        assertThat(counting.write(bad).block()).isEqualTo(bad.last());
    }

    @Test
    void itIsFoundByItsType() {
        List<String> types = new ArrayList<>();
        for (SinkProvider<?> provider : ServiceLoader.load(SinkProvider.class)) {
            types.add(provider.type());
        }
        assertThat(types).contains("null");
    }

    private static NullSink sink(NullConfig.Encode encode) {
        SinkContext context = new SinkContext("shop", "null", new SimpleMeterRegistry(), Clock.systemUTC(), Map.of());
        return (NullSink) new NullSinkProvider().create(new NullConfig(encode), context);
    }

    private static ChangeBatch batch(int rows) {
        TransactionBatch batch = Batches.batch().begin(700, 0x100);
        for (int i = 1; i <= rows; i++) {
            batch.insert(ITEMS, Integer.toString(i), "name");
        }
        return batch.commit(0x180).build();
    }
}
