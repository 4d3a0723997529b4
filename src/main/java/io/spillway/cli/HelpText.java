package io.spillway.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/**
 * Prints help in lines that fit the terminal, and breaks them at spaces only. Picocli also breaks inside a word, such as
 * a URL or {@code ${env:NAME}}, so it renders lines of any length here.
 */
final class HelpText {
    /** Longer than any line. */
    private static final int UNLIMITED = 5_000;

    private static final Pattern COLOUR = Pattern.compile("\u001B\\[[0-9;]*m");
    private static final Pattern USAGE = Pattern.compile("^Usage: [^\\[<]*");
    /** An option whose name fills its column has only one space before its text. */
    private static final Pattern OPTION = Pattern.compile("^ *(?:-\\w, )?--\\S+ +(?=\\S)");
    /** Two spaces or more before the text of an option, a command or an exit code. */
    private static final Pattern COLUMN = Pattern.compile("^ *\\S.*? {2,}(?=\\S)");

    private static final Pattern INDENT = Pattern.compile("^ *");

    private HelpText() {}

    /**
     * Prints help or the version if it was requested.
     *
     * @return the exit code, or null if nothing was requested
     */
    static @Nullable Integer print(CommandLine commands, ParseResult parsed, PrintWriter out, PrintWriter err) {
        StringWriter text = new StringWriter();
        int width = commands.setUsageHelpAutoWidth(true).getUsageHelpWidth();
        commands.setUsageHelpAutoWidth(false).setUsageHelpWidth(UNLIMITED);
        PrintWriter buffer = new PrintWriter(text, true);
        commands.setOut(buffer).setErr(buffer);
        Integer exitCode = CommandLine.executeHelpRequest(parsed);
        commands.setOut(out).setErr(err);
        if (exitCode != null) {
            out.print(wrapped(text.toString(), width));
            out.flush();
        }
        return exitCode;
    }

    /** Breaks lines longer than {@code width} columns at spaces. A longer word has a line of its own. */
    static String wrapped(String help, int width) {
        return help.lines().map(line -> wrappedLine(line, width)).collect(Collectors.joining("\n", "", "\n"));
    }

    private static String wrappedLine(String line, int width) {
        if (columns(line) <= width) {
            return line;
        }
        int indent = indent(COLOUR.matcher(line).replaceAll(""));
        StringBuilder lines = new StringBuilder();
        int at = 0;
        // Keeps the spaces before a word, which align the columns of the first line.
        Matcher word = Pattern.compile(" *[^ ]+").matcher(line);
        while (word.find()) {
            int length = columns(word.group());
            String text = word.group();
            if (at > indent && at + length > width) {
                text = text.stripLeading();
                lines.append('\n').append(" ".repeat(indent));
                at = indent;
            }
            lines.append(text);
            at += columns(text);
        }
        return lines.toString();
    }

    private static int indent(String line) {
        for (Pattern start : new Pattern[] {USAGE, OPTION, COLUMN, INDENT}) {
            Matcher matcher = start.matcher(line);
            if (matcher.find()) {
                return matcher.end();
            }
        }
        return 0;
    }

    private static int columns(String text) {
        String plain = COLOUR.matcher(text).replaceAll("");
        return plain.codePointCount(0, plain.length());
    }
}
