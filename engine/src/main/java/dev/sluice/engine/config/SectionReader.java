package dev.sluice.engine.config;

import org.jspecify.annotations.Nullable;

/** Reads a section whose keys depend on what it says, such as on its {@code type}. */
@FunctionalInterface
public interface SectionReader<T> {
    /** @return null if something was wrong, which the section has noted */
    @Nullable T read(ConfigSection section);
}
