package io.spillway.parquet;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** Counts the rows of a file: checks and decodes every page of every column, one column at a time. */
public final class RowCount {
    private RowCount() {}

    /**
     * The number of rows.
     *
     * @throws IOException if the file cannot be read, or is not a complete Parquet file whose columns all have as many rows
     *     as its footer states
     */
    public static long of(Path file) throws IOException {
        ParquetReadOptions options = ParquetReadOptions.builder(new PlainParquetConfiguration())
                .usePageChecksumVerification(true)
                .withCodecFactory(new ZstdPages(1))
                .build();
        try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file), options)) {
            FileMetaData footer = reader.getFileMetaData();
            List<ColumnDescriptor> columns = footer.getSchema().getColumns();
            for (int group = 0; group < reader.getRowGroups().size(); group++) {
                long expected = reader.getRowGroups().get(group).getRowCount();
                for (ColumnDescriptor column : columns) {
                    reader.setRequestedSchema(List.of(column));
                    long found = rows(reader.readRowGroup(group), column, footer);
                    if (found != expected) {
                        throw new IOException("column %s has %d rows of row group %d, expected %d"
                                .formatted(String.join(".", column.getPath()), found, group, expected));
                    }
                }
            }
            return reader.getRecordCount();
        } catch (RuntimeException e) {
            // The library throws these for pages that it cannot decode.
            throw new IOException("not a valid Parquet file: " + e.getMessage(), e);
        }
    }

    private static long rows(PageReadStore pages, ColumnDescriptor column, FileMetaData footer) {
        ColumnReader values = new ColumnReadStoreImpl(
                        pages, new Nothing(footer.getSchema()), footer.getSchema(), footer.getCreatedBy())
                .getColumnReader(column);
        long rows = 0;
        long total = pages.getPageReader(column).getTotalValueCount();
        for (long value = 0; value < total; value++) {
            rows += values.getCurrentRepetitionLevel() == 0 ? 1 : 0;
            if (values.getCurrentDefinitionLevel() == column.getMaxDefinitionLevel()) {
                values.writeCurrentValueToConverter();
            }
            values.consume();
        }
        return rows;
    }

    /** Receives decoded values. */
    private static final class Nothing extends GroupConverter {
        private final MessageType schema;
        private final List<Type> types;

        Nothing(MessageType schema) {
            this(schema, schema.getFields());
        }

        private Nothing(MessageType schema, List<Type> types) {
            this.schema = schema;
            this.types = types;
        }

        @Override
        public Converter getConverter(int index) {
            Type type = types.get(index);
            return type.isPrimitive()
                    ? new Ignored()
                    : new Nothing(schema, type.asGroupType().getFields());
        }

        @Override
        public void start() {}

        @Override
        public void end() {}
    }

    private static final class Ignored extends PrimitiveConverter {
        @Override
        public void addBinary(org.apache.parquet.io.api.Binary value) {}

        @Override
        public void addBoolean(boolean value) {}

        @Override
        public void addDouble(double value) {}

        @Override
        public void addInt(int value) {}

        @Override
        public void addLong(long value) {}
    }
}
