package dev.sluice.engine.route;

/** A name with {@code *} for any run of characters. */
record Glob(String text) {
    /** Matches without going back over more than the last star, so in time of at most text times name. */
    boolean matches(String name) {
        int g = 0;
        int n = 0;
        int star = -1;
        int mark = 0;
        while (n < name.length()) {
            if (g < text.length() && text.charAt(g) == '*') {
                star = g++;
                mark = n;
            } else if (g < text.length() && text.charAt(g) == name.charAt(n)) {
                g++;
                n++;
            } else if (star >= 0) {
                g = star + 1;
                n = ++mark;
            } else {
                return false;
            }
        }
        while (g < text.length() && text.charAt(g) == '*') {
            g++;
        }
        return g == text.length();
    }
}
