package dev.sluice.sink.file;

/** {@code type: stdout} has no keys of its own. */
public record StdoutConfig() {}
