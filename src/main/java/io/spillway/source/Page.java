package io.spillway.source;

import java.util.List;

/**
 * One answer's documents, complete and checked. Valid until its reader moves on.
 *
 * @param documents in the snapshot's order, at least one
 * @param bytes     the length of the answer they came in
 */
public record Page(List<Document> documents, int bytes) {}
