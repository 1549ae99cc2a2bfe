package dev.sluice.engine.change;

/**
 * What can go wrong, what is done about it, and what an operator should do: the one table of errors. Sources and sinks
 * classify their own codes into it; the lane and the pipeline act on {@link #reaction()} and nothing else.
 */
public enum ErrorKind {
    CONFIGURATION(Reaction.STOP, "Correct the configuration and start again."),
    SOURCE_UNAVAILABLE(
            Reaction.RETRY, "Nothing to do if the source comes back; otherwise check its address and that it runs."),
    SOURCE_REFUSED(Reaction.STOP, "Give the source user what the message names, then start again."),
    SOURCE_PROTOCOL(
            Reaction.RETRY, "The stream is read again from the last confirmed position; report this if it repeats."),
    SOURCE_GAP(
            Reaction.STOP,
            "Changes in the named range are no longer available: run teardown and start with a new copy."),
    STATE_MISMATCH(
            Reaction.STOP,
            "Point the pipeline at the state that belongs to it, or run teardown and start with a new copy."),
    STATE_UNAVAILABLE(
            Reaction.RETRY, "Check the space and the rights on the state directory; nothing is lost meanwhile."),
    SINK_UNAVAILABLE(
            Reaction.RETRY, "Nothing to do if the sink comes back; otherwise check its address and that it runs."),
    SINK_REFUSED(Reaction.STOP, "Give the sink user what the message names, then start again."),
    SINK_MISFIT(Reaction.STOP, "Change the named table in the target so that the rows fit, then start again."),
    ROW_REFUSED(Reaction.PARK, "Correct the named row or the target's constraint, then start again."),
    FENCED(Reaction.STOP, "Another instance runs this pipeline; stop one of the two."),
    INTERNAL(Reaction.STOP, "This is a fault of Sluice: please report it with the log.");

    private final Reaction reaction;
    private final String advice;

    ErrorKind(Reaction reaction, String advice) {
        this.reaction = reaction;
        this.advice = advice;
    }

    public Reaction reaction() {
        return reaction;
    }

    /** One sentence for the operator. */
    public String advice() {
        return advice;
    }

    /** What is done about an error. */
    public enum Reaction {
        /** Wait with growing, jittered delays and try again, for ever. */
        RETRY,
        /** The row itself is at fault. Until there is an inbox to park it in, the pipeline stops at it. */
        PARK,
        /** A person has to act. */
        STOP
    }
}
