package io.spillway.changes;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;

/**
 * One document in a digest file: 16 bytes of the SHA-256 of its key and of its line, its place in the dump that is being
 * written, its key as the line has it, and its routing. Mutable, used again for each record; not thread-safe.
 */
final class DigestRecord {
    /** Bytes of a record beside its key and its routing. */
    static final int FIXED_BYTES = 5 * Long.BYTES + 2 * Short.BYTES;

    long keyHigh;
    long keyLow;
    long lineHigh;
    long lineLow;
    long place;
    byte[] tail = new byte[64];
    int keyLength;
    int routingLength;

    /** The order of records: by the digest of the key. */
    int compareKeys(DigestRecord other) {
        int high = Long.compareUnsigned(keyHigh, other.keyHigh);
        return high != 0 ? high : Long.compareUnsigned(keyLow, other.keyLow);
    }

    boolean hasKeyOf(DigestRecord other) {
        return keyHigh == other.keyHigh && keyLow == other.keyLow;
    }

    boolean hasLineOf(DigestRecord other) {
        return lineHigh == other.lineHigh && lineLow == other.lineLow;
    }

    boolean hasRoutingOf(DigestRecord other) {
        return Arrays.equals(
                tail,
                keyLength,
                keyLength + routingLength,
                other.tail,
                other.keyLength,
                other.keyLength + other.routingLength);
    }

    /** Copies key and routing from a line. */
    void setTail(byte[] line, int keyFrom, int keyTo, int routingFrom, int routingTo) {
        keyLength = keyTo - keyFrom;
        routingLength = routingTo - routingFrom;
        require(keyLength + routingLength);
        System.arraycopy(line, keyFrom, tail, 0, keyLength);
        System.arraycopy(line, routingFrom, tail, keyLength, routingLength);
    }

    private void require(int bytes) {
        if (tail.length < bytes) {
            tail = new byte[Math.max(bytes, tail.length * 2)];
        }
    }

    void write(DataOutputStream out) throws IOException {
        out.writeLong(keyHigh);
        out.writeLong(keyLow);
        out.writeLong(lineHigh);
        out.writeLong(lineLow);
        out.writeLong(place);
        out.writeShort(keyLength);
        out.writeShort(routingLength);
        out.write(tail, 0, keyLength + routingLength);
    }

    /** Reads the next record; returns false at the end of the file. */
    boolean read(DataInputStream in) throws IOException {
        int first = in.read();
        if (first < 0) {
            return false;
        }
        long high = first;
        for (int i = 1; i < Long.BYTES; i++) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("a record of digests is cut off");
            }
            high = high << 8 | next;
        }
        keyHigh = high;
        keyLow = in.readLong();
        lineHigh = in.readLong();
        lineLow = in.readLong();
        place = in.readLong();
        keyLength = in.readUnsignedShort();
        routingLength = in.readUnsignedShort();
        require(keyLength + routingLength);
        in.readFully(tail, 0, keyLength + routingLength);
        return true;
    }
}
