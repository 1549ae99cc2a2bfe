package dev.sluice.daemon.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import java.io.OutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets logging up once, at the start of a program. Stateless. */
public final class LogSetup {
    private static final String PATTERN = "%d{HH:mm:ss.SSS} %-5level %msg%n%ex";

    private LogSetup() {}

    /**
     * @param level of our own loggers; those of libraries say nothing below WARN
     * @param target where all events go; not closed
     */
    public static void configure(LogLevel level, LogStyle style, OutputStream target) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        Encoder<ILoggingEvent> encoder = style == LogStyle.JSON ? json(context) : text(context);
        encoder.setContext(context);
        encoder.start();
        OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
        appender.setContext(context);
        appender.setName("sluice");
        appender.setEncoder(encoder);
        appender.setOutputStream(target);
        appender.start();
        Level ours = Level.valueOf(level.name());
        Level others = ours.isGreaterOrEqual(Level.WARN) ? ours : Level.WARN;
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(others);
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        context.getLogger("dev.sluice").setLevel(ours);
    }

    private static Encoder<ILoggingEvent> text(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        return encoder;
    }

    private static Encoder<ILoggingEvent> json(LoggerContext context) {
        JsonEncoder encoder = new JsonEncoder();
        encoder.setContext(context);
        encoder.setWithContext(false);
        encoder.setWithSequenceNumber(false);
        encoder.setWithNanoseconds(false);
        encoder.setWithMessage(false);
        encoder.setWithArguments(false);
        encoder.setWithFormattedMessage(true);
        return encoder;
    }
}
