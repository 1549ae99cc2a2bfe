package dev.sluice.engine.flow;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ChangeBatchBuilder;
import dev.sluice.engine.change.CopyBatchBuilder;
import dev.sluice.engine.change.CopyChunk;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.KeyRange;
import dev.sluice.engine.change.OldTuple;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.flow.ModelServer.Commit;
import dev.sluice.engine.flow.ModelServer.Row;
import dev.sluice.engine.source.CopyMode;
import dev.sluice.engine.source.Origin;
import dev.sluice.engine.source.Snapshot;
import dev.sluice.engine.source.Source;
import dev.sluice.engine.source.SourceState;
import dev.sluice.engine.source.TableCopy;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.FluxSink.OverflowStrategy;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** A source of a {@link ModelServer}, as faithful as the real one, in one process. Sends what a slot would send. */
final class ModelSource implements Source, Origin {
    private final ModelServer server;
    private final Random random;
    private final Scheduler thread;
    private final int batchBytes;
    private final Consumer<Position> confirming;
    private final Set<ModelSnapshot> snapshots = new HashSet<>();
    private @Nullable Stream live;
    private Position confirmed = Position.NONE;
    private boolean closed;
    private List<Relation> inspected = List.of();
    CopyMode copy = CopyMode.INITIAL;

    /** @param confirming told of each position that is confirmed, before it counts */
    ModelSource(ModelServer server, Random random, Scheduler thread, int batchBytes, Consumer<Position> confirming) {
        this.server = server;
        this.random = random;
        this.thread = thread;
        this.batchBytes = batchBytes;
        this.confirming = confirming;
    }

    static SyncException unavailable() {
        return new SyncException(ErrorKind.SOURCE_UNAVAILABLE, "the server is gone.");
    }

    /** The connection breaks. */
    void disconnect() {
        if (live != null) {
            live.fail(unavailable());
        }
        Set.copyOf(snapshots).forEach(snapshot -> snapshot.lost = true);
    }

    List<String> leaks() {
        List<String> leaks = new ArrayList<>();
        if (live != null) {
            leaks.add("a stream");
        }
        if (!snapshots.isEmpty()) {
            leaks.add(snapshots.size() + " snapshots");
        }
        if (!closed) {
            leaks.add("the source itself");
        }
        return leaks;
    }

    @Override
    public Origin origin() {
        return this;
    }

    @Override
    public Flux<ChangeBatch> changes(Position after) {
        return Flux.create(sink -> new Stream(sink, after).begin(), OverflowStrategy.ERROR);
    }

    @Override
    public void confirm(Position durable) {
        confirming.accept(durable);
        confirmed = confirmed.max(durable);
        if (live != null && random.nextInt(3) == 0) {
            thread.schedule(this::sendStatus, random.nextInt(20), TimeUnit.MILLISECONDS);
        }
    }

    private void sendStatus() {
        if (server.isUp()) {
            server.confirm(confirmed);
        }
    }

    @Override
    public Mono<Void> close() {
        return Mono.fromRunnable(() -> {
            sendStatus();
            closed = true;
        });
    }

    @Override
    public Mono<SourceState> inspect() {
        return later(() -> {
            inspected = server.tables();
            return new SourceState(
                    ModelServer.IDENTITY, server.confirmed(), inspected, server.unpublished(), copy, List.of());
        });
    }

    @Override
    public Mono<Snapshot> snapshot() {
        return later(() -> {
            server.dropSlot();
            server.publishEverything();
            if (copy != CopyMode.ONLY) {
                server.createSlot();
            }
            return new ModelSnapshot(server.end(), oids(server.tables()));
        });
    }

    private static Set<Long> oids(List<Relation> tables) {
        return tables.stream().map(Relation::oid).collect(Collectors.toSet());
    }

    @Override
    public Mono<Snapshot> later(Set<Long> missing, Set<Long> begun, Duration patience) {
        return this.<Optional<Snapshot>>later(() -> {
                    if (missing.contains(ModelServer.LATER.oid())) {
                        server.publishEverything();
                    }
                    boolean inTime = patience.toMillis() > 100 || random.nextInt(4) != 0;
                    return inTime ? Optional.of(new ModelSnapshot(server.end(), missing)) : Optional.empty();
                })
                .flatMap(Mono::justOrEmpty);
    }

