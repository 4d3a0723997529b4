package io.spillway.source;

/**
 * A mapped field that can stand in a document's source; multi-fields and aliases, which cannot, are left out.
 *
 * @param path dotted, as in a query: {@code bibjson.title}
 * @param type the source's own name of the type: {@code keyword}, {@code nested}; where indices disagree, all of them
 *             joined by {@code |}
 */
public record SourceField(String path, String type) {}
