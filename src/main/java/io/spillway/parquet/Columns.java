package io.spillway.parquet;

import io.spillway.source.SourceField;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * The schema of all parts of a dump, made from the mapping alone, so that it does not depend on the documents of a part.
 * Objects are groups, {@code nested} fields are lists of groups. Immutable.
 */
public final class Columns {
    /** The column with all values that no other column holds exactly. */
    public static final String REST = "_rest";
    /** The column with the whole document. */
    public static final String SOURCE = "_source";
    /** The column with the id. */
    public static final String ID = "_id";
    /** The column with the routing. */
    public static final String ROUTING = "_routing";

    /** The beginning of the type of a list in {@link #facts}. */
    public static final String LIST_OF = "list of ";

    /** More columns than this cost more memory than they are worth; deep objects become JSON. */
    static final int MAX_LEAVES = 2_000;

    private final Column root;
    private final int fields;
    private final @Nullable Column id;
    private final @Nullable Column routing;
    private final Column rest;
    private final @Nullable Column source;
    private final List<Map<String, String>> facts = new ArrayList<>();

    /**
     * The schema for published fields.
     *
     * @param mapped  sorted by path
     * @param options which columns there are
     */
    public Columns(List<SourceField> mapped, Options options) {
        int depth = mapped.stream()
                .mapToInt(field ->
                        (int) field.path().chars().filter(c -> c == '.').count() + 1)
                .max()
                .orElse(1);
        while (depth > 1 && new Builder(options, depth).leaves(mapped) > MAX_LEAVES) {
            depth--;
        }
        Map<String, Column> children =
                new Builder(options, depth).children("", "", mapped, 1, Set.of(REST, SOURCE, ID, ROUTING));
        fields = children.size();
        root = new Column("document", 0, Column.Kind.GROUP, false, children);
        int next = fields;
        id = options.ids() ? new Column(ID, next++, Column.Kind.STRING, false, Map.of()) : null;
        routing = options.ids() ? new Column(ROUTING, next++, Column.Kind.STRING, false, Map.of()) : null;
        rest = new Column(REST, next++, Column.Kind.JSON, false, Map.of());
        source = options.source() ? new Column(SOURCE, next, Column.Kind.JSON, false, Map.of()) : null;
    }

    /**
     * Which columns there are.
     *
     * @param lists      paths of fields that are lists
     * @param timestamps whether dates are timestamps instead of text
     * @param source     whether each row has the document itself
     * @param ids        whether each row has the id and the routing of its document
     */
    public record Options(Set<String> lists, boolean timestamps, boolean source, boolean ids) {
        /** Scalars, dates as text, fields alone. */
        public static final Options DEFAULTS = new Options(Set.of(), false, false, false);

        /** Makes a defensive copy. */
        public Options {
            lists = Set.copyOf(lists);
        }
    }

    /**
     * Each column, a group before its columns: {@code name} in the file, with dots between groups, {@code path} of the field,
     * {@code type}.
     */
    public List<Map<String, String>> facts() {
        return List.copyOf(facts);
    }

    Column root() {
        return root;
    }

    /** The columns beside the fields, in order. */
    List<Column> beside() {
        List<Column> beside = new ArrayList<>();
        if (id != null && routing != null) {
            beside.add(id);
            beside.add(routing);
        }
        beside.add(rest);
        if (source != null) {
            beside.add(source);
        }
        return beside;
    }

    /** Number of columns at the top, with those beside the fields. */
    int width() {
        return fields + beside().size();
    }

    boolean hasIds() {
        return id != null;
    }

    boolean hasSource() {
        return source != null;
    }

    int idIndex() {
        return fields;
    }

    int restIndex() {
        return rest.index();
    }

    MessageType message() {
        List<Type> types = new ArrayList<>();
        root.children().forEach(column -> types.add(column.type()));
        beside().forEach(column -> types.add(column.type()));
        return new MessageType("document", types);
    }

    /** Builds groups with a limited depth. */
    private final class Builder {
        private final Options options;
        private final int depth;
        private int leaves;

        Builder(Options options, int depth) {
            this.options = options;
            this.depth = depth;
        }

        int leaves(List<SourceField> mapped) {
            var unused = children("", "", mapped, 1, Set.of());
            facts.clear();
            return leaves;
        }

