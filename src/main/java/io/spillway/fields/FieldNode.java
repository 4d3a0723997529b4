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
 * One name in the tree of fields, as one lane sees it: what becomes of it, and how many documents had it. Found by its
 * bytes, usually at the first try, as documents tend to have their fields in the same order.
 */
final class FieldNode {
    /** What {@link #types} says of a value, one bit each, in the order of their names. */
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
    /** Whether it stands for a mapped field or an object above one. */
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

    /** What is done with a value that stands here. */
    enum Mode {
        /** Published with all that lies in it. */
        WHOLE,
        /** Published; what lies in an object here are fields of their own. */
        VALUE,
        /** Left out with all that lies in it. */
        DROP,
        /** Blurred; nothing that lies in it is published. */
        BLUR,
        /** Nobody has decided, neither on it nor on anything in it. */
        UNDECIDED,
        /** No rule names it, but fields in it may have rules. */
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

    /** The root, which is a document itself. */
    static FieldNode root(FieldPolicy policy) {
        return new FieldNode(policy, null, policy.start(), new byte[0], "", false);
    }

    /** The root above nodes for all mapped fields. */
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

    /** The node of a dotted path below this one, made where it is not there. */
    FieldNode at(String dotted) {
        FieldNode node = this;
        for (String step : dotted.split("\\.", -1)) {
            node = node.child(step);
        }
        return node;
    }

    /** The node below this one by its name, made where it is not there. */
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

    /** The same without keeping it, for documents with more names than anybody could want to count. */
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

    /** The one that followed {@code before} in the last document, if {@code bytes[from, to)} is its name as it stands. */
    @Nullable
    FieldNode guess(@Nullable FieldNode before, byte[] bytes, int from, int to) {
        FieldNode guess = before == null ? first : before.follower;
        // A dotted name leads deeper, where others follow.
        return guess != null && guess.parent == this && Arrays.equals(guess.name, 0, guess.name.length, bytes, from, to)
                ? guess
                : null;
    }

    /** Remembers that {@code child}, whose name stands in documents as it is, came after {@code before}. */
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

    /** How many names lead here; none to the root. */
    int depth() {
        return depth;
    }

    /** Whether nobody keeps it, so that nothing may hold on to it. */
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

    /** How values are blurred here; only where they are. */
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

    /** Whether {@code null} and empty arrays and objects are published here: rules name it, or lead to a field in it. */
    boolean mayShow() {
        return switch (mode()) {
            case WHOLE, VALUE, BLUR -> true;
            case DROP, UNDECIDED -> false;
            case DESCEND -> isSpelledOut() || mappedChildren().anyMatch(FieldNode::hasPublishedByMapping);
        };
    }

    /** Whether the rules and the mapping alone say that it is published: its values, or fields in it. */
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

    /** Whether a rule names fields below this one and spells out the names that lead here. */
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

    /** Whether a value that is no object is published here, apart from what was decided on the objects it lies in. */
    private boolean publishes() {
        return decision().kind() == Decision.Kind.PUBLISHED
                || (decision().kind() == Decision.Kind.UNDECIDED
                        && (policy.unlisted() == FieldPolicy.Unlisted.PUBLISH || isPartOfValue()));
    }

    /** Whether it belongs to the value of a published field, as {@code lat} to that of a {@code geo_point}. */
    private boolean isPartOfValue() {
        if (type != null) {
            // A mapped field is one of its own, wherever it lies.
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

    /** Whether rules withhold or blur fields below this one; only where it is published. */
    boolean isRestricted() {
        return restricted;
    }

    private Mode work() {
        if (parent == null) {
            // A document has no path: a rule such as ** names what lies in it.
            return Mode.DESCEND;
        }
        if (parent.mode() == Mode.DROP || parent.mode() == Mode.BLUR) {
            // A mapped field in an object that is left out or blurred: no document shows it, and no list names it.
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

    /** Notes what a value looks like, whether or not there is something in it. */
    void saw(int kind) {
        types |= kind;
    }

    /** Counts a document, once however often it has this field. */
    void count(long document) {
        if (lastDocument != document) {
            lastDocument = document;
            documents++;
        }
    }

    /** Notes that values of this very field were published, not only of fields below it. */
    void published() {
        valuesPublished = true;
    }

    /** Keeps one of its values as they are published, as JSON. */
    void example(String json) {
        example = json;
    }

    @Nullable
    String example() {
        return example;
    }

    /** Counts a document in which this was left out because nobody decided on it. */
    void leaveOut(long document) {
        if (lastLeftOut != document) {
            lastLeftOut = document;
            leftOut++;
        }
    }

    /** Counts a value of which nothing was published because it could not be blurred. */
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
     * Whether the field belongs into the list of those that are published: the mapping and the rules say so, or documents
     * have it. A part of a field's own value is no field.
     */
    boolean isListed() {
        boolean found = valuesPublished || (type != null && FieldTypes.isOpen(type) && documents > 0);
        return isPublishedByMapping() || (found && (decision().kind() != Decision.Kind.UNDECIDED || !isPartOfValue()));
    }

    /** Gives this node and all below it to {@code each}. */
    void forEach(Consumer<FieldNode> each) {
        each.accept(this);
        new ArrayList<>(children.values()).forEach(child -> child.forEach(each));
    }

    /** A name as bytes that lie somewhere. */
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
