package dev.sluice.engine.change;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The one exception that crosses the contracts. Its kind says what is done about it; its message is for a person, names
 * table, key and position where there are any, and never holds a secret.
 */
public final class SyncException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorKind kind;
    private final transient List<Problem> problems;

    public SyncException(ErrorKind kind, String message) {
        this(kind, message, null);
    }

    public SyncException(ErrorKind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.problems = List.of(new Problem(kind, message, kind.advice()));
    }

    private SyncException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.kind = problems.get(0).kind();
        this.problems = List.copyOf(problems);
    }

    /**
     * Everything that stands in the way, at once. Its kind is one that stops if any of them stops.
     *
     * @param problems at least one
     */
    public static SyncException of(List<Problem> problems) {
        if (problems.isEmpty()) {
            throw new IllegalArgumentException("no problem to report");
        }
        List<Problem> stoppingFirst = problems.stream()
                .sorted((a, b) -> b.kind().reaction().compareTo(a.kind().reaction()))
                .toList();
        return new SyncException(stoppingFirst);
    }

    /** The error itself if it is one of ours, otherwise an {@link ErrorKind#INTERNAL} one around it. */
    public static SyncException from(Throwable error) {
        return error instanceof SyncException ours
                ? ours
                : new SyncException(ErrorKind.INTERNAL, "unexpected " + error, error);
    }

    public ErrorKind kind() {
        return kind;
    }

    /** At least one; several when a check found several. */
    public List<Problem> problems() {
        return problems;
    }
}
