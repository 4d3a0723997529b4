package io.spillway.destination.s3;

import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * CRC-64/NVME (NVM Express NVM Command Set Specification 1.0d, 5.2.1.3.4: polynomial AD93D23594C93659, reflected, all
 * ones before and after), 8 bytes, most significant first, as in S3. Implemented here because the SDK's version is a
 * native library of 24 MB. Not thread-safe.
 */
final class Crc64Nvme extends MessageDigest {
    /** The polynomial in reversed bit order. */
    private static final long POLYNOMIAL = 0x9A6C9329AC4BC9B5L;

    /** Bytes processed per step, with a table for each. */
    private static final int STEP = 8;

    private static final long[][] TABLES = tables();

    private long crc;

    Crc64Nvme() {
        super("CRC64NVME");
    }

    @Override
    protected void engineUpdate(byte input) {
        crc = ~next(~crc, input);
    }

    @Override
    protected void engineUpdate(byte[] input, int offset, int length) {
        long register = ~crc;
        int at = offset;
        for (int end = offset + length - STEP; at <= end; at += STEP) {
            long mixed = 0;
            for (int i = 0; i < STEP; i++) {
                int index = (int) (register >>> (8 * i)) ^ input[at + i];
                mixed ^= TABLES[STEP - 1 - i][index & 0xFF];
            }
            register = mixed;
        }
        for (; at < offset + length; at++) {
            register = next(register, input[at]);
        }
        crc = ~register;
    }

    private static long next(long register, byte input) {
        return (register >>> 8) ^ TABLES[0][((int) register ^ input) & 0xFF];
    }

    @Override
    protected byte[] engineDigest() {
        byte[] digest = ByteBuffer.allocate(Long.BYTES).putLong(crc).array();
        engineReset();
        return digest;
    }

    @Override
    protected int engineGetDigestLength() {
        return Long.BYTES;
    }

    @Override
    protected void engineReset() {
        crc = 0;
    }

    /** Table n: the effect of a byte followed by n zero bytes. */
    private static long[][] tables() {
        long[][] tables = new long[STEP][256];
        for (int value = 0; value < 256; value++) {
            long register = value;
            for (int bit = 0; bit < 8; bit++) {
                register = (register & 1) == 0 ? register >>> 1 : (register >>> 1) ^ POLYNOMIAL;
            }
            tables[0][value] = register;
        }
        for (int table = 1; table < STEP; table++) {
            for (int value = 0; value < 256; value++) {
                long before = tables[table - 1][value];
                tables[table][value] = (before >>> 8) ^ tables[0][(int) before & 0xFF];
            }
        }
        return tables;
    }
}
