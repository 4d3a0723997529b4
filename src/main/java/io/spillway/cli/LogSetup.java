package io.spillway.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.Logger;

/**
 * Sets up the log: stdout is for results, so it goes to stderr, from level WARN unless the system property {@code
 * spillway.log.level} names another one, as text unless {@code spillway.log.format} is {@code json}. In Java, because
 * Logback takes longer to read a file than a short command takes in all. Public because Logback creates it by name.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class LogSetup extends ContextAwareBase implements Configurator {
    private static final String UNTRUSTED =
            "[\\p{Cc}\\x{2028}\\x{2029}\\x{61c}\\x{200e}\\x{200f}\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}]";
    /**
     * Untrusted text cannot start a line or control a terminal: control characters of a message become U+FFFD, and each line
     * of a stack trace except the first is indented.
     */
    private static final String LINES = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level [%thread] %logger{0}"
            + " %replace(%msg){'(?!\\t)" + UNTRUSTED + "','\uFFFD'}%n"
            + "%replace(%replace(%ex){'(?![\\t\\n])" + UNTRUSTED + "','\uFFFD'}){'\\n(?=.)','$0    '}";

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        ConsoleAppender<ILoggingEvent> stderr = new ConsoleAppender<>();
        stderr.setContext(context);
        stderr.setName("stderr");
        stderr.setTarget("System.err");
        stderr.setEncoder(
                System.getProperty("spillway.log.format", "text").equals("json") ? json(context) : text(context));
        stderr.start();
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(stderr);
        context.getLogger("io.spillway").setLevel(Level.toLevel(System.getProperty("spillway.log.level"), Level.WARN));
        // It warns about each of our keywords for people.
        context.getLogger("com.networknt").setLevel(Level.ERROR);
        // It logs and quotes each malformed request, so a client could fill the log with arbitrary text.
        context.getLogger("org.eclipse.jetty").setLevel(Level.ERROR);
        // It repeats what the server warns of for each request; Spillway logs each warning once.
        context.getLogger("org.elasticsearch.client").setLevel(Level.ERROR);
        // It reports the buffers of each column when a row group is larger than planned, which one large document makes
        // it.
        context.getLogger("org.apache.parquet").setLevel(Level.ERROR);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static Encoder<ILoggingEvent> text(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(LINES);
        encoder.start();
        return encoder;
    }

    private static Encoder<ILoggingEvent> json(LoggerContext context) {
        JsonLogEncoder encoder = new JsonLogEncoder();
        encoder.setContext(context);
        encoder.setWithFormattedMessage(true);
        encoder.setWithMessage(false);
        encoder.setWithArguments(false);
        encoder.setWithSequenceNumber(false);
        encoder.setWithNanoseconds(false);
        encoder.setWithContext(false);
        encoder.start();
        return encoder;
    }
}
