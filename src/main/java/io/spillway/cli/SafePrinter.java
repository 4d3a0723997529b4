package io.spillway.cli;

import io.spillway.fault.Printable;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Formattable;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * All output of a command passes through this. Text from manifests, servers and file names cannot move the cursor,
 * change colours or start a new line: each format argument and each printed line stays on one line. The text of a
 * single {@code print} may contain line ends.
 */
final class SafePrinter extends PrintWriter {
    private final PrintWriter target;

    /** Prints to {@code target}, and flushes it after each line. */
    SafePrinter(PrintWriter target) {
        super(new Escaping(target), true);
        this.target = target;
    }

    /** Replaces the current line of a terminal; elsewhere the same as a print. */
    static void status(PrintWriter out, String line) {
        if (out instanceof SafePrinter safe) {
            safe.flush();
            safe.target.print("\r" + Printable.line(line) + "\u001b[K");
            safe.target.flush();
        } else {
            out.print("\r" + Printable.line(line) + "\u001b[K");
            out.flush();
        }
    }

    @Override
    public void println(@Nullable String line) {
        super.println(Printable.line(String.valueOf(line)));
    }

    @Override
    public void println(@Nullable Object value) {
        println(String.valueOf(value));
    }

    @Override
    public PrintWriter format(String format, @Nullable Object... values) {
        return super.format(format, safe(values));
    }

    @Override
    public PrintWriter format(@Nullable Locale locale, String format, @Nullable Object... values) {
        return super.format(locale, format, safe(values));
    }

    private static @Nullable Object[] safe(@Nullable Object[] values) {
        @Nullable Object[] safe = values.clone();
        for (int i = 0; i < safe.length; i++) {
            Object value = safe[i];
            if (value != null
                    && !(value instanceof Number)
                    && !(value instanceof Boolean)
                    && !(value instanceof Character)
                    && !(value instanceof Formattable)) {
                safe[i] = Printable.line(value.toString());
            }
        }
        return safe;
    }

    /** The last barrier: escapes all output, however it is printed. */
    private static final class Escaping extends FilterWriter {
        Escaping(Writer out) {
            super(out);
        }

        @Override
        public void write(int c) throws IOException {
            write(String.valueOf((char) c));
        }

        @Override
        public void write(char[] chars, int offset, int length) throws IOException {
            out.write(Printable.lines(new String(chars, offset, length)));
        }

        @Override
        public void write(String text, int offset, int length) throws IOException {
            out.write(Printable.lines(text.substring(offset, offset + length)));
        }
    }
}
