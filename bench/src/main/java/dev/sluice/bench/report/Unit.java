package dev.sluice.bench.report;

import java.util.Locale;
import java.util.Objects;

/** The figure that a comparison is about, taken from a measurement. Its ratio is above 1 where we are better. */
public enum Unit {
    ROWS_PER_SECOND("rows/s") {
        @Override
        double figure(Measurement measurement) {
            return measurement.rowsPerSecond();
        }

        @Override
        String format(double figure) {
            return String.format(Locale.ROOT, "%.0f", figure);
        }

        @Override
        String grouped(double figure) {
            return String.format(Locale.ROOT, "%,.0f", figure);
        }

        @Override
        double ratio(double ours, double theirs) {
            return ours / theirs;
        }
    },
    /** The 99th percentile: less is better, so the ratio is theirs over ours. */
    MILLIS_P99("ms p99") {
        @Override
        double figure(Measurement measurement) {
            return Objects.requireNonNull(measurement.latencies(), "no latencies")
                    .percentile(99);
        }

        @Override
        String format(double figure) {
            return String.format(Locale.ROOT, "%.2f", figure);
        }

        @Override
        String grouped(double figure) {
            return String.format(Locale.ROOT, "%,.2f", figure);
        }

        @Override
        double ratio(double ours, double theirs) {
            return theirs / ours;
        }
    };

    private final String symbol;

    Unit(String symbol) {
        this.symbol = symbol;
    }

    public String symbol() {
        return symbol;
    }

    /** Whether the smaller one of two figures is the better one. */
    public boolean lessIsBetter() {
        return ratio(1, 2) > 1;
    }

    abstract double figure(Measurement measurement);

    /** For programs, and for lines that look the same everywhere. */
    abstract String format(double figure);

    /** For people: 1,234,567. */
    abstract String grouped(double figure);

    abstract double ratio(double ours, double theirs);
}
