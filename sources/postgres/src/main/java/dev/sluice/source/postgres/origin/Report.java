package dev.sluice.source.postgres.origin;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Problem;
import dev.sluice.engine.change.SyncException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gathers what checks find, so that an operator hears of everything at once. For one thread. */
public final class Report {
    private final List<Problem> problems = new ArrayList<>();
    private final List<String> notices = new ArrayList<>();

    public void refuse(String what, String remedy) {
        add(ErrorKind.SOURCE_REFUSED, what, remedy);
    }

    public void add(ErrorKind kind, String what, String remedy) {
        problems.add(new Problem(kind, what, remedy));
    }

    public void notice(String sentence) {
        notices.add(sentence);
    }

    List<Problem> problems() {
        return problems;
    }

    public List<String> notices() {
        return notices;
    }

    /** As a sentence with its remedy; null if there is none. */
    public @Nullable String firstProblem() {
        return problems.isEmpty()
                ? null
                : problems.get(0).what() + ": " + problems.get(0).remedy();
    }

    public void throwIfAny() {
        if (!problems.isEmpty()) {
            throw SyncException.of(problems);
        }
    }
}
