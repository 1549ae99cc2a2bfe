package dev.sluice.daemon.cli;

/** What the program's exit status means. */
public final class ExitCodes {
    public static final int OK = 0;
    /** Something could not be done; standard error says what. */
    public static final int FAILED = 1;
    /** The command line or the configuration is wrong; nothing was touched. */
    public static final int USAGE = 2;
    /** The comparison found differences, or could not compare everything. */
    public static final int DIFFERENCES = 3;

    private ExitCodes() {}
}