        /** The columns of an object, whose path with a dot at its end is {@code prefix}. */
        Map<String, Column> children(
                String prefix, String names, List<SourceField> fields, int level, Set<String> reserved) {
            Map<String, List<SourceField>> byFirst = new TreeMap<>();
            for (SourceField field : fields) {
                String rest = field.path().substring(prefix.length());
                int dot = rest.indexOf('.');
                byFirst.computeIfAbsent(dot < 0 ? rest : rest.substring(0, dot), first -> new ArrayList<>())
                        .add(field);
            }
            Set<String> taken = new HashSet<>(reserved);
            Map<String, Column> columns = new LinkedHashMap<>();
            byFirst.forEach((first, below) -> {
                String path = prefix + first;
                SourceField own = below.stream()
                        .filter(field -> field.path().equals(path))
                        .findFirst()
                        .orElse(null);
                List<SourceField> deeper = below.stream()
                        .filter(field -> !field.path().equals(path))
                        .toList();
                boolean group = !deeper.isEmpty() && (own == null || isObject(own.type()));
                boolean list = options.lists().contains(path)
                        || (own != null && own.type().equals("nested"));
                if (group && level < depth) {
                    String name = unique(first, taken);
                    facts.add(fact(names + name, path, Column.Kind.GROUP, list));
                    columns.put(
                            first,
                            new Column(
                                    name,
                                    columns.size(),
                                    Column.Kind.GROUP,
                                    list,
                                    children(path + ".", names + name + ".", deeper, level + 1, Set.of())));
                } else if (group) {
                    leaf(columns, first, path, "object", names, taken);
                } else {
                    if (own != null) {
                        leaf(columns, first, path, own.type(), names, taken);
                    }
                    // Fields with dots in their names beside a field that they begin with.
                    deeper.forEach(field -> leaf(
                            columns,
                            field.path().substring(prefix.length()),
                            field.path(),
                            field.type(),
                            names,
                            taken));
                }
            });
            return columns;
        }

        private void leaf(
                Map<String, Column> columns, String member, String path, String type, String names, Set<String> taken) {
            if (depth == 1 && columns.size() >= MAX_LEAVES) {
                // The field is in the column of all other values.
                return;
            }
            Column.Kind kind = kind(type);
            boolean list = kind != Column.Kind.JSON && (options.lists().contains(path) || type.equals("dense_vector"));
            String name = unique(member, taken);
            Column column = new Column(name, columns.size(), kind, list, Map.of());
            columns.put(member, column);
            leaves++;
            facts.add(fact(names + name, path, kind, list));
        }

        private Map<String, String> fact(String name, String path, Column.Kind kind, boolean list) {
            Map<String, String> fact = new LinkedHashMap<>();
            fact.put("name", name);
            fact.put("path", path);
            fact.put("type", (list ? LIST_OF : "") + kind.name().toLowerCase(Locale.ROOT));
            return fact;
        }

        private Column.Kind kind(String type) {
            return switch (type) {
                case "long" -> Column.Kind.LONG;
                case "integer", "short", "byte" -> Column.Kind.INTEGER;
                case "unsigned_long" -> Column.Kind.UNSIGNED;
                case "double", "float", "half_float", "scaled_float", "dense_vector" -> Column.Kind.DOUBLE;
                case "boolean" -> Column.Kind.BOOLEAN;
                case "keyword",
                        "constant_keyword",
                        "wildcard",
                        "text",
                        "match_only_text",
                        "search_as_you_type",
                        "annotated_text",
                        "ip",
                        "version",
                        "binary" -> Column.Kind.STRING;
                case "date", "date_nanos" -> options.timestamps() ? Column.Kind.TIMESTAMP : Column.Kind.STRING;
                default -> Column.Kind.JSON;
            };
        }
    }

    private static boolean isObject(String type) {
        return type.equals("nested") || type.equals("object");
    }

    /** Spark and Hive do not distinguish the case of names. */
    private static String unique(String member, Set<String> taken) {
        String name = member;
        for (int number = 2; !taken.add(name.toLowerCase(Locale.ROOT)); number++) {
            name = member + "_" + number;
        }
        return name;
    }
}
