package io.spillway.encode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node in the tree of columns: {@code bibjson}, and below it {@code title}. Looked up by its bytes, so that names in
 * documents are not converted to objects. Fields without a column are added as unlisted nodes, to count documents.
 */
final class CsvField {
    /** A field without a column of its own. */
    static final int NO_COLUMN = -1;

    private static final int FIRST_SLOTS = 8;
    /** Spreads hashes over the slots: Knuth's multiplier, 2^32 divided by the golden ratio. */
    private static final int SPREAD = 0x9E3779B9;

    private final byte[] name;
    private final String path;
    private final boolean listed;
    private int column = NO_COLUMN;
    private boolean hasColumnsBelow;
    private boolean leaf;
    private boolean parted;
    private long partedIn = -1;
    private @Nullable CsvField[] slots = new CsvField[0];
    private int children;
    private long documentsLeftOut;
    private long lastLeftOut = -1;

    private CsvField(byte[] name, String path, boolean listed) {
        this.name = name;
        this.path = path;
        this.listed = listed;
    }

    /** The root above all columns, which is the document itself. */
    static CsvField tree(CsvColumns columns) {
        CsvField root = new CsvField(new byte[0], "", true);
        for (int column = 0; column < columns.names().size(); column++) {
            if (columns.kind(column).isBesideDocuments()) {
                continue;
            }
            CsvField field = root;
            for (String name : columns.names().get(column).split("\\.", -1)) {
                byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
                field.hasColumnsBelow = true;
                CsvField child = field.child(bytes, 0, bytes.length);
                field = child != null ? child : field.add(bytes, name, true);
            }
            field.column = column;
            field.leaf = columns.kind(column) != CsvColumns.Kind.WHOLE;
            field.parted = columns.kind(column) == CsvColumns.Kind.PARTED;
        }
        return root;
    }

    /** The fields below this one, at any depth, that have a column which may contain dotted names. */
    List<CsvField> wholes() {
        List<CsvField> found = new ArrayList<>();
        for (CsvField child : slots) {
            if (child != null) {
                if (child.column != NO_COLUMN && !child.leaf) {
                    found.add(child);
                }
                found.addAll(child.wholes());
            }
        }
        return found;
    }

    /** The field named {@code bytes[from, to)} below this one, listed or not, or null. */
    @Nullable
    CsvField child(byte[] bytes, int from, int to) {
        if (slots.length == 0) {
            return null;
        }
        int mask = slots.length - 1;
        for (int slot = hash(bytes, from, to) & mask; ; slot = (slot + 1) & mask) {
            CsvField field = slots[slot];
            if (field == null || Arrays.equals(field.name, 0, field.name.length, bytes, from, to)) {
                return field;
            }
        }
    }

    /** Adds a field without a column. */
    CsvField addUnlisted(byte[] bytes, int from, int to) {
        byte[] copy = Arrays.copyOfRange(bytes, from, to);
        return add(copy, new String(copy, StandardCharsets.UTF_8), false);
    }

    private CsvField add(byte[] bytes, String text, boolean isListed) {
        CsvField field = new CsvField(bytes, path.isEmpty() ? text : path + "." + text, isListed);
        children++;
        if (children * 2 > slots.length) {
            @Nullable CsvField[] before = slots;
            slots = new CsvField[Math.max(FIRST_SLOTS, before.length * 2)];
            for (CsvField moved : before) {
                if (moved != null) {
                    place(moved);
                }
            }
        }
        place(field);
        return field;
    }

    private void place(CsvField field) {
        int mask = slots.length - 1;
        int slot = hash(field.name, 0, field.name.length) & mask;
        while (slots[slot] != null) {
            slot = (slot + 1) & mask;
        }
        slots[slot] = field;
    }

    private static int hash(byte[] bytes, int from, int to) {
        int hash = 0;
        for (int p = from; p < to; p++) {
            hash = 31 * hash + bytes[p];
        }
        hash *= SPREAD;
        return hash ^ hash >>> 16;
    }

    /** Dotted path from the document's root. */
    String path() {
        return path;
    }

    /** Whether this is a column's field, or one above it. */
    boolean listed() {
        return listed;
    }

    /** The number of the column that includes all of this field, or {@link #NO_COLUMN}. */
    int column() {
        return column;
    }

    /** Whether fields below this one have columns. */
    boolean hasColumnsBelow() {
        return hasColumnsBelow;
    }

    /** Whether its column has only the field's own values: a dotted name that continues below it is another field. */
    boolean isLeaf() {
        return leaf;
    }

    /** Whether objects among its values contain fields below it. */
    boolean isParted() {
        return parted || (leaf && hasColumnsBelow);
    }

    /** Treats dotted names below it as other fields in this document only. */
    void part(long document) {
        partedIn = document;
    }

    /** Whether a dotted name that continues below this field is another field in this document. */
    boolean endsHere(long document) {
        return leaf || partedIn == document;
    }

    /** Documents counted by {@link #leaveOut}. */
    long documentsLeftOut() {
        return documentsLeftOut;
    }

    /** Counts a document once, however often it has this field; returns whether it is the first one. */
    boolean leaveOut(long document) {
        if (lastLeftOut != document) {
            lastLeftOut = document;
            documentsLeftOut++;
            return documentsLeftOut == 1;
        }
        return false;
    }
}
