package io.spillway.parquet;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/** A column of the file, or a group of columns. Immutable. */
final class Column {
    /** Bytes of an unsigned_long as DECIMAL(20, 0). */
    static final int UNSIGNED_BYTES = 9;

    private static final int UNSIGNED_DIGITS = 20;

    /** How values are stored. */
    enum Kind {
        GROUP,
        INTEGER,
        LONG,
        UNSIGNED,
        DOUBLE,
        BOOLEAN,
        STRING,
        TIMESTAMP,
        JSON
    }

    private final String name;
    private final int index;
    private final Kind kind;
    private final boolean list;
    private final List<Column> children;
    private final Map<String, Column> members = new HashMap<>();

    /**
     * A column.
     *
     * @param name     in the file
     * @param index    its position among its siblings
     * @param list     whether it holds a list of such values
     * @param children of a group, by the names of members of documents; a name may contain dots
     */
    Column(String name, int index, Kind kind, boolean list, Map<String, Column> children) {
        this.name = name;
        this.index = index;
        this.kind = kind;
        this.list = list;
        this.children = List.copyOf(children.values());
        this.members.putAll(children);
    }

    String name() {
        return name;
    }

    int index() {
        return index;
    }

    Kind kind() {
        return kind;
    }

    boolean isList() {
        return list;
    }

    /** The columns of a group, in order. */
    List<Column> children() {
        return children;
    }

    /** The column of a member of an object, or null if the group does not have it. */
    @Nullable
    Column member(String member) {
        return members.get(member);
    }

    /** The type in the file: optional, a list with three levels. */
    Type type() {
        return list ? Types.optionalList().element(single("element")).named(name) : single(name);
    }

    private Type single(String as) {
        return switch (kind) {
            case GROUP ->
                Types.optionalGroup()
                        .addFields(children.stream().map(Column::type).toArray(Type[]::new))
                        .named(as);
            case INTEGER -> Types.optional(PrimitiveTypeName.INT32).named(as);
            case LONG -> Types.optional(PrimitiveTypeName.INT64).named(as);
            case UNSIGNED ->
                Types.optional(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY)
                        .length(UNSIGNED_BYTES)
                        .as(LogicalTypeAnnotation.decimalType(0, UNSIGNED_DIGITS))
                        .named(as);
            case DOUBLE -> Types.optional(PrimitiveTypeName.DOUBLE).named(as);
            case BOOLEAN -> Types.optional(PrimitiveTypeName.BOOLEAN).named(as);
            // JSON is text, too: DuckDB refuses a whole file of JSON with one escape of half a surrogate pair.
            case STRING, JSON ->
                Types.optional(PrimitiveTypeName.BINARY)
                        .as(LogicalTypeAnnotation.stringType())
                        .named(as);
            case TIMESTAMP ->
                Types.optional(PrimitiveTypeName.INT64)
                        .as(LogicalTypeAnnotation.timestampType(true, LogicalTypeAnnotation.TimeUnit.MICROS))
                        .named(as);
        };
    }
}
