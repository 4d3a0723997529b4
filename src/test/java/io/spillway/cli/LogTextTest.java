package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.slf4j.Logger;

/** The text log, with anything that servers, manifests and file names may contain. */
@ResourceLock(Resources.SYSTEM_ERR)
class LogTextTest {
    private static final String HOSTILE =
            "a\u001b[31m\nforged\rline\u0085\u009b2J\u202eback\u2028sep\u0000\u007f\u2066\u200f\u061c";

    @Test
    void aMessageIsOneLineWithoutControlCharacters() throws Exception {
        List<String> lines = logged(log -> log.warn("it failed cause=\"{}\" tab=\tkept", HOSTILE));
        assertThat(lines).hasSize(1);
        assertThat(lines.get(0)).contains("tab=\tkept").contains("forged").endsWith("kept");
        assertHarmless(lines);
    }

    @Test
    void noLineOfAStackTraceLooksLikeALineOfTheLog() throws Exception {
        String forged = "x\n2026-11-21T00:00:00.000Z INFO  [main] Export forged" + HOSTILE;
        List<String> lines = logged(log -> log.error("it failed", new IllegalStateException(forged)));
        assertThat(lines.get(1)).startsWith("java.lang.IllegalStateException");
        assertThat(lines.subList(2, lines.size())).isNotEmpty().allMatch(line -> line.startsWith("    "));
        assertThat(String.join("\n", lines)).contains("LogTextTest.java");
        assertHarmless(lines);
    }

    @Test
    void aLogInJsonHasAnObjectALineWithoutControlCharacters() throws Exception {
        System.setProperty("spillway.log.format", "json");
        List<String> lines;
        try {
            lines = logged(log -> log.warn("it failed cause=\"{}\"", HOSTILE, new IllegalStateException(HOSTILE)));
        } finally {
            System.clearProperty("spillway.log.format");
        }
        assertThat(lines).hasSize(1);
        JsonNode event = new JsonMapper().readTree(lines.get(0));
        assertThat(event.path("formattedMessage").textValue()).isEqualTo("it failed cause=\"" + HOSTILE + "\"");
        assertThat(event.at("/throwable/message").textValue()).isEqualTo(HOSTILE);
        assertHarmless(lines);
    }

    private static void assertHarmless(List<String> lines) {
        assertThat(lines)
                .allSatisfy(line -> assertThat(line.replace("\t", ""))
                        .doesNotContainPattern("[\\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"));
    }

    /** The lines that the product's own configuration writes. */
    private static List<String> logged(Consumer<Logger> act) throws Exception {
        PrintStream before = System.err;
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        try {
            new LogSetup().configure(context);
            act.accept(context.getLogger("io.spillway.test"));
        } finally {
            context.stop();
            System.setErr(before);
        }
        return List.of(written.toString(StandardCharsets.UTF_8).split("\n"));
    }
}
