package io.spillway.source;

import java.util.List;

/**
 * The documents of one response, complete and validated. Valid until its reader moves on.
 *
 * @param documents in the snapshot's order, at least one
 * @param bytes     length of the response
 */
public record Page(List<Document> documents, int bytes) {}
