/**
 * Parquet files: a schema from the mapping, rows from documents, and a check that decodes every page. {@link
 * io.spillway.parquet.Columns} is the schema, {@link io.spillway.parquet.RowWriter} writes a file, {@link
 * io.spillway.parquet.RowCount} reads one.
 *
 * <p>No value is lost: what a column cannot hold exactly is in the column {@code _rest}, as its original JSON text.
 */
@NullMarked
package io.spillway.parquet;

import org.jspecify.annotations.NullMarked;
