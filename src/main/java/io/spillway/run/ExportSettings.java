package io.spillway.run;

import io.spillway.dataset.Dataset;
import io.spillway.fields.FieldPolicy;
import io.spillway.fields.Where;
import io.spillway.pipeline.Formats;
import io.spillway.pipeline.PartLimits;
import io.spillway.publish.Disclosure;

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
 */
public record ExportSettings(
        Dataset dataset,
        Where where,
        FieldPolicy fields,
        Disclosure disclosure,
        Formats formats,
        PartLimits limits,
        boolean allowEmpty) {}
