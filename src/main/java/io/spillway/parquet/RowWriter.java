package io.spillway.parquet;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes one Parquet file to a stream, forwards: pages with statistics and checksums, compressed with zstd. Not
 * thread-safe.
 */
public final class RowWriter implements AutoCloseable {
    private static final int SMALLEST_SHARE_WITH_DICTIONARY = 128 << 10;
    private static final int LARGEST_DICTIONARY = 1 << 20;

    private final Target target;
    private final ParquetWriter<RowBuilder.Row> writer;
    private boolean open = true;

    /**
     * Begins a file.
     *
     * @param level         of zstd, 1 to 19
     * @param rowGroupBytes bytes of rows that are held before they are written
     * @param out           remains open
     */
    public RowWriter(Columns columns, int level, long rowGroupBytes, OutputStream out) throws IOException {
        this.target = new Target(out);
        long share = share(columns, rowGroupBytes);
        this.writer = new Builder(target, columns)
                .withConf(new PlainParquetConfiguration())
                .withCompressionCodec(CompressionCodecName.ZSTD)
                .withCodecFactory(new ZstdPages(level))
                .withRowGroupSize(rowGroupBytes)
                // The library does not count the heap of a dictionary, which is 16 KiB and several times its bytes.
                .withDictionaryEncoding(share >= SMALLEST_SHARE_WITH_DICTIONARY)
                .withDictionaryPageSize((int) Math.min(LARGEST_DICTIONARY, Math.max(1, share / 4)))
                .withPageWriteChecksumEnabled(true)
                // The default looks at memory after 100 rows, and documents may have a hundred mebibytes together.
                .withMinRowCountForPageSizeCheck(1)
                .build();
    }

    /** The share of a column in a row group. */
    private static long share(Columns columns, long rowGroupBytes) {
        return rowGroupBytes / columns.message().getPaths().size();
    }

    /** Adds a row. */
    public void write(RowBuilder.Row row) throws IOException {
        writer.write(row);
    }

    /** Writes the rest of the rows and the footer. */
    public void finish() throws IOException {
        open = false;
        writer.close();
    }

    /** Releases memory; without {@link #finish()} the file remains incomplete. */
    @Override
    public void close() {
        if (open) {
            open = false;
            target.out = OutputStream.nullOutputStream();
            try {
                writer.close();
            } catch (IOException | RuntimeException e) {
                // Whatever it holds belongs to a file that is about to be removed.
                target.out = OutputStream.nullOutputStream();
            }
        }
    }

    private static final class Builder extends ParquetWriter.Builder<RowBuilder.Row, Builder> {
        private final Columns columns;

        Builder(Target target, Columns columns) {
            super(target);
            this.columns = columns;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        @SuppressWarnings("deprecation") // It is abstract.
        protected WriteSupport<RowBuilder.Row> getWriteSupport(Configuration conf) {
            return new Rows(columns);
        }

        @Override
        protected WriteSupport<RowBuilder.Row> getWriteSupport(ParquetConfiguration conf) {
            return new Rows(columns);
        }
    }

    /** Passes a row to the columns. */
    private static final class Rows extends WriteSupport<RowBuilder.Row> {
        private final Columns columns;
        private @Nullable RecordConsumer consumer;

        Rows(Columns columns) {
            this.columns = columns;
        }

        @Override
        @SuppressWarnings("deprecation") // It is abstract.
        public WriteContext init(Configuration conf) {
            return new WriteContext(columns.message(), Map.of());
        }

        @Override
        public WriteContext init(ParquetConfiguration conf) {
            return new WriteContext(columns.message(), Map.of());
        }

        @Override
        public void prepareForWrite(RecordConsumer to) {
            consumer = to;
        }

        @Override
        public void write(RowBuilder.Row row) {
            if (consumer == null) {
                throw new IllegalStateException("a row before the file");
            }
            consumer.startMessage();
            members(consumer, columns.root().children(), row.values());
            members(consumer, columns.beside(), row.values());
            consumer.endMessage();
        }

        private static void members(RecordConsumer to, List<Column> columns, @Nullable Object[] values) {
            for (Column column : columns) {
                Object value = values[column.index()];
                if (value != null) {
                    to.startField(column.name(), column.index());
                    if (value instanceof List<?> list) {
                        list(to, column, list);
                    } else {
                        single(to, column, value);
                    }
                    to.endField(column.name(), column.index());
                }
            }
        }

        private static void list(RecordConsumer to, Column column, List<?> list) {
            to.startGroup();
            if (!list.isEmpty()) {
                to.startField("list", 0);
                for (Object element : list) {
                    to.startGroup();
                    if (element != null) {
                        to.startField("element", 0);
                        single(to, column, element);
                        to.endField("element", 0);
                    }
                    to.endGroup();
                }
                to.endField("list", 0);
            }
            to.endGroup();
        }

        private static void single(RecordConsumer to, Column column, Object value) {
            if (value instanceof Object[] group) {
                to.startGroup();
                members(to, column.children(), group);
                to.endGroup();
            } else if (value instanceof Binary binary) {
                to.addBinary(binary);
            } else if (value instanceof Long number) {
                to.addLong(number);
            } else if (value instanceof Integer number) {
                to.addInteger(number);
            } else if (value instanceof Double number) {
                to.addDouble(number);
            } else {
                to.addBoolean((Boolean) value);
            }
        }
    }

    /** The stream as a file that is written from its first byte to its last. */
    private static final class Target extends PositionOutputStream implements OutputFile {
        private OutputStream out;
        private long position;

        Target(OutputStream out) {
            this.out = out;
        }

        @Override
        public PositionOutputStream create(long blockSizeHint) {
            return this;
        }

        @Override
        public PositionOutputStream createOrOverwrite(long blockSizeHint) {
            return this;
        }

        @Override
        public boolean supportsBlockSize() {
            return false;
        }

        @Override
        public long defaultBlockSize() {
            return 0;
        }

        @Override
        public long getPos() {
            return position;
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            position++;
        }

        @Override
        public void write(byte[] buffer, int offset, int length) throws IOException {
            out.write(buffer, offset, length);
            position += length;
        }

        @Override
        public void close() {
            // The stream belongs to the caller.
        }
    }
}
