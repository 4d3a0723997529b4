package io.spillway.pipeline;

import io.spillway.dataset.DumpId;
import io.spillway.fields.FieldPolicy;
import io.spillway.fields.Where;
import java.util.List;

/**
 * How the documents of a slice are written: the same for all slices of a dump, wherever each of them runs.
 *
 * @param dump     names the parts
 * @param where    selects the documents that are published
 * @param fields   decides what is published of each document
 * @param examples whether the field statistics keep example values
 * @param limits   of each part
 * @param formats  of the parts, at least one
 */
public record SliceSettings(
        DumpId dump, Where where, FieldPolicy fields, boolean examples, PartLimits limits, List<PartFormat> formats) {
    /** Makes a defensive copy. */
    public SliceSettings {
        formats = List.copyOf(formats);
    }
}
