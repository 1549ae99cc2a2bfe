package dev.sluice.postgres;

import java.util.Map;

/** How SQL makes a value of a text that its type has printed. */
public final class Casts {
    /**
     * Types to which PostgreSQL has a cast from text of its own that does not take all that the type prints: {@code
     * '-'::text::regclass} looks for a relation of that name, and {@code '\200'::text::"char"} is a backslash before
     * version 16. Their input functions take it.
     */
    private static final Map<String, String> INPUT_FUNCTIONS =
            Map.of("regclass", "pg_catalog.regclassin", "\"char\"", "pg_catalog.charin");

    private Casts() {}

    /**
     * @param text an expression of type text that binds as tightly as a parameter or a column
     * @param type as {@code format_type} prints it
     */
    public static String fromText(String text, String type) {
        return fromText(text, type, type);
    }

    /** @param target what is cast to, if it is not quite that type: one without its modifier */
    public static String fromText(String text, String type, String target) {
        String function = INPUT_FUNCTIONS.get(type);
        return function == null ? text + "::" + target : function + "(" + text + "::cstring)";
    }
}
