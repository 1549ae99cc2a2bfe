package dev.sluice.sink.eventbus;

import dev.sluice.engine.change.Relation;
import java.util.IdentityHashMap;
import java.util.Map;

/** The address of each table's events, made once per table. For one thread. */
final class Addresses {
    private static final int KEPT = 10_000;

    private final String template;
    private final Map<Relation, String> known = new IdentityHashMap<>();

    Addresses(String template, String pipeline) {
        this.template = template.replace("{pipeline}", pipeline);
    }

    String of(Relation relation) {
        if (known.size() >= KEPT) {
            known.clear();
        }
        return known.computeIfAbsent(relation, table -> of(table.schema(), table.name()));
    }

    /** Filled in one go, so that braces in names are not taken for placeholders. */
    String of(String schema, String table) {
        StringBuilder address = new StringBuilder();
        int from = 0;
        for (int brace = template.indexOf('{'); brace >= 0; brace = template.indexOf('{', from)) {
            address.append(template, from, brace);
            boolean isSchema = template.startsWith("{schema}", brace);
            address.append(isSchema ? schema : table);
            from = brace + (isSchema ? "{schema}" : "{table}").length();
        }
        return address.append(template.substring(from)).toString();
    }
}
