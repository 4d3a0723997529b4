package io.spillway.encode;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import de.siegmar.fastcsv.writer.QuoteStrategies;
import io.spillway.json.Escapes;
import io.spillway.json.JsonCursor;
import io.spillway.json.MalformedJsonException;
import io.spillway.source.Document;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * CSV as in RFC 4180, in UTF-8: lines end in CRLF, values are quoted if necessary, and every part has the header. One
 * row per document.
 *
 * <p>A column is a dotted path. {@code {"a":{"b":1}}} and {@code {"a.b":1}} are equivalent, as in Elasticsearch. Fields
 * with a common prefix, such as {@code time} and {@code time.min} below {@code subobjects: false}, are separate fields:
 * what continues below a plain field is not part of its cell. A cell contains:
 * <ul>
 *   <li>for a string, its text, including line breaks; an empty string is quoted;
 *   <li>for a number, the digits as they were indexed, never through a double: {@code 1.10}, {@code 1e400},
 *       {@code -0.0};
 *   <li>{@code true} or {@code false}; for {@code null} or a missing field an empty cell without quotes. (If there is
 *       only one column, the cell is quoted, because many readers skip empty lines.)
 *   <li>for an object, if a column has exactly its path, its JSON text on one line;
 *   <li>for an array, its JSON text, or its joined values ({@link CsvOptions.ArrayForm}).
 * </ul>
 *
 * <p>If a column is below an array of objects, such as {@code author.name} in {@code {"author":[{"name":"A"},{"name":
 * "B"}]}}, the cell is the JSON array of all its values in order, {@code ["A","B"]}, as in Elasticsearch; nested arrays
 * are flattened. The same applies if a document contains a path twice.
 *
 * <p>Strings, numbers, {@code true} and {@code false} are preserved, as are objects and arrays as JSON text. These
 * differences are lost: between {@code null} and a missing field; in a cell's text, between the string {@code "1"} and
 * the number {@code 1}; which of an array's objects a value belonged to, and which had none; where a joined value ends;
 * and for an unpaired surrogate, which UTF-8 cannot encode, between it and the six characters of its escape. JSON Lines
 * preserve all of them.
 *
 * <p>Fields without a column are counted: {@link #leftOut()}.
 */
public final class Csv implements Encoder {
    /** The format's name. */
    public static final String FORMAT = "csv";
    /** The entry in {@link #leftOut()} for all paths beyond the limit. */
    public static final String MORE = "…";

    /** Maximum number of distinct paths that are kept; a document may have any number. */
    private static final int MAX_PATHS = 1_000;
    /** Maximum length in bytes of a name whose path is kept; Elasticsearch accepts tens of thousands. */
    private static final int MAX_NAME = 512;

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final CsvColumns columns;
    private final CsvOptions options;
    private final ColumnKinds kinds;
    private final CsvField tree;
    private final List<CsvField> wholes;
    private final CsvCells cells;
    private final @Nullable String[] row;
    private final Behind target = new Behind();
    private final CsvWriter writer;
    private final List<CsvField> leftOut = new ArrayList<>();
    private long documents;
    private long documentsWithMore;
    private long lastWithMore = -1;

    /** An encoder for one part. */
    public Csv(CsvColumns columns, CsvOptions options) {
        this.columns = columns;
        this.options = options;
        this.kinds = new ColumnKinds(columns);
        this.tree = CsvField.tree(columns);
        this.wholes = tree.wholes();
        this.cells = new CsvCells(columns.names().size(), options);
        this.row = new String[columns.names().size()];
        this.writer = CsvWriter.builder()
                .quoteStrategy(QuoteStrategies.EMPTY)
                .lineDelimiter(LineDelimiter.CRLF)
                .build(target, StandardCharsets.UTF_8);
    }

    @Override
    public String format() {
        return FORMAT;
    }

    @Override
    public void begin(OutputStream out) throws IOException {
        if (options.byteOrderMark()) {
            out.write(BYTE_ORDER_MARK);
        }
        for (int column = 0; column < row.length; column++) {
            row[column] = cells.escaped(columns.names().get(column));
        }
        writeRow(out);
    }

    /**
     * Writes one row.
     *
     * @throws FieldLeftOutException if a field without a column is forbidden; nothing of the row was written
     */
    @Override
    public void encode(Document document, OutputStream out) throws IOException {
        document.readSource((bytes, start, end) -> {
            cells.begin(bytes);
            try {
                new Walk(bytes, JsonCursor.ofValid(bytes, start, end), document).members(tree, false);
                if (partMixed()) {
                    cells.begin(bytes);
                    new Walk(bytes, JsonCursor.ofValid(bytes, start, end), document).members(tree, false);
                }
                for (int column = 0; column < row.length; column++) {
                    boolean beside = columns.kind(column).isBesideDocuments();
                    row[column] = beside ? beside(columns.kind(column), document) : cells.text(column);
                    if (row[column] != null) {
                        kinds.saw(column, beside ? ColumnKinds.TEXT : cells.kind(column));
                    }
                }
            } catch (MalformedJsonException e) {
                throw new IllegalStateException("a parsed document is not valid JSON", e);
            }
        });
        if (row.length == 1 && row[0] == null) {
            row[0] = "";
        }
        writeRow(out);
        documents++;
    }

    /**
     * The number of documents with fields that have no column, by the shortest path above which there is no column: all
     * of {@code author} if neither it nor anything below it has one. Empty values ({@code null}, {@code {}},
     * {@code []}) do not count. Sorted by path; documents with paths beyond the first thousand come last, as
     * {@link #MORE}.
     */
    @Override
    public Map<String, Long> leftOut() {
        Map<String, Long> counts = new LinkedHashMap<>();
        leftOut.stream()
                .sorted(Comparator.comparing(CsvField::path))
                .forEach(field -> counts.put(field.path(), field.documentsLeftOut()));
        if (documentsWithMore > 0) {
            counts.put(MORE, documentsWithMore);
        }
        return counts;
    }

    @Override
    public ColumnKinds columnKinds() {
        return kinds;
    }

    /**
     * Finds columns with values of their own field and values of dotted names below it, such as {@code a} in {@code
     * {"a":1,"a.b":2}}: these are two fields in this document, whatever the mapping.
     */
    private boolean partMixed() throws MalformedJsonException {
        boolean any = false;
        for (CsvField field : wholes) {
            if (cells.isMixed(field.column())) {
                field.part(documents);
                any = true;
            }
        }
        return any;
    }

    private @Nullable String beside(CsvColumns.Kind kind, Document document) {
        String json = switch (kind) {
            case ID -> document.idAsJson();
            case INDEX -> document.indexAsJson();
            default -> document.routingAsJson();
        };
        if (json == null) {
            return null;
        }
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        return cells.escaped(Escapes.text(text, 1, text.length - 1));
    }

    private void writeRow(OutputStream out) throws IOException {
        target.out = out;
        try {
            writer.writeRecord(row);
            writer.flush();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Processes one document, from its first byte to its last. */
    private final class Walk {
        private final byte[] bytes;
        private final JsonCursor cursor;
        private final Document document;
        /** Number of arrays around the cursor, above a column. */
        private int arrays;

        Walk(byte[] bytes, JsonCursor cursor, Document document) {
            this.bytes = bytes;
            this.cursor = cursor;
            this.document = document;
        }

        /** Processes an object below {@code at}; {@code taken} if a column already contains all of it as JSON text. */
        void members(CsvField at, boolean taken) throws MalformedJsonException, IOException {
            cursor.expect('{');
            if (cursor.accept('}')) {
                return;
            }
            do {
                cursor.peek();
                int start = cursor.position() + 1;
                cursor.skipValue();
                int end = cursor.position() - 1;
                cursor.expect(':');
                if (Escapes.within(bytes, start, end)) {
                    byte[] name = new byte[end - start];
                    member(at, taken, name, 0, Escapes.decodeName(bytes, start, end, name));
                } else {
                    member(at, taken, bytes, start, end);
                }
            } while (cursor.accept(','));
            cursor.expect('}');
        }

        /** Processes a member whose possibly dotted name is {@code names[from, to)}. The cursor is after its colon. */
        private void member(CsvField parent, boolean taken, byte[] names, int from, int to)
                throws MalformedJsonException, IOException {
            int dot = from;
            while (dot < to && names[dot] != '.') {
                dot++;
            }
            CsvField field = parent.child(names, from, dot);
            if (field == null || !field.listed()) {
                int start = skipped();
                if (!taken && holdsSomething(start, cursor.position())) {
                    leaveOut(field, parent, names, from, dot);
                }
            } else if (dot == to) {
                value(field, taken);
            } else if (field.column() == CsvField.NO_COLUMN || field.endsHere(documents)) {
                member(field, taken, names, dot + 1, to);
            } else {
                // The name continues below a column: for that column, this member is an object with one member.
                cursor.peek();
                int start = cursor.position();
                member(field, true, names, dot + 1, to);
                String below = new String(names, dot + 1, to - dot - 1, StandardCharsets.UTF_8);
                cells.add(field.column(), start, cursor.position(), below, arrays > 0);
            }
        }

        private void value(CsvField field, boolean taken) throws MalformedJsonException, IOException {
            int kind = cursor.peek();
            int start = cursor.position();
            boolean has = field.column() != CsvField.NO_COLUMN;
            if (has && field.isParted()) {
                parted(field, taken, kind);
                return;
            }
            if (!field.hasColumnsBelow()) {
                cursor.skipValue();
            } else if (kind == '[') {
                elements(field, taken || has);
            } else {
                single(field, taken || has);
            }
            if (has) {
                cells.add(field.column(), start, cursor.position(), null, arrays > 0);
            }
        }

        /** Processes a value whose objects contain fields other than its column's. */
        private void parted(CsvField field, boolean taken, int kind) throws MalformedJsonException, IOException {
            int start = cursor.position();
            if (kind == '{') {
                members(field, taken);
                return;
            }
            cursor.skipValue();
            if (kind == '[' && CsvCells.holdsObject(bytes, start, cursor.position())) {
                Walk inside = new Walk(bytes, JsonCursor.ofValid(bytes, start, cursor.position()), document);
                inside.arrays = arrays;
                inside.elements(field, taken);
            } else {
                cells.add(field.column(), start, cursor.position(), null, arrays > 0);
            }
        }

        /** Processes an array above columns, including nested arrays. */
        private void elements(CsvField field, boolean taken) throws MalformedJsonException, IOException {
            int depth = 0;
            do {
                while (cursor.accept('[')) {
                    depth++;
                }
                arrays += depth;
                if (cursor.peek() != ']') {
                    single(field, taken);
                }
                arrays -= depth;
                while (depth > 0 && cursor.accept(']')) {
                    depth--;
                }
            } while (depth > 0 && cursor.accept(','));
        }

        /** Processes an object above columns, or skips another value. */
        private void single(CsvField field, boolean taken) throws MalformedJsonException, IOException {
            if (cursor.peek() == '{') {
                members(field, taken);
                return;
            }
            int start = skipped();
            if (field.column() != CsvField.NO_COLUMN && field.isParted()) {
                cells.add(field.column(), start, cursor.position(), null, true);
            } else if (!taken && holdsSomething(start, cursor.position())) {
                leaveOut(field);
            }
        }

        private int skipped() throws MalformedJsonException {
            cursor.peek();
            int start = cursor.position();
            cursor.skipValue();
            return start;
        }

        /** Whether it contains more than {@code null}, brackets and blanks. */
        private boolean holdsSomething(int start, int end) {
            for (int p = start; p < end; p++) {
                switch (bytes[p]) {
                    case '[', ']', '{', '}', ',', ' ', '\t' -> {}
                    case 'n' -> p += "ull".length();
                    default -> {
                        return true;
                    }
                }
            }
            return false;
        }

        private void leaveOut(@Nullable CsvField known, CsvField parent, byte[] names, int from, int to)
                throws FieldLeftOutException {
            if (known != null) {
                leaveOut(known);
            } else if (options.unlisted() == CsvOptions.Unlisted.NOTE
                    && (leftOut.size() >= MAX_PATHS || to - from > MAX_NAME)) {
                leaveOutMore();
            } else {
                leaveOut(parent.addUnlisted(names, from, to));
            }
        }

        private void leaveOut(CsvField field) throws FieldLeftOutException {
            if (options.unlisted() == CsvOptions.Unlisted.STOP) {
                throw new FieldLeftOutException(field.path(), document.idAsJson(), document.indexAsJson());
            }
            if (leftOut.size() >= MAX_PATHS && field.documentsLeftOut() == 0) {
                leaveOutMore();
            } else if (field.leaveOut(documents)) {
                leftOut.add(field);
            }
        }

        private void leaveOutMore() {
            if (lastWithMore != documents) {
                lastWithMore = documents;
                documentsWithMore++;
            }
        }
    }

    /** Forwards the library's output to the current row's stream, which only its owner flushes and closes. */
    private static final class Behind extends OutputStream {
        private OutputStream out = OutputStream.nullOutputStream();

        @Override
        public void write(int b) throws IOException {
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }
    }
}
