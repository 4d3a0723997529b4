package io.spillway.cli;

import io.spillway.config.Spelling;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Prints failures on stderr: {@code error:} with what failed, {@code hint:} with what to do. {@code --json} prints the
 * same as one object on stdout. The stack trace is printed only with {@code --stacktrace} or for an internal error.
 */
final class ErrorReport {
    private static final int BUG = 1;
    private static final int USAGE = 2;

    private ErrorReport() {}

    static int usage(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        print(
                command,
                args,
                "USAGE",
                USAGE,
                e instanceof UnmatchedArgumentException unmatched ? unknown(unmatched) : String.valueOf(e.getMessage()),
                didYouMean(e) + "see " + command.getCommandSpec().qualifiedName() + " --help");
        return USAGE;
    }

    /** The nearest options or commands, or an empty string. */
    private static String didYouMean(ParameterException e) {
        List<String> near = e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : meant(e);
        return near.isEmpty() ? "" : "did you mean " + String.join(" or ", near) + "? ";
    }

    /** The value of an enumeration that a misspelt one is nearest to. */
    private static List<String> meant(ParameterException e) {
        ArgSpec argument = e.getArgSpec();
        Class<?> type = argument == null ? Object.class : argument.auxiliaryTypes()[0];
        if (!type.isEnum() || e.getValue() == null) {
            return List.of();
        }
        List<String> known = Stream.of(type.getEnumConstants())
                .map(each -> String.valueOf(each).toLowerCase(Locale.ROOT))
                .toList();
        return Spelling.nearest(e.getValue().toLowerCase(Locale.ROOT), known).stream()
                .toList();
    }

    /** Names unknown options without their values: the value of a mistyped option may be a secret. */
    private static String unknown(UnmatchedArgumentException e) {
        return "unknown: "
                + e.getUnmatched().stream()
                        .map(argument -> argument.startsWith("-") ? argument.split("=", 2)[0] : argument)
                        .collect(Collectors.joining(", "));
    }

    static int failure(Exception e, CommandLine command, @Nullable ParseResult parsed) {
        String[] args = parsed == null ? new String[0] : parsed.originalArgs().toArray(new String[0]);
        SpillwayException fault = asFault(e, args);
        if (fault != null) {
            print(
                    command,
                    args,
                    fault.fault().name(),
                    fault.fault().exitCode(),
                    String.valueOf(fault.getMessage()),
                    fault.hint());
            if (has(args, "--stacktrace")) {
                e.printStackTrace(command.getErr());
            }
            return fault.fault().exitCode();
        }
        print(command, args, "BUG", BUG, "internal error: " + e, "please report it with the stack trace");
        e.printStackTrace(command.getErr());
        return BUG;
    }

    private static @Nullable SpillwayException asFault(Exception e, String[] args) {
        if (e instanceof SpillwayException fault) {
            return fault;
        } else if (e instanceof InterruptedException || e instanceof CancellationException) {
            boolean exports = has(args, "export") || has(args, "demo");
            String message = exports ? "cancelled; nothing was published" : "cancelled";
            return new SpillwayException(Fault.CANCELLED, message, null, e);
        }
        return null;
    }

    private static void print(
            CommandLine command, String[] args, String fault, int exitCode, String message, @Nullable String hint) {
        // Only invalid schedules and undecided mappings span several lines, one for each problem.
        if (fault.equals(Fault.CONFIG.name()) || fault.equals(Fault.FIELD_POLICY.name())) {
            ("error: " + message).lines().forEach(command.getErr()::println);
        } else {
            command.getErr().println("error: " + message);
        }
        if (hint != null) {
            command.getErr().println("hint:  " + hint);
        }
        if (has(args, "--json")) {
            Map<String, Object> error = new LinkedHashMap<>();
            error.put("type", "error");
            error.put("fault", fault);
            error.put("exit_code", exitCode);
            error.put("message", message);
            error.put("hint", hint);
            command.getOut().println(JsonText.line(error));
        }
        command.getErr().flush();
        command.getOut().flush();
    }

    private static boolean has(String[] args, String option) {
        return Arrays.asList(args).contains(option);
    }
}
