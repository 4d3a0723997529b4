package io.spillway.encode;

import io.spillway.parquet.Columns;
import io.spillway.parquet.RowBuilder;
import io.spillway.parquet.RowWriter;
import io.spillway.source.Document;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parquet: one row per document, one column for each field of the mapping, and {@code _rest} for every value that its column
 * does not hold exactly. All parts of a dump have the same schema. Pages are compressed inside the file.
 */
public final class Parquet implements Encoder {
    /** The format's name. */
    public static final String FORMAT = "parquet";

    /** More does not help readers, and takes more heap. */
    private static final long LARGEST_ROW_GROUP = 64 << 20;
    /** Four lanes with 900 columns then fit into 256 MiB, beside the program and its pages; ParquetHeapTest measures it. */
    private static final int SHARE_OF_HEAP = 32;
    /** Buffers that grow by doubling, compressed pages beside them, dictionaries, and the column that is read back. */
    private static final int HEAP_A_ROW_GROUP = 4;

    private final Columns columns;
    private final int level;
    private final long rowGroupBytes;
    private final RowBuilder rows;
    private @Nullable RowWriter writer;

    /**
     * An encoder for one part.
     *
     * @param level         of zstd, 1 to 19
     * @param rowGroupBytes bytes of rows that are held before they are written; the heap for them is several times as much
     */
    public Parquet(Columns columns, int level, long rowGroupBytes) {
        this.columns = columns;
        this.level = level;
        this.rowGroupBytes = rowGroupBytes;
        this.rows = new RowBuilder(columns);
    }

    /** The bytes of a row group, for a heap of that many bytes. */
    public static long rowGroupBytes(long heap) {
        return Math.min(LARGEST_ROW_GROUP, heap / SHARE_OF_HEAP);
    }

    /** What readers have to know besides the format's name, for the manifest. */
    public static Map<String, Object> facts(Columns columns, Columns.Options options) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("columns", columns.facts());
        if (options.ids()) {
            facts.put("id", Columns.ID);
        }
        if (options.source()) {
            facts.put("source", Columns.SOURCE);
        }
        return facts;
    }

    @Override
    public String format() {
        return FORMAT;
    }

    @Override
    public void begin(OutputStream out) throws IOException {
        writer = new RowWriter(columns, level, rowGroupBytes, out);
    }

    @Override
    public void encode(Document document, OutputStream out) throws IOException {
        begun().write(rows.row(document));
    }

    /** Paths with values in {@code _rest}, with the number of documents that have them. */
    @Override
    public Map<String, Long> leftOut() {
        return rows.inRest();
    }

    @Override
    public long heapBytes() {
        return HEAP_A_ROW_GROUP * rowGroupBytes;
    }

    @Override
    public void end(OutputStream out) throws IOException {
        begun().finish();
    }

    private RowWriter begun() {
        if (writer == null) {
            throw new IllegalStateException("a part without its begin");
        }
        return writer;
    }

    @Override
    public void close() {
        if (writer != null) {
            writer.close();
        }
    }
}
