package dev.sluice.engine.config;

/** A value that is never shown: it prints as stars, in logs, errors and {@code validate} alike. */
public record Secret(String value) {
    @Override
    public String toString() {
        return "***";
    }
}
