package dev.sluice.postgres;

/**
 * The one place that puts names and texts into SQL. Stateless; any thread.
 *
 * <p>Values of rows never come this way, they are bound. This is for names, and for the few commands (utility statements,
 * the replication protocol) that take no parameters.
 */
public final class Identifiers {
    private Identifiers() {}

    /** A name as a quoted identifier: {@code Order "x"} becomes {@code "Order ""x"""}. */
    public static String quote(String name) {
        requireWritable(name);
        if (name.isEmpty()) {
            throw new IllegalArgumentException("an identifier cannot be empty");
        }
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** Schema and name, each quoted. */
    public static String qualified(String schema, String name) {
        return quote(schema) + "." + quote(name);
    }

    /**
     * A text as a string constant, whatever {@code standard_conforming_strings} says: PostgreSQL's manual, 4.1.2.2, "String
     * Constants with C-Style Escapes".
     */
    public static String literal(String text) {
        requireWritable(text);
        String doubled = text.replace("'", "''");
        return text.indexOf('\\') < 0 ? "'" + doubled + "'" : " E'" + doubled.replace("\\", "\\\\") + "'";
    }

    /**
     * A text as a string constant of a replication command, whose grammar knows no escapes but the doubled quote: PostgreSQL,
     * {@code repl_scanner.l}.
     */
    public static String replicationLiteral(String text) {
        requireWritable(text);
        return "'" + text.replace("'", "''") + "'";
    }

    /** PostgreSQL has no way to write it, and would end the statement there. */
    private static void requireWritable(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a NUL character cannot be part of a statement");
        }
    }
}
