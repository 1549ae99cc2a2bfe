package dev.sluice.bench.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Text from the class path. */
final class Resource {
    private Resource() {}

    /** @param name absolute, or relative to this package */
    static String text(String name) {
        try (InputStream file = Resource.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException(name + " is not on the class path");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
