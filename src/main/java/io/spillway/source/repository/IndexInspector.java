package io.spillway.source.repository;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.fault.SpillwayException;
import io.spillway.source.SourceField;
import java.util.List;

/** Knows what the mappings and settings of a server mean. */
@FunctionalInterface
public interface IndexInspector {

    /**
     * Checks that indices keep their documents as they were indexed, and finds their fields.
     *
     * @throws SpillwayException an index does not keep its documents unchanged
     */
    Found inspect(boolean openSearch, List<Index> indices) throws SpillwayException;

    /**
     * An index as its metadata describes it.
     *
     * @param name     its name
     * @param mapping  its mapping
     * @param settings its own flat settings
     */
    record Index(String name, JsonNode mapping, JsonNode settings) {}

    /**
     * The fields of indices.
     *
     * @param fields   the mapped fields, sorted by path
     * @param unmapped whether documents may have fields that are not in the mapping
     */
    record Found(List<SourceField> fields, boolean unmapped) {}
}
