package io.spillway.fields;

import io.spillway.source.SourceField;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
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
    private @Nullable String type;
    private final Map<Key, FieldNode> children = new HashMap<>();
    private @Nullable FieldNode first;
    private @Nullable FieldNode follower;
    private @Nullable Mode mode;
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
        /** Left out with all that lies in it. */
        DROP,
        /** Blurred. */
        BLUR,
        /** Nobody has decided, neither on it nor on anything in it. */
        UNDECIDED,
        /** Fields in it have rules, a mapping or counters of their own. */
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
        mapped.forEach(field -> root.at(field.path()).type = field.type());
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

    /** Whether a value that is neither an array nor an object is published here. */
    boolean publishesValues() {
        return publishes();
    }

    /** Whether anything at all may be published here or below. */
    boolean mayPublish() {
        return switch (mode()) {
            case WHOLE, BLUR -> true;
            case DROP, UNDECIDED -> false;
            case DESCEND ->
                publishes()
                        || positions.includes(FieldPattern::namesSomeBelow)
                        || children.values().stream().anyMatch(FieldNode::mayPublish);
        };
    }

    private Decision decision() {
        Decision known = decision;
        if (known == null) {
            known = positions.decision();
            decision = known;
        }
        return known;
    }

    private boolean publishes() {
        return decision().kind() == Decision.Kind.PUBLISHED
                || (decision().kind() == Decision.Kind.UNDECIDED
                        && (policy.unlisted() == FieldPolicy.Unlisted.PUBLISH || partOfWhole()));
    }

    /** Whether it lies in a value that belongs to a published field as a whole. */
    private boolean partOfWhole() {
        if (type != null) {
            // Without subobjects a mapping may have both foo and foo.max: fields of their own.
            return false;
        }
        for (FieldNode above = parent; above != null; above = above.parent) {
            if (above.type != null) {
                return !FieldPolicy.isOpen(above.type) && above.decision().kind() == Decision.Kind.PUBLISHED;
            }
        }
        return false;
    }

    private Mode work() {
        if (parent != null && (parent.mode() == Mode.DROP || parent.mode() == Mode.BLUR)) {
            // A mapped field in an object that is left out: no document shows it, and no list names it.
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
        if (!children.isEmpty() || parent == null) {
            return Mode.DESCEND;
        }
        boolean restricted =
                positions.excludes(FieldPattern::namesSomeBelow) || positions.blurs(FieldPattern::namesSomeBelow);
        if (publishesAll()) {
            return restricted ? Mode.DESCEND : Mode.WHOLE;
        }
        return publishes() || restricted || positions.includes(FieldPattern::namesSomeBelow)
                ? Mode.DESCEND
                : Mode.UNDECIDED;
    }

    private boolean publishesAll() {
        if (!publishes()) {
            return false;
        }
        return policy.unlisted() == FieldPolicy.Unlisted.PUBLISH
                || (type != null && !FieldPolicy.isOpen(type))
                || partOfWhole()
                || positions.includes(FieldPattern::namesAllBelow);
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

    /** Whether the field belongs into the list of those that are published. */
    boolean isListed() {
        return switch (mode()) {
            case WHOLE, BLUR -> type != null || documents > 0 || valuesPublished;
            case DESCEND -> valuesPublished || (type != null && mayPublish());
            case DROP, UNDECIDED -> false;
        };
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
