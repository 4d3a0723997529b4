package io.spillway.fields;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Builds the published form of a document: bytes are copied only from the first difference on. Reused for each
 * document.
 */
final class Result {
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    /** Maximum buffer that a lane keeps between documents. */
    private static final int KEPT_BYTES = 1 << 20;

    private byte[] source = new byte[0];
    private int sourceLength;
    /** The source up to here has been copied or left out. */
    private int copied;

    private byte[] bytes = new byte[4096];
    private int length;
    private boolean differs;

    /** Starts a new document. */
    void begin(byte[] of, int start, int end) {
        source = of;
        sourceLength = end - start;
        if (bytes.length > KEPT_BYTES) {
            bytes = new byte[4096];
        }
        copied = start;
        length = 0;
        differs = false;
    }

    /** Whether anything was left out or replaced. */
    boolean differs() {
        return differs;
    }

    /** The published form, from 0 to {@link #length()}; valid until the next document. */
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** Copies the source up to here. */
    void copyUpTo(int end) {
        if (copied < end) {
            append(source, copied, end - copied);
            copied = end;
        }
    }

    /** Leaves out the source up to here. */
    void skipTo(int end) {
        copied = end;
        differs = true;
    }

    /** Replaces a range of the source by a JSON string or null. */
    void replace(int start, int end, @Nullable String text) {
        copyUpTo(start);
        if (text == null) {
            append(NULL, 0, NULL.length);
        } else {
            byte[] quoted = JsonStringEncoder.getInstance().quoteAsUTF8(text);
            append(new byte[] {'"'}, 0, 1);
            append(quoted, 0, quoted.length);
            append(new byte[] {'"'}, 0, 1);
        }
        skipTo(end);
    }

    /** Replaces a range of the source by a member with this name and value null. */
    void replaceMember(int start, int end, String name) {
        copyUpTo(start);
        byte[] member = ('"' + new String(JsonStringEncoder.getInstance().quoteAsString(name)) + "\":null")
                .getBytes(StandardCharsets.UTF_8);
        append(member, 0, member.length);
        skipTo(end);
    }

    /** The current state. */
    Mark mark() {
        return new Mark(copied, length, differs);
    }

    /** Restores the state of a mark. */
    void reset(Mark mark) {
        copied = mark.copied;
        length = mark.length;
        differs = mark.differs;
    }

    private void append(byte[] from, int start, int count) {
        if (bytes.length - length < count) {
            // Rarely longer than the source, so that a large buffer is not doubled.
            int grown = Math.max(length + count, bytes.length + bytes.length / 2);
            bytes = Arrays.copyOf(bytes, Math.max(grown, sourceLength));
        }
        System.arraycopy(from, start, bytes, length, count);
        length += count;
    }

    /** A state of the result. */
    record Mark(int copied, int length, boolean differs) {}
}
