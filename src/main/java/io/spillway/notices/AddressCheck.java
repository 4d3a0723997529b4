package io.spillway.notices;

import io.spillway.fault.SpillwayException;
import java.net.URI;

/** Checks whether a URL that a notice would name is publicly available. Called by one thread at a time. */
@FunctionalInterface
public interface AddressCheck {
    /** Accepts every URL: for sites that cannot reach their own public URL from within. */
    AddressCheck NONE = (address, bytes) -> true;

    /** For {@link #answers}: accepts any length. */
    long ANY_LENGTH = -1;

    /**
     * Whether a URL answers, without a login, with a file of this length. A timeout counts as no answer.
     *
     * @param bytes the length, or {@link #ANY_LENGTH} for files that are replaced
     * @throws SpillwayException only {@code CANCELLED}
     */
    boolean answers(URI address, long bytes) throws SpillwayException;
}
