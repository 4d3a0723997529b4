package io.spillway.fields;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is published of a document, as far as it differs: bytes are copied only from the first difference on. Used again
 * for each document.
 */
final class Result {
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    /** What a lane may keep for good between documents. */
    private static final int KEPT_BYTES = 1 << 20;

    private byte[] source = new byte[0];
    private int sourceLength;
    /** Up to here the source is told by what was copied, or left out of it. */
    private int told;

    private byte[] bytes = new byte[4096];
    private int length;
    private boolean differs;

    /** Forgets the document before. */
    void begin(byte[] of, int start, int end) {
        source = of;
        sourceLength = end - start;
        if (bytes.length > KEPT_BYTES) {
            bytes = new byte[4096];
        }
        told = start;
        length = 0;
        differs = false;
    }

    /** Whether anything was left out or replaced. */
    boolean differs() {
        return differs;
    }

    /** What is published, from 0 on to {@link #length()}; valid until the next document. */
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** Takes over the source up to here. */
    void copyUpTo(int end) {
        if (told < end) {
            append(source, told, end - told);
            told = end;
        }
    }

    /** Leaves out the source from where it is told up to here. */
    void skipTo(int end) {
        told = end;
        differs = true;
    }

    /** Puts a JSON string, or null, in the place of what stands in the source. */
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

    /** Puts a member that is null, with this name, in the place of what stands in the source. */
    void replaceMember(int start, int end, String name) {
        copyUpTo(start);
        byte[] member = ('"' + new String(JsonStringEncoder.getInstance().quoteAsString(name)) + "\":null")
                .getBytes(StandardCharsets.UTF_8);
        append(member, 0, member.length);
        skipTo(end);
    }

    /** Where the result stands now. */
    Mark mark() {
        return new Mark(told, length, differs);
    }

    /** Takes back all that came after a mark. */
    void reset(Mark mark) {
        told = mark.told;
        length = mark.length;
        differs = mark.differs;
    }

    private void append(byte[] from, int start, int count) {
        if (bytes.length - length < count) {
            // Rarely more than the source has, so that a large one is not doubled.
            int grown = Math.max(length + count, bytes.length + bytes.length / 2);
            bytes = Arrays.copyOf(bytes, Math.max(grown, sourceLength));
        }
        System.arraycopy(from, start, bytes, length, count);
        length += count;
    }

    /** A place in the result. */
    record Mark(int told, int length, boolean differs) {}
}
