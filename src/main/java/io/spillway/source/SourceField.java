package io.spillway.source;

/**
 * A mapped field that can be in a document's source; multi-fields and aliases, which cannot, are omitted.
 *
 * @param path dotted, as in a query: {@code bibjson.title}
 * @param type the source's name for the type: {@code keyword}, {@code nested}; if indices disagree, all of them joined
 *             by {@code |}
 */
public record SourceField(String path, String type) {}
