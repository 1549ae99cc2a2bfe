package dev.sluice.engine.change;

/**
 * One thing that stands in the way, with what mends it.
 *
 * @param kind what sort of thing
 * @param what a sentence in the user's words; never holds a secret
 * @param remedy the statement or the step that mends it
 */
public record Problem(ErrorKind kind, String what, String remedy) {
    @Override
    public String toString() {
        return what + "\n    -> " + remedy;
    }
}
