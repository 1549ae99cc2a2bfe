package dev.sluice.engine.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A number of bytes, written {@code 512}, {@code 64KB}, {@code 16MB} or {@code 2GB}; a KB is 1,024 bytes. */
public record DataSize(long bytes) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,12})\\s*(B|KB|MB|GB|TB)?");

    public DataSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("a size cannot be negative");
        }
    }

    /** Reads the written form, in either case. @throws IllegalArgumentException with what was expected */
    public static DataSize parse(String text) {
        Matcher matcher = FORM.matcher(text.trim().toUpperCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("expected a size such as 512, 64KB or 16MB");
        }
        String unit = matcher.group(2);
        int shift = unit == null ? 0 : 10 * (unit.equals("B") ? 0 : "KMGT".indexOf(unit.charAt(0)) + 1);
        return new DataSize(Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift));
    }

    @Override
    public String toString() {
        String units = "BKMGT";
        int step = 0;
        long value = bytes;
        while (value != 0 && value % 1024 == 0 && step < units.length() - 1) {
            value /= 1024;
            step++;
        }
        return step == 0 ? value + "B" : value + "" + units.charAt(step) + "B";
    }
}
