package io.spillway.notices;

import io.spillway.fault.SpillwayException;
import java.net.URI;

/** Finds out whether what a notice would point at is there for everybody. Used by one thread at a time. */
@FunctionalInterface
public interface AddressCheck {
    /** Takes every address at its word: for sites that cannot reach their own public address from within. */
    AddressCheck NONE = (address, bytes) -> true;

    /** For {@link #answers}: any length will do. */
    long ANY_LENGTH = -1;

    /**
     * Whether an address answers, without a login, with a file of this length. An address that does not answer in time is
     * one that does not answer.
     *
     * @param bytes the length, or {@link #ANY_LENGTH} for files that are replaced
     * @throws SpillwayException only as cancelled
     */
    boolean answers(URI address, long bytes) throws SpillwayException;
}
