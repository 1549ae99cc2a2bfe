package dev.sluice.engine.config;

import java.util.Comparator;

/**
 * Where a piece of configuration was written, for error messages.
 *
 * @param text as it is shown: {@code sluice.yaml:12:5}, or a path such as {@code $.pipelines.shop}
 * @param line from 1; 0 where there are no lines
 * @param column from 1; 0 where there are no lines
 */
public record Place(String text, int line, int column) implements Comparable<Place> {
    private static final Comparator<Place> ORDER =
            Comparator.comparingInt(Place::line).thenComparingInt(Place::column);

    /** In a file. */
    public static Place inFile(String file, int line, int column) {
        return new Place(file + ":" + line + ":" + column, line, column);
    }

    /** In an object that has no lines. */
    public static Place atPath(String path) {
        return new Place(path, 0, 0);
    }

    @Override
    public int compareTo(Place other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return text;
    }
}
