package dev.sluice.sink.postgres;

import dev.sluice.sink.postgres.TableMapping.Mapped;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Updates of the key that leave values out (unchanged TOAST), so that only the target's own row has them and the key must
 * be changed in place. Those that follow each other run as one statement as long as they set the same columns and no key
 * occurs twice. For one thread.
 */
final class KeyMoves {
    private final TableMapping mapping;
    private final RowReader reader;
    private final List<Mapped> key;
    private KeyTable seen = new KeyTable();
    private @Nullable BitSet known;
    private List<Mapped> columns = List.of();
    private @Nullable RowArrays rows;

    KeyMoves(TableMapping mapping, RowReader reader) {
        this.mapping = mapping;
        this.reader = reader;
        this.key = mapping.columns().stream().filter(Mapped::key).toList();
    }

    boolean isEmpty() {
        return rows == null;
    }

    /** False if the change cannot run together with those that are here: drain, and add it again. */
    boolean add(int change, ValueBytes oldKey, ValueBytes newKey) {
        if (seen.find(oldKey) >= 0 || seen.find(newKey) >= 0) {
            return false;
        }
        reader.load(change);
        BitSet present = reader.known();
        RowArrays into = rows;
        if (into == null) {
            known = present;
            columns = reader.knownColumns();
            into = new RowArrays(key.size() + columns.size(), 16);
            rows = into;
        } else if (!present.equals(known)) {
            return false;
        }
        seen.put(oldKey);
        seen.put(newKey);
        reader.addTo(into, key.size(), columns);
        reader.loadOld(change);
        reader.addTo(into, 0, key);
        return true;
    }

    void drainTo(List<Statement> statements) {
        RowArrays gathered = rows;
        if (gathered == null) {
            return;
        }
        List<Mapped> set = new ArrayList<>(columns);
        statements.add(mapping.statement(mapping.statements().move(set::contains), "change keys of", gathered));
        rows = null;
        seen = new KeyTable();
    }
}
