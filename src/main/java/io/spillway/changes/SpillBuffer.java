package io.spillway.changes;

import io.spillway.encode.Encoder;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.Document;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Records the documents of one slice: digests of key and line, in a buffer of fixed size that is sorted and written to disk
 * when it is full. Not thread-safe; {@link #finish()} is called after the last document.
 */
public final class SpillBuffer {
    /** Bits of a sort key that are the index of a record in the buffer. */
    private static final int INDEX_BITS = 24;

    private static final int MAX_RECORDS = 1 << INDEX_BITS;

    private final DigestSort sort;
    private final Encoder encoder;
    private final LineKeys keys;
    private LineDigests digests;
    private Line line = new Line();
    private final long slice;
    private byte[] buffer;
    private final DigestRecord record = new DigestRecord();
    private final DigestSum keySum = new DigestSum();
    private final DigestSum lineSum = new DigestSum();
    private int[] offsets = new int[1024];
    private int records;
    private int used;
    private long documents;
    private long without;
    private String example = "";

    /**
     * An empty buffer.
     *
     * @param encoder makes the line of a document
     * @param slice   index of the slice
     * @param bytes   size of the buffer, more than the longest record
     */
    SpillBuffer(DigestSort sort, Encoder encoder, LineKeys keys, int slice, int bytes) {
        this.sort = sort;
        this.encoder = encoder;
        this.keys = keys;
        this.digests = new LineDigests(keys);
        this.slice = slice;
        this.buffer = new byte[bytes];
    }

    /** The bytes of one line, without a copy. */
    private static final class Line extends ByteArrayOutputStream {
        Line() {
            super(8 << 10);
        }

        byte[] bytes() {
            return buf;
        }
    }

    /**
     * Records the next document of the slice.
     *
     * @param published as it is written to the parts
     * @throws SpillwayException {@link Fault#DESTINATION_UNAVAILABLE} if the disk is full
     */
    public void add(Document published) throws SpillwayException {
        line.reset();
        try {
            encoder.encode(published, line);
        } catch (IOException impossible) {
            throw new IllegalStateException("writing to memory cannot fail", impossible);
        }
        if (!add(line.bytes(), 0, line.size() - 1) && example.isEmpty()) {
            example = published.idAsJson();
        }
    }

    /**
     * Records a line, without its end.
     *
     * @return whether it has a key
     */
    boolean add(byte[] bytes, int from, int to) throws SpillwayException {
        long ordinal = documents++;
        if (!digests.read(bytes, from, to, record)) {
            without++;
            return false;
        }
        record.place = Places.of(slice, ordinal);
        keySum.add(record.keyHigh, record.keyLow);
        lineSum.add(record.lineHigh, record.lineLow);
        put();
        return true;
    }

    private void put() throws SpillwayException {
        int tail = record.keyLength + record.routingLength;
        if (buffer.length - used < DigestRecord.FIXED_BYTES + tail || records == MAX_RECORDS) {
            spill();
        }
        if (records == offsets.length) {
            offsets = Arrays.copyOf(offsets, records * 2);
        }
        offsets[records++] = used;
        ByteBuffer out = ByteBuffer.wrap(buffer, used, buffer.length - used);
        out.putLong(record.keyHigh).putLong(record.keyLow);
        out.putLong(record.lineHigh).putLong(record.lineLow).putLong(record.place);
        out.putShort((short) record.keyLength).putShort((short) record.routingLength);
        out.put(record.tail, 0, tail);
        used = out.position();
    }

    /** Writes what is left, and releases the buffer. */
    public void finish() throws SpillwayException {
        if (records > 0) {
            spill();
        }
        // All buffers stay until the end, and each may have had a long line.
        buffer = new byte[0];
        offsets = new int[0];
        line = new Line();
        digests = new LineDigests(new LineKeys(keys));
    }

    private void spill() throws SpillwayException {
        long[] order = new long[records];
        ByteBuffer bytes = ByteBuffer.wrap(buffer);
        long indexMask = MAX_RECORDS - 1L;
        for (int i = 0; i < records; i++) {
            // Signed order of the changed highest bit is the unsigned order of the digest.
            order[i] = ((bytes.getLong(offsets[i]) ^ Long.MIN_VALUE) & ~indexMask) | i;
        }
        Arrays.sort(order);
        DigestRecord each = new DigestRecord();
        var run = sort.newRun();
        try (DigestFile.Writer out = new DigestFile.Writer(run)) {
            for (int i = 0; i < records; i++) {
                settleTies(order, i, bytes, indexMask);
                load((int) (order[i] & indexMask), each, bytes);
                out.write(each);
            }
        } catch (IOException e) {
            throw notWritten(run.toString(), e);
        }
        sort.add(run);
        records = 0;
        used = 0;
    }

    /** Puts the smallest of the records that share the sorted bits of record {@code at} there. */
    private void settleTies(long[] order, int at, ByteBuffer bytes, long indexMask) {
        for (int i = at + 1; i < records && (order[i] & ~indexMask) == (order[at] & ~indexMask); i++) {
            int one = offsets[(int) (order[at] & indexMask)];
            int other = offsets[(int) (order[i] & indexMask)];
            if (compare(bytes, one, other) > 0) {
                long swap = order[at];
                order[at] = order[i];
                order[i] = swap;
            }
        }
    }

    private static int compare(ByteBuffer bytes, int one, int other) {
        int high = Long.compareUnsigned(bytes.getLong(one), bytes.getLong(other));
        return high != 0
                ? high
                : Long.compareUnsigned(bytes.getLong(one + Long.BYTES), bytes.getLong(other + Long.BYTES));
    }

    private void load(int index, DigestRecord into, ByteBuffer bytes) {
        int at = offsets[index];
        into.keyHigh = bytes.getLong(at);
        into.keyLow = bytes.getLong(at + Long.BYTES);
        into.lineHigh = bytes.getLong(at + 2 * Long.BYTES);
        into.lineLow = bytes.getLong(at + 3 * Long.BYTES);
        into.place = bytes.getLong(at + 4 * Long.BYTES);
        int key = bytes.getShort(at + 5 * Long.BYTES);
        int routing = bytes.getShort(at + 5 * Long.BYTES + Short.BYTES);
        int tail = at + DigestRecord.FIXED_BYTES;
        into.setTail(buffer, tail, tail + key, tail + key, tail + key + routing);
    }

    static SpillwayException notWritten(String file, IOException e) {
        return new SpillwayException(
                Fault.DESTINATION_UNAVAILABLE,
                "cannot write digests of changes to %s: %s".formatted(file, e.getMessage()),
                "check whether the disk is full; spillway plan states the room that changes need",
                e);
    }

    /** Documents so far, with and without a key. */
    long documents() {
        return documents;
    }

    /** Documents without a key. */
    long without() {
        return without;
    }

    /** The id of a document without a key, or empty. */
    String example() {
        return example;
    }

    DigestSum keySum() {
        return keySum;
    }

    DigestSum lineSum() {
        return lineSum;
    }
}
