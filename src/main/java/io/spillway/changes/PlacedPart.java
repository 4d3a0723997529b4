package io.spillway.changes;

import io.spillway.manifest.Part;

/**
 * A part of the dump that is being written, in the format {@code jsonl}.
 *
 * @param part  with its final name
 * @param slice index of its slice, as for {@link ChangeMaker#slice}
 * @param first number of its first document within the slice, from 0
 */
public record PlacedPart(Part part, int slice, long first) {}
