package dev.sluice.source.postgres.stream;

import dev.sluice.bench.micro.RowBenchmark;
import dev.sluice.bench.micro.RowShape;
import dev.sluice.bench.micro.SampleRows;
import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.route.TableSelection;
import java.sql.SQLException;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;

/** From the driver's messages to a batch: all that the source does to a row. */
@SuppressWarnings("NullAway.Init") // prepare() comes first
public class AssemblerBenchmark extends RowBenchmark {
    private SampleRows rows;
    private List<byte[]> messages;
    private ChangeAssembler assembler;
    private long commitLsn;

    @Override
    public void prepare(RowShape shape) throws SQLException {
        rows = SampleRows.inserts(shape);
        messages = rows.messages();
        assembler = new ChangeAssembler(
                (message, xid, announced) -> rows.relation(), TableSelection.all(), Position.NONE, Integer.MAX_VALUE);
        commitLsn = 16;
        accept(rows.begin(commitLsn));
        accept(rows.relationMessage());
        accept(rows.commit(commitLsn));
    }

    @Benchmark
    public ChangeBatch assemble() throws SQLException {
        commitLsn += 16;
        accept(rows.begin(commitLsn));
        for (byte[] message : messages) {
            accept(message);
        }
        accept(rows.commit(commitLsn));
        return assembler.build();
    }

    private void accept(byte[] message) throws SQLException {
        assembler.accept(message, SampleRows.OFFSET, message.length - SampleRows.OFFSET);
    }
}
