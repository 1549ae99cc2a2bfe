package dev.sluice.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.CopyChunk;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.KeyRange;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.change.TableShape;
import dev.sluice.engine.change.TableShape.ShapeColumn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteCheckpointStoreTest {
    private static final SourceIdentity SOURCE = new SourceIdentity("7123456789012345678", 3, "shop", "sluice_shop");
    private static final Position SNAPSHOT = Position.boundary(0x1_0000_0010L);

    private static final CopiedChunk CHUNK = new CopiedChunk(
            16_384, "public", "orders", new CopyChunk(2, 3, new KeyRange("id", 10L, null, 7)), SNAPSHOT);

    private final Path directory;

    SqliteCheckpointStoreTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private SqliteCheckpointStore filled() {
        SqliteCheckpointStore store = SqliteCheckpointStore.open(directory);
        store.copying("shop", SOURCE);
        store.begun("shop", SNAPSHOT);
        store.copied("shop", "file", CHUNK);
        store.copied("shop", SOURCE, SNAPSHOT, List.of("replica", "file"));
        return store;
    }

    private static PipelineCheckpoint known(CheckpointStore store) {
        return Objects.requireNonNull(store.load("shop"));
    }

    @Test
    void whatWasSavedIsThereAfterReopening() {
        Position later = new Position(0x1_0000_0020L, 7);
        try (SqliteCheckpointStore store = filled()) {
            store.save("shop", "file", later);
        }
        try (SqliteCheckpointStore store = SqliteCheckpointStore.open(directory)) {
            assertThat(known(store))
                    .isEqualTo(new PipelineCheckpoint(SOURCE, SNAPSHOT, Map.of("replica", SNAPSHOT, "file", later)));
            assertThat(store.load("other")).isNull();
        }
    }

    @Test
    void whatWasCopiedIsThereAfterReopeningUntilItIsNotKept() {
        filled().close();
        CopiedChunk whole = new CopiedChunk(16_385, "a b", "\"c\"", CopyChunk.WHOLE, SNAPSHOT);
        try (SqliteCheckpointStore store = SqliteCheckpointStore.open(directory)) {
            assertThat(store.chunks("shop", "file")).containsExactly(CHUNK);
            assertThat(store.chunks("shop", "replica")).isEmpty();
            store.copied("shop", "file", whole);
            store.keepChunks("shop", "file", List.of(whole));
            assertThat(store.chunks("shop", "file")).containsExactly(whole);
            store.copying("shop", SOURCE);
            assertThat(store.chunks("shop", "file")).isEmpty();
        }
    }

    @Test
    void aCopyThatIsUnderWayIsKnownByWhereItsStreamBegins() {
        try (SqliteCheckpointStore store = SqliteCheckpointStore.open(directory)) {
            store.copying("shop", SOURCE);
            store.begun("shop", SNAPSHOT);
        }
        try (SqliteCheckpointStore store = SqliteCheckpointStore.open(directory)) {
            assertThat(known(store)).isEqualTo(new PipelineCheckpoint(SOURCE, SNAPSHOT, Position.NONE, Map.of()));
        }
    }

    @Test
    void aSinkThatCameLaterGoesOnFromItsOwnPosition() {
        Position later = Position.boundary(0x1_0000_0020L);
        try (SqliteCheckpointStore store = filled()) {
            store.added("shop", "search", later);
            assertThat(known(store).sinks()).isEqualTo(Map.of("replica", SNAPSHOT, "file", SNAPSHOT, "search", later));
        }
    }

    @Test
    void aStateOfAnEarlierFormatIsTakenOver() throws SQLException {
        filled().close();
        try (var connection = new org.sqlite.JDBC()
                        .connect("jdbc:sqlite:" + directory.resolve("checkpoints.db"), new java.util.Properties());
                var statement = connection.createStatement()) {
            statement.execute("DROP TABLE copied_chunk");
            statement.execute("DROP TABLE first_copy");
            statement.execute("DROP TABLE shape");
            statement.execute("PRAGMA user_version = 1");
        }
        try (SqliteCheckpointStore store = SqliteCheckpointStore.open(directory)) {
            assertThat(known(store).sinks()).isEqualTo(Map.of("replica", SNAPSHOT, "file", SNAPSHOT));
            assertThat(store.chunks("shop", "file")).isEmpty();
        }
    }

    @Test
    void shapesOfTablesAreRememberedUntilTheirTablesAreGone() {
        ShapeColumn odd = new ShapeColumn(3, "back\\slash\n\\new line", "numeric(10,2)", false);
        KnownShape first = shape(1, List.of(new ShapeColumn(1, "id", "integer", true), odd));
        KnownShape second = shape(2, List.of());
        try (SqliteCheckpointStore store = filled()) {
            store.saveShapes("shop", "file", List.of(first, second), Set.of());
        }
        try (SqliteCheckpointStore store = SqliteCheckpointStore.open(directory)) {
            assertThat(store.shapes("shop", "file")).containsExactlyInAnyOrder(first, second);
            assertThat(store.shapes("shop", "replica")).isEmpty();
            KnownShape altered = shape(2, List.of(odd));
            store.saveShapes("shop", "file", List.of(altered), Set.of(1L));
            assertThat(store.shapes("shop", "file")).containsExactly(altered);
            store.copying("shop", SOURCE);
            assertThat(store.shapes("shop", "file")).isEmpty();
        }
    }

    private static KnownShape shape(long relation, List<ShapeColumn> columns) {
        return new KnownShape(new TableShape(relation, "public", "t" + relation, columns), new Position(7, 3));
    }

    @Test
    void aPositionNeverGoesBack() {
        Position later = new Position(0x1_0000_0020L, 7);
        try (SqliteCheckpointStore store = filled()) {
            store.save("shop", "file", later);
            store.save("shop", "file", Position.boundary(0x1_0000_0020L));
            assertThat(known(store).sinks()).containsEntry("file", later);
        }
    }

    @Test
    void aCopyThatBeginsAgainVoidsWhatWasKnown() {
        try (SqliteCheckpointStore store = filled()) {
            store.copying("shop", SOURCE);
            assertThat(known(store).isCopied()).isFalse();
            assertThat(known(store).sinks()).isEmpty();
            assertThatThrownBy(() -> store.save("shop", "file", SNAPSHOT)).isInstanceOf(IllegalStateException.class);
            store.forget("shop");
            assertThat(store.load("shop")).isNull();
        }
    }

    @Test
    void pipelinesDoNotSeeEachOther() {
        try (SqliteCheckpointStore store = filled()) {
            store.copying("other", SOURCE);
            store.forget("other");
            assertThat(known(store).isCopied()).isTrue();
        }
    }

    @Test
    void aSecondOpenerIsRefused() {
        SqliteCheckpointStore first = filled();
        try (first) {
            assertThatThrownBy(() -> SqliteCheckpointStore.open(directory))
                    .isInstanceOfSatisfying(SyncException.class, error -> assertThat(error.kind())
                            .isEqualTo(ErrorKind.FENCED));
            assertThat(known(first).isCopied()).isTrue();
        }
        SqliteCheckpointStore.open(directory).close();
    }

    @Test
    void aDirectoryThatCannotBeMadeIsNamed() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "in the way");
        assertThatThrownBy(() -> SqliteCheckpointStore.open(file))
                .isInstanceOfSatisfying(
                        SyncException.class, error -> assertThat(error.kind()).isEqualTo(ErrorKind.STATE_UNAVAILABLE))
                .hasMessageContaining(file.toString());
    }

    @Test
    void aFileOfANewerFormatIsRefused() throws Exception {
        filled().close();
        try (var connection = new org.sqlite.JDBC()
                        .connect("jdbc:sqlite:" + directory.resolve("checkpoints.db"), new java.util.Properties());
                var statement = connection.createStatement()) {
            statement.execute("PRAGMA user_version = 99");
        }
        assertThatThrownBy(() -> SqliteCheckpointStore.open(directory)).hasMessageContaining("newer");
    }

    @Test
    void aFileThatLostATableIsRefused() throws Exception {
        filled().close();
        try (var connection = new org.sqlite.JDBC()
                        .connect("jdbc:sqlite:" + directory.resolve("checkpoints.db"), new java.util.Properties());
                var statement = connection.createStatement()) {
            statement.execute("DROP TABLE sink");
        }
        assertRefused(() -> SqliteCheckpointStore.open(directory));
    }

    /** A byte that is not in use may be anything; one that is must be noticed, and nothing else may ever be read. */
    @Test
    void aDamagedFileIsRefusedOrReadsAsItWas() throws IOException {
        filled().close();
        Path file = directory.resolve("checkpoints.db");
        byte[] whole = Files.readAllBytes(file);
        PipelineCheckpoint before =
                new PipelineCheckpoint(SOURCE, SNAPSHOT, Map.of("replica", SNAPSHOT, "file", SNAPSHOT));
        Random random = new Random(5);
        List<String> unnoticed = new ArrayList<>();
        int refused = 0;
        for (int at : bytesInUse(whole)) {
            byte[] damaged = whole.clone();
            damaged[at] ^= (byte) (1 + random.nextInt(255));
            Files.write(file, damaged);
            Files.deleteIfExists(directory.resolve("checkpoints.db-wal"));
            try (SqliteCheckpointStore store = SqliteCheckpointStore.open(directory)) {
                PipelineCheckpoint read = store.load("shop");
                if (!before.equals(read)) {
                    unnoticed.add("byte " + at + ": " + read);
                }
            } catch (SyncException e) {
                refused++;
            }
        }
        assertThat(unnoticed).isEmpty();
        assertThat(refused).isPositive();
    }

    private static List<Integer> bytesInUse(byte[] whole) {
        List<Integer> places = new ArrayList<>();
        for (int at = 0; at < whole.length; at++) {
            if (whole[at] != 0 || (at > 0 && whole[at - 1] != 0)) {
                places.add(at);
            }
        }
        return places;
    }

    @Test
    void aFileThatWasCutShortIsRefused() throws IOException {
        filled().close();
        Path file = directory.resolve("checkpoints.db");
        byte[] whole = Files.readAllBytes(file);
        for (int length = 512; length < whole.length; length += 512) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            assertRefused(() -> {
                try (SqliteCheckpointStore store = SqliteCheckpointStore.open(directory)) {
                    assertThat(store.load("shop")).isNotNull();
                }
            });
        }
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable opening) {
        assertThatThrownBy(opening).isInstanceOfSatisfying(SyncException.class, error -> assertThat(error.kind())
                .isEqualTo(ErrorKind.STATE_MISMATCH));
    }
}
