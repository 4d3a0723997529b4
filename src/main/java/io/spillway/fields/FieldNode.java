package io.spillway.fields;

import io.spillway.source.SourceField;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A node in the tree of field names of one lane: the decision on the field, and its statistics. Looked up by its bytes,
 * usually at the first try, because documents tend to have their fields in the same order.
 */
final class FieldNode {
    /** The types in {@link #types}, one bit each, in the order of their names. */
    static final List<String> TYPE_NAMES = List.of("array", "boolean", "null", "number", "object", "string");

    static final int ARRAY = 1;
    static final int BOOLEAN = 2;
    static final int NULL = 4;
    static final int NUMBER = 8;
    static final int OBJECT = 16;
    static final int STRING = 32;

    private final FieldPolicy policy;
    private final @Nullable FieldNode parent;
    private final FieldPolicy.Positions positions;
    private final byte[] name;
    private final String path;
    private final int depth;
    private final boolean passing;
    /** Whether it is a mapped field or an object above one. */
    private boolean mapped;

    private @Nullable String type;
    private final Map<Key, FieldNode> children = new HashMap<>();
    private @Nullable FieldNode first;
    private @Nullable FieldNode follower;
    private @Nullable Mode mode;
    private boolean restricted;
    private @Nullable Decision decision;

    private int types;
    private long documents;
    private long lastDocument = -1;
    private long leftOut;
    private long lastLeftOut = -1;
    private long unreadable;
    private boolean valuesPublished;
    private @Nullable String example;

    /** How a value of this node is handled. */
    enum Mode {
        /** Published with all its content. */
        WHOLE,
        /** Published; fields of an object here have their own decisions. */
        VALUE,
        /** Left out with all its content. */
        DROP,
        /** Blurred; none of its content is published. */
        BLUR,
        /** No decision, neither on it nor on anything below it. */
        UNDECIDED,
        /** No rule names it, but rules may name fields below it. */
        DESCEND
    }

    private FieldNode(
            FieldPolicy policy,
            @Nullable FieldNode parent,
            FieldPolicy.Positions positions,
            byte[] name,
            String path,
            boolean passing) {
        this.policy = policy;
        this.parent = parent;
        this.positions = positions;
        this.name = name;
        this.path = path;
        this.depth = parent == null ? 0 : parent.depth + 1;
        this.passing = passing;
    }

    /** The root, which is the document itself. */
    static FieldNode root(FieldPolicy policy) {
        return new FieldNode(policy, null, policy.start(), new byte[0], "", false);
    }

    /** The root of a tree with all mapped fields. */
    static FieldNode tree(FieldPolicy policy, List<SourceField> mapped) {
        FieldNode root = root(policy);
        for (SourceField field : mapped) {
            FieldNode node = root.at(field.path());
            node.type = field.type();
            for (FieldNode above = node; above != null; above = above.parent) {
                above.mapped = true;
            }
        }
        return root;
    }

    /** The node of a dotted path below this one, created if it does not exist. */
    FieldNode at(String dotted) {
        FieldNode node = this;
        for (String step : dotted.split("\\.", -1)) {
            node = node.child(step);
        }
        return node;
    }

    /** The node of a name below this one, created if it does not exist. */
    FieldNode child(String childName) {
        byte[] bytes = childName.getBytes(StandardCharsets.UTF_8);
        FieldNode known = find(bytes, 0, bytes.length);
        if (known != null) {
            return known;
        }
        FieldNode child = make(bytes, childName, false);
        children.put(new Key(bytes, 0, bytes.length), child);
        return child;
    }

    /** A temporary node, for documents with too many names. */
    FieldNode passing(byte[] bytes, int from, int to) {
        return make(
                Arrays.copyOfRange(bytes, from, to), new String(bytes, from, to - from, StandardCharsets.UTF_8), true);
    }

    private FieldNode make(byte[] bytes, String childName, boolean passes) {
        return new FieldNode(
                policy,
                this,
                positions.step(childName),
                bytes,
                parent == null ? childName : path + "." + childName,
                passes);
    }

    @Nullable
    FieldNode find(byte[] bytes, int from, int to) {
        return children.get(new Key(bytes, from, to));
    }

    /**
     * The node below this one that followed {@code before} in the previous document, if there is one. Its name needs no
     * decoding: a string with these very bytes is this name.
     */
    @Nullable
    FieldNode guess(@Nullable FieldNode before) {
        FieldNode guess = before == null ? first : before.follower;
        // A dotted name leads to a deeper node, whose follower has another parent.
        return guess != null && guess.parent == this ? guess : null;
    }

    /** Its name in UTF-8; not to be changed. */
    byte[] name() {
        return name;
    }

    /** Records that {@code child}, whose name needs no decoding, followed {@code before}. */
    void remember(@Nullable FieldNode before, FieldNode child) {
        if (before == null) {
            first = child;
        } else {
            before.follower = child;
        }
    }

    String path() {
        return path;
    }

    /** Number of names in its path; 0 for the root. */
    int depth() {
        return depth;
    }

    /** Whether it is temporary and must not be referenced. */
    boolean isPassing() {
        return passing;
    }

    Mode mode() {
        Mode known = mode;
        if (known == null) {
            known = work();
            mode = known;
        }
        return known;
    }

    /** The blur of this node; only in mode {@code BLUR}. */
    Blur blur() {
        Blur blur = decision().blur();
        if (blur == null) {
            throw new IllegalStateException(path + " is not blurred");
        }
        return blur;
    }

    @Nullable
    FieldNode parent() {
        return parent;
    }

    boolean isMapped() {
        return type != null;
    }

