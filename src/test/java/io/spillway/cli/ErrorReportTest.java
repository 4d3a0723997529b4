package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.fault.Fault;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

class ErrorReportTest {

    /** Accepts all words. */
    @Command
    static final class AnyCommand {
        @Parameters
        List<String> words = List.of();
    }

    @ParameterizedTest
    @CsvSource({"export, true", "demo, true", "withdraw, false", "catalog, false", "verify, false"})
    void onlyACancelledExportReportsThatNothingWasPublished(String name, boolean expected) {
        StringWriter err = new StringWriter();
        CommandLine command = new CommandLine(new AnyCommand()).setErr(new PrintWriter(err, true));
        int exitCode = ErrorReport.failure(new InterruptedException(), command, command.parseArgs(name, "x"));
        assertThat(exitCode).isEqualTo(Fault.CANCELLED.exitCode());
        assertThat(err.toString().contains("nothing was published")).isEqualTo(expected);
        assertThat(err.toString()).startsWith("error: cancelled");
    }
}
