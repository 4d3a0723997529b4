package io.spillway.run;

import io.spillway.dataset.Dataset;
import io.spillway.dataset.DumpId;
import io.spillway.fields.FieldPolicy;
import io.spillway.fields.Where;
import io.spillway.pipeline.Formats;
import io.spillway.pipeline.PartFormat;
import io.spillway.pipeline.PartLimits;
import io.spillway.pipeline.SliceSettings;
import io.spillway.publish.Disclosure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an export writes, as decided before it begins.
 *
 * @param dataset    the dataset
 * @param where      which documents are published
 * @param fields     which fields are published
 * @param disclosure what the dump says about itself beyond what is found at the source
 * @param formats    how documents are written
 * @param limits     of each part
 * @param allowEmpty whether an index without documents makes an empty dump; otherwise it is refused
 * @param changes    how changes since the dump before are made, or null for none
 */
public record ExportSettings(
        Dataset dataset,
        Where where,
        FieldPolicy fields,
        Disclosure disclosure,
        Formats formats,
        PartLimits limits,
        boolean allowEmpty,
        @Nullable DumpChanges changes) {
    /** An export without changes. */
    public ExportSettings(
            Dataset dataset,
            Where where,
            FieldPolicy fields,
            Disclosure disclosure,
            Formats formats,
            PartLimits limits,
            boolean allowEmpty) {
        this(dataset, where, fields, disclosure, formats, limits, allowEmpty, null);
    }

    /** How slices of a dump are written in these formats. */
    SliceSettings slices(DumpId dump, List<PartFormat> written) {
        return new SliceSettings(dump, where, fields, disclosure.examples(), limits, written);
    }
}
