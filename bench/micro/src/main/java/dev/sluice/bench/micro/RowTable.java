package dev.sluice.bench.micro;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Locale;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.format.OutputFormat;

/** One line for each benchmark and shape, when it has ended: what a row takes and allocates. For JMH's thread. */
final class RowTable implements OutputFormat {
    private static final String LINE = "%-34s %-8s %10s %10s %12s%n";

    private final PrintStream out;
    private final StringBuilder told = new StringBuilder();

    RowTable(PrintStream out) {
        this.out = out;
    }

    /** What JMH had to say of the benchmark under way, for when it fails. */
    String told() {
        return told.toString();
    }

    @Override
    public void startRun() {
        out.printf(Locale.ROOT, LINE, "", "shape", "ns/row", "+-", "bytes/row");
    }

    @Override
    public void startBenchmark(BenchmarkParams parameters) {
        told.setLength(0);
    }

    @Override
    public void endBenchmark(BenchmarkResult result) {
        BenchmarkParams parameters = result.getParams();
        Result<?> time = result.getPrimaryResult();
        Result<?> allocation = result.getSecondaryResults().get("gc.alloc.rate.norm");
        String name = parameters.getBenchmark();
        int method = name.lastIndexOf('.');
        out.printf(
                Locale.ROOT,
                LINE,
                name.substring(name.lastIndexOf('.', method - 1) + 1),
                parameters.getParam("shape"),
                number(time.getScore()),
                number(time.getScoreError()),
                number(allocation == null ? Double.NaN : allocation.getScore()));
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.1f", value);
    }

    @Override
    public void iteration(BenchmarkParams parameters, IterationParams iteration, int number) {}

    @Override
    public void iterationResult(
            BenchmarkParams parameters, IterationParams iteration, int number, IterationResult result) {}

    @Override
    public void endRun(Collection<RunResult> results) {}

    @Override
    public void print(String text) {
        told.append(text);
    }

    @Override
    public void println(String text) {
        told.append(text).append('\n');
    }

    @Override
    public void verbosePrintln(String text) {}

    @Override
    public void write(int character) {
        told.append((char) character);
    }

    @Override
    public void write(byte[] text) {
        told.append(new String(text, StandardCharsets.UTF_8));
    }

    @Override
    public void flush() {
        out.flush();
    }

    @Override
    public void close() {
        out.flush();
    }
}