    /** Whether {@code null} and empty arrays and objects are published here: rules name it, or a field below it. */
    boolean mayShow() {
        return switch (mode()) {
            case WHOLE, VALUE, BLUR -> true;
            case DROP, UNDECIDED -> false;
            case DESCEND -> isSpelledOut() || mappedChildren().anyMatch(FieldNode::hasPublishedByMapping);
        };
    }

    /** Whether rules and mapping alone determine that its values, or fields below it, are published. */
    boolean isPublishedByMapping() {
        if (type == null) {
            return false;
        }
        return switch (mode()) {
            case WHOLE, VALUE, BLUR -> true;
            case DROP, UNDECIDED -> false;
            case DESCEND ->
                FieldTypes.isOpen(type)
                        && (isSpelledOut() || mappedChildren().anyMatch(FieldNode::hasPublishedByMapping));
        };
    }

    private boolean hasPublishedByMapping() {
        return isPublishedByMapping() || mappedChildren().anyMatch(FieldNode::hasPublishedByMapping);
    }

    /** Whether a rule names fields below this one and contains the exact names up to here. */
    private boolean isSpelledOut() {
        return positions.includes(FieldPattern::leadsBelow) || positions.blurs(FieldPattern::leadsBelow);
    }

    private Stream<FieldNode> mappedChildren() {
        return children.values().stream().filter(child -> child.mapped);
    }

    private Decision decision() {
        Decision known = decision;
        if (known == null) {
            known = positions.decision();
            decision = known;
        }
        return known;
    }

    /** Whether a value that is not an object is published here, apart from decisions on the objects above. */
    private boolean publishes() {
        return decision().kind() == Decision.Kind.PUBLISHED
                || (decision().kind() == Decision.Kind.UNDECIDED
                        && (policy.unlisted() == FieldPolicy.Unlisted.PUBLISH || isPartOfValue()));
    }

    /** Whether it belongs to the value of a published field, such as {@code lat} to a {@code geo_point}. */
    private boolean isPartOfValue() {
        if (type != null) {
            // A mapped field has its own decision, wherever it is.
            return false;
        }
        for (FieldNode above = parent; above != null; above = above.parent) {
            String owner = above.type;
            if (owner != null) {
                String below = path.substring(above.path.length() + 1);
                return above.publishes() && FieldTypes.isPartOfValue(owner, below);
            }
        }
        return false;
    }

    /** Whether rules withhold or blur fields below this one; only if it is published. */
    boolean isRestricted() {
        return restricted;
    }

    private Mode work() {
        if (parent == null) {
            // A document has no path: a rule such as ** names its fields.
            return Mode.DESCEND;
        }
        if (parent.mode() == Mode.DROP || parent.mode() == Mode.BLUR) {
            // A mapped field in an object that is left out or blurred: it is neither published nor listed.
            return Mode.DROP;
        }
        switch (decision().kind()) {
            case WITHHELD -> {
                return Mode.DROP;
            }
            case BLURRED -> {
                return Mode.BLUR;
            }
            default -> {}
        }
        restricted = positions.excludes(FieldPattern::namesSomeBelow) || positions.blurs(FieldPattern::namesSomeBelow);
        if (publishes()) {
            boolean all = policy.unlisted() == FieldPolicy.Unlisted.PUBLISH
                    || positions.includes(FieldPattern::namesAllBelow);
            return all && !restricted && children.isEmpty() ? Mode.WHOLE : Mode.VALUE;
        }
        return !children.isEmpty() || restricted || positions.includes(FieldPattern::namesSomeBelow)
                ? Mode.DESCEND
                : Mode.UNDECIDED;
    }

    /** Records the type of a value, even an empty one. */
    void saw(int kind) {
        types |= kind;
    }

    /** Counts a document once, however often it has this field. */
    void count(long document) {
        if (lastDocument != document) {
            lastDocument = document;
            documents++;
        }
    }

    /** Records that values of this field itself were published, not only of fields below it. */
    void published() {
        valuesPublished = true;
    }

    /** Keeps a published value, as JSON. */
    void example(String json) {
        example = json;
    }

    @Nullable
    String example() {
        return example;
    }

    /** Counts a document in which this field was left out for lack of a decision. */
    void leaveOut(long document) {
        if (lastLeftOut != document) {
            lastLeftOut = document;
            leftOut++;
        }
    }

    /** Counts a value that was withheld because it could not be blurred. */
    void unreadable() {
        unreadable++;
    }

    long documents() {
        return documents;
    }

    long leftOut() {
        return leftOut;
    }

    long unreadableCount() {
        return unreadable;
    }

    int types() {
        return types;
    }

    @Nullable
    String type() {
        return type;
    }

    /**
     * Whether the field is listed as published: according to mapping and rules, or because documents have it. A part of
     * another field's value is not a field.
     */
    boolean isListed() {
        boolean found = valuesPublished || (type != null && FieldTypes.isOpen(type) && documents > 0);
        return isPublishedByMapping() || (found && (decision().kind() != Decision.Kind.UNDECIDED || !isPartOfValue()));
    }

    /** Passes this node and all nodes below it to {@code each}. */
    void forEach(Consumer<FieldNode> each) {
        each.accept(this);
        new ArrayList<>(children.values()).forEach(child -> child.forEach(each));
    }

    /** A name within a byte array. */
    private static final class Key {
        private final byte[] bytes;
        private final int from;
        private final int to;

        Key(byte[] bytes, int from, int to) {
            this.bytes = bytes;
            this.from = from;
            this.to = to;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && Arrays.equals(bytes, from, to, key.bytes, key.from, key.to);
        }

        @Override
        public int hashCode() {
            int hash = 0;
            for (int p = from; p < to; p++) {
                hash = 31 * hash + bytes[p];
            }
            return hash;
        }
    }
}