    @Override
    public Flux<String> arrivals() {
        return Mono.delay(Duration.ofMillis(40), thread)
                .filter(tick -> server.isUp() && !inspected.equals(server.tables()))
                .map(tick -> ModelServer.LATER.displayName())
                .repeat();
    }

    @Override
    public Mono<Position> now() {
        return later(server::end);
    }

    @Override
    public Mono<List<String>> teardown(boolean really) {
        return later(List::of);
    }

    private <T> Mono<T> later(Supplier<T> answer) {
        return Mono.<T>create(sink -> sink.onDispose(thread.schedule(
                () -> {
                    if (!server.isUp() || server.isFlaky()) {
                        sink.error(unavailable());
                    } else {
                        sink.success(answer.get());
                    }
                },
                random.nextInt(10),
                TimeUnit.MILLISECONDS)));
    }

    /** TupleData of a row: its key, its number, its payload. */
    static byte[] tuple(Row row) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String[] values = {Integer.toString(row.key()), Integer.toString(row.number()), row.payload()};
        out.write(0);
        out.write(values.length);
        for (String value : values) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            out.write('t');
            out.writeBytes(ByteBuffer.allocate(4).putInt(bytes.length).array());
            out.writeBytes(bytes);
        }
        return out.toByteArray();
    }

    /** One subscription: a walsender and the code that reads it. */
    private final class Stream {
        private final FluxSink<ChangeBatch> sink;
        private final Position after;
        private final ChangeBatchBuilder builder = new ChangeBatchBuilder(batchBytes);
        private int nextCommit;
        private @Nullable Commit open;
        private int nextChange;
        private long toldLsn;
        private boolean pumping;
        private boolean ended;
        private boolean greeted;

        Stream(FluxSink<ChangeBatch> sink, Position after) {
            this.sink = sink;
            this.after = after;
        }

        void begin() {
            if (live != null) {
                throw new IllegalStateException("two subscriptions at once");
            }
            live = this;
            sink.onDispose(this::end);
            thread.schedule(this::connect, random.nextInt(5), TimeUnit.MILLISECONDS);
        }

        private void end() {
            ended = true;
            if (live == this) {
                live = null;
            }
        }

        private void connect() {
            if (ended) {
                return;
            }
            if (!server.isUp()) {
                fail(unavailable());
                return;
            }
            Position slot = Objects.requireNonNull(server.confirmed(), "the slot");
            if (Long.compareUnsigned(slot.lsn(), after.lsn()) > 0) {
                throw new IllegalStateException("gap: the slot is at " + slot + ", asked for what is after " + after);
            }
            toldLsn = after.lsn();
            nextCommit = server.firstCommit(after.lsn());
            sink.onRequest(n -> pump(0));
        }

        void fail(SyncException error) {
            end();
            sink.error(error);
        }

        private void pump(int delayMillis) {
            if (!ended && !pumping) {
                pumping = true;
                thread.schedule(this::send, delayMillis, TimeUnit.MILLISECONDS);
            }
        }

        private void send() {
            pumping = false;
            if (ended || sink.requestedFromDownstream() == 0) {
                return;
            }
            if (!greeted) {
                greeted = true;
                sink.next(ChangeBatch.unmoved(after));
            } else if (gather()) {
                sink.next(builder.build());
            } else {
                pump(5);
                return;
            }
            pump(random.nextInt(3));
        }

        private boolean gather() {
            while (!builder.isFull() && (builder.isEmpty() || random.nextInt(20) != 0) && read()) {
                // until the batch is full, the server has no more, or the seed says that nothing more has come yet
            }
            if (open == null
                    && nextCommit == server.commits().size()
                    && !server.end().equals(Position.boundary(toldLsn))) {
                if (random.nextInt(4) == 0) {
                    boundary(server.end().lsn());
                }
            }
            return !builder.isEmpty();
        }

        private void boundary(long lsn) {
            builder.boundary(lsn);
            toldLsn = lsn;
        }

        /** The server's next message; false if there is none. */
        private boolean read() {
            Commit commit = open;
            if (commit == null) {
                if (nextCommit == server.commits().size()) {
                    return false;
                }
                commit = server.commits().get(nextCommit++);
                builder.begin(commit.transaction());
                open = commit;
                nextChange = 0;
            } else if (nextChange < commit.changes().size()) {
                add(commit.changes().get(nextChange++));
            } else {
                boundary(commit.endLsn());
                open = null;
            }
            return true;
        }

        private void add(Row row) {
            if (!row.published() || !row.position().isAfter(after)) {
                builder.skip();
                return;
            }
            byte[] tuple = tuple(row);
            boolean delete = row.operation() == Operation.DELETE;
            builder.add(
                    row.operation(),
                    row.table(),
                    delete ? OldTuple.FULL : OldTuple.NONE,
                    tuple,
                    0,
                    tuple.length,
                    0,
                    delete ? 0 : tuple.length);
        }
    }

    private final class ModelSnapshot implements Snapshot {
        private final Position position;
        private final List<Relation> tables;
        private final int chunks = 1 + random.nextInt(4);

        /** Where the chunks of tables that are divided by key begin, but the first; the first table is not divided so. */
        private final List<Long> splits = LongStream.range(1, ModelServer.KEYS)
                .boxed()
                .sorted(inAnyOrder())
                .limit(chunks - 1L)
                .sorted()
                .toList();

        private boolean lost;

        /** @param read OIDs of the tables to read */
        ModelSnapshot(Position position, Set<Long> read) {
            this.position = position;
            this.tables = server.tables().stream()
                    .filter(table -> read.contains(table.oid()))
                    .toList();
            snapshots.add(this);
        }

        @Override
        public Position position() {
            return position;
        }

        @Override
        public List<TableCopy> tables() {
            return tables.stream()
                    .flatMap(table -> IntStream.rangeClosed(1, chunks)
                            .mapToObj(number -> new TableCopy(
                                    table, new CopyChunk(number, chunks, range(table, number)), -1, 8192)))
                    .toList();
        }

        private Comparator<Long> inAnyOrder() {
            Map<Long, Integer> order = new HashMap<>();
            return Comparator.comparing(key -> order.computeIfAbsent(key, any -> random.nextInt()));
        }

        private @Nullable KeyRange range(Relation table, int number) {
            return table == ModelServer.TABLES.get(0)
                    ? null
                    : new KeyRange(
                            "key",
                            number == 1 ? null : splits.get(number - 2),
                            number == chunks ? null : splits.get(number - 1),
                            1);
        }

        private boolean isIn(Row row, CopyChunk chunk) {
            KeyRange range = chunk.range();
            return range == null
                    ? Math.floorMod(row.number(), chunks) == chunk.number() - 1
                    : range.contains(row.key());
        }

        @Override
        public Flux<ChangeBatch> rows(TableCopy table) {
            return Flux.defer(() -> Flux.fromIterable(batches(table)))
                    .concatMap(batch -> later(() -> batch), 1)
                    .doOnNext(batch -> {
                        if (lost) {
                            throw unavailable();
                        }
                    });
        }

        private List<ChangeBatch> batches(TableCopy table) {
            List<ChangeBatch> batches = new ArrayList<>();
            CopyBatchBuilder copy = new CopyBatchBuilder(table.relation(), position, batchBytes);
            for (Row row : server.rows(table.relation(), position)) {
                if (!isIn(row, table.chunk())) {
                    continue;
                }
                String payload = row.payload().replace("\\", "\\\\").replace("\t", "\\t");
                copy.add((row.key() + "\t" + row.number() + "\t" + payload + "\n").getBytes(StandardCharsets.UTF_8));
                if (copy.isFull()) {
                    batches.add(copy.build());
                }
            }
            if (!copy.isEmpty()) {
                batches.add(copy.build());
            }
            return batches;
        }

        @Override
        public Mono<Void> close() {
            return Mono.fromRunnable(() -> snapshots.remove(this));
        }
    }
}
