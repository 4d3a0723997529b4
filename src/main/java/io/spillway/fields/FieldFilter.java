package io.spillway.fields;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.json.Escapes;
import io.spillway.json.JsonCursor;
import io.spillway.json.MalformedJsonException;
import io.spillway.source.Document;
import io.spillway.source.SourceField;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a {@link FieldPolicy} in documents, and counts which fields they have. A document of which nothing is withheld or
 * blurred is passed on as it is, byte for byte; of any other, what is published is copied, its numbers digit for digit.
 *
 * <p>An object or an array of which nothing is published is left out with its name; in an array that has something else
 * to show, an object of which nothing is published stays as {@code {}}, so that what belongs together keeps its place.
 *
 * <p>Belongs to one thread.
 */
public final class FieldFilter {
    /** Fields that are told apart, a lane; a document may have any number of names. */
    private static final int MAX_FIELDS = 50_000;

    private final FieldPolicy policy;
    private final FieldNode root;
    private final Result result = new Result();
    private int fields;
    private long documents;

    FieldFilter(FieldPolicy policy, List<SourceField> mapped) {
        this.policy = policy;
        this.root = FieldNode.tree(policy, mapped);
    }

    /**
     * What is published of a document.
     *
     * @return the document itself, or one that is valid until the next call
     * @throws SpillwayException FIELD_POLICY: it has a field that nobody decided on; names the field and the document
     */
    public Document apply(Document document) throws SpillwayException {
        documents++;
        Document[] published = {document};
        try {
            document.readSource((bytes, start, end) -> {
                result.begin(bytes, start);
                try {
                    new Walk(bytes, new JsonCursor(bytes, start, end)).object(root);
                } catch (MalformedJsonException e) {
                    throw new IllegalStateException("a document that was read as JSON is none", e);
                }
                if (result.differs()) {
                    result.copyUpTo(end);
                    published[0] = document.withSource(result.bytes(), result.length());
                }
            });
        } catch (UndecidedException e) {
            throw new SpillwayException(
                    Fault.FIELD_POLICY,
                    "field \"%s\" in document %s of index %s is named by no rule of fields, and is not in the mapping"
                            .formatted(e.path(), document.idAsJson(), document.indexAsJson()),
                    "nothing was published; add  - %s  to include or to exclude, or leave out what no rule names with"
                                    .formatted(e.path())
                            + " fields: {unlisted: withhold}",
                    e);
        } catch (IOException impossible) {
            throw new IllegalStateException("a document in memory could not be read", impossible);
        }
        return published[0];
    }

    /** The fields that were published of all documents that went through {@code filters}, sorted by path. */
    public static List<PublishedField> published(Collection<FieldFilter> filters) {
        Map<String, Seen> seen = new TreeMap<>();
        for (FieldFilter filter : filters) {
            filter.root.forEach(node -> {
                if (!node.path().isEmpty() && node.isListed()) {
                    seen.computeIfAbsent(node.path(), path -> new Seen()).add(node);
                }
            });
        }
        List<PublishedField> all = new ArrayList<>();
        seen.forEach((path, field) -> all.add(field.toField(path)));
        return all;
    }

    /** Fields that were left out because no rule names them, with how many documents had each, sorted by path. */
    public static Map<String, Long> unlisted(Collection<FieldFilter> filters) {
        return sums(filters, FieldNode::leftOut);
    }

    /** Fields with values that could not be blurred, of which nothing was published, with how many values. */
    public static Map<String, Long> unreadable(Collection<FieldFilter> filters) {
        return sums(filters, FieldNode::unreadableCount);
    }

    private static Map<String, Long> sums(Collection<FieldFilter> filters, ToLongFunction<FieldNode> count) {
        Map<String, Long> sums = new TreeMap<>();
        for (FieldFilter filter : filters) {
            filter.root.forEach(node -> {
                if (count.applyAsLong(node) > 0) {
                    sums.merge(node.path(), count.applyAsLong(node), Long::sum);
                }
            });
        }
        return sums;
    }

    /** One field over several filters. */
    private static final class Seen {
        private @Nullable String type;
        private @Nullable String blurred;
        private int types;
        private long documents;

        void add(FieldNode node) {
            type = node.type();
            blurred = node.mode() == FieldNode.Mode.BLUR ? node.blur().name() : null;
            types |= node.types();
            documents += node.documents();
        }

        PublishedField toField(String path) {
            List<String> names = new ArrayList<>();
            for (int bit = 0; bit < FieldNode.TYPE_NAMES.size(); bit++) {
                if ((types & (1 << bit)) != 0) {
                    names.add(FieldNode.TYPE_NAMES.get(bit));
                }
            }
            return new PublishedField(path, type, names, documents, blurred);
        }
    }

    /** What became of a value. */
    private enum Outcome {
        /** It is published, or some of it. */
        KEPT,
        /** It is published, and there is nothing in it. */
        KEPT_EMPTY,
        /** An object or array with something in it of which nothing is published; it can be left out or stay hollow. */
        HOLLOW,
        /** Nothing of it is published. */
        DROPPED
    }

    /** One document, from its first byte to its last. */
    private final class Walk {
        private final byte[] bytes;
        private final JsonCursor cursor;

        Walk(byte[] bytes, JsonCursor cursor) {
            this.bytes = bytes;
            this.cursor = cursor;
        }

        /** Walks an object whose members lie below {@code at}. */
        Outcome object(FieldNode at) throws MalformedJsonException, IOException {
            cursor.expect('{');
            if (cursor.accept('}')) {
                return Outcome.KEPT_EMPTY;
            }
            Members kept = new Members(cursor.position());
            boolean something = false;
            FieldNode before = null;
            do {
                cursor.peek();
                int start = cursor.position();
                cursor.skipValue();
                FieldNode guess = at.guess(before, bytes, start + 1, cursor.position() - 1);
                FieldNode field = guess != null ? guess : look(at, before, start + 1, cursor.position() - 1);
                before = field;
                cursor.expect(':');
                kept.begin(start);
                Result.Mark mark = result.mark();
                Outcome outcome = value(field);
                if (outcome == Outcome.KEPT || outcome == Outcome.KEPT_EMPTY) {
                    kept.keep(cursor.position());
                    something |= outcome == Outcome.KEPT;
                } else {
                    result.reset(mark);
                    kept.drop(cursor.position());
                }
            } while (cursor.accept(','));
            cursor.expect('}');
            return kept.outcome(something || kept.all());
        }

        /** Finds the field of a name that may have escapes and dots. */
        private FieldNode look(FieldNode at, @Nullable FieldNode before, int from, int to) {
            boolean plain = true;
            for (int p = from; p < to && plain; p++) {
                plain = bytes[p] != '.' && bytes[p] != '\\';
            }
            if (plain) {
                FieldNode field = step(at, bytes, from, to);
                at.remember(before, field);
                return field;
            }
            byte[] name = new byte[to - from];
            int length = Escapes.decode(bytes, from, to, name);
            FieldNode field = at;
            int start = 0;
            for (int dot = 0; dot <= length; dot++) {
                if (dot == length || name[dot] == '.') {
                    if (closed(field)) {
                        return field;
                    }
                    field = step(field, name, start, dot);
                    start = dot + 1;
                }
            }
            return field;
        }

        /** Whether what lies below shares this field's fate, so that the rest of a dotted name does not matter. */
        private boolean closed(FieldNode field) {
            return field.mode() != FieldNode.Mode.DESCEND;
        }

        private FieldNode step(FieldNode at, byte[] name, int from, int to) {
            FieldNode field = at.find(name, from, to);
            if (field != null) {
                return field;
            }
            if (fields >= MAX_FIELDS) {
                return at.passing(name, from, to);
            }
            fields++;
            return at.child(new String(name, from, to - from, StandardCharsets.UTF_8));
        }

        private Outcome value(FieldNode at) throws MalformedJsonException, IOException {
            int kind = cursor.peek();
            int start = cursor.position();
            return switch (at.mode()) {
                case WHOLE -> {
                    cursor.skipValue();
                    yield seen(at, kind, start);
                }
                case BLUR -> {
                    blurred(at, kind);
                    yield seen(at, kind, start);
                }
                case DROP -> {
                    cursor.skipValue();
                    yield Outcome.DROPPED;
                }
                case UNDECIDED -> {
                    cursor.skipValue();
                    yield undecided(at, kind, start);
                }
                case DESCEND -> inside(at, kind, start);
            };
        }

        private Outcome inside(FieldNode at, int kind, int start) throws MalformedJsonException, IOException {
            if (kind == '{' || kind == '[') {
                Outcome outcome = kind == '{' ? object(at) : array(at);
                if (outcome == Outcome.KEPT) {
                    at.saw(kind == '{' ? FieldNode.OBJECT : FieldNode.ARRAY);
                    at.count(documents);
                } else if (outcome == Outcome.KEPT_EMPTY) {
                    return at.mayPublish() ? outcome : Outcome.DROPPED;
                }
                return outcome;
            }
            cursor.skipValue();
            if (kind == 'n') {
                at.saw(FieldNode.NULL);
                return at.mayPublish() ? Outcome.KEPT_EMPTY : Outcome.DROPPED;
            }
            if (!at.publishesValues()) {
                return undecided(at, kind, start);
            }
            at.published();
            return seen(at, kind, start);
        }

        /** Notes a published value. */
        private Outcome seen(FieldNode at, int kind, int start) {
            at.saw(type(kind));
            if (isNothing(kind, start)) {
                return Outcome.KEPT_EMPTY;
            }
            at.count(documents);
            return Outcome.KEPT;
        }

        private boolean isNothing(int kind, int start) {
            boolean container = kind == '{' || kind == '[';
            return kind == 'n' || (container && !holdsSomething(start, cursor.position()));
        }

        /** Nobody has decided: a field with nothing in it is left out, any other as the policy says. */
        private Outcome undecided(FieldNode at, int kind, int start) throws UndecidedException {
            if (!isNothing(kind, start)) {
                if (policy.unlisted() == FieldPolicy.Unlisted.STOP) {
                    throw new UndecidedException(at.path());
                }
                at.leaveOut(documents);
            }
            return Outcome.DROPPED;
        }

        /** Walks an array whose elements stand at {@code at}. */
        private Outcome array(FieldNode at) throws MalformedJsonException, IOException {
            cursor.expect('[');
            if (cursor.accept(']')) {
                return Outcome.KEPT_EMPTY;
            }
            Members kept = new Members(cursor.position());
            boolean something = false;
            do {
                int kind = cursor.peek();
                int start = cursor.position();
                kept.begin(start);
                Result.Mark mark = result.mark();
                Outcome outcome = inside(at, kind, start);
                if (outcome == Outcome.DROPPED) {
                    result.reset(mark);
                    kept.drop(cursor.position());
                } else if (outcome == Outcome.HOLLOW) {
                    kept.keepPlace(cursor.position());
                } else {
                    kept.keep(cursor.position());
                    something |= outcome == Outcome.KEPT;
                }
            } while (cursor.accept(','));
            cursor.expect(']');
            return kept.outcome(something);
        }

        /** Puts something else in the place of a value. */
        private void blurred(FieldNode at, int kind) throws MalformedJsonException {
            int start = cursor.position();
            if (kind == '[') {
                cursor.expect('[');
                if (cursor.accept(']')) {
                    return;
                }
                do {
                    blurred(at, cursor.peek());
                } while (cursor.accept(','));
                cursor.expect(']');
                return;
            }
            cursor.skipValue();
            if (kind == 'n') {
                return;
            }
            int end = cursor.position();
            String text = null;
            if (kind != '{') {
                text = at.blur()
                        .blur(
                                kind == '"'
                                        ? Escapes.text(bytes, start + 1, end - 1)
                                        : new String(bytes, start, end - start, StandardCharsets.UTF_8))
                        .orElse(null);
            }
            if (text == null) {
                at.unreadable();
            }
            result.replace(start, end, text);
        }

        private int type(int kind) {
            return switch (kind) {
                case '"' -> FieldNode.STRING;
                case '{' -> FieldNode.OBJECT;
                case '[' -> FieldNode.ARRAY;
                case 't', 'f' -> FieldNode.BOOLEAN;
                case 'n' -> FieldNode.NULL;
                default -> FieldNode.NUMBER;
            };
        }

        /** Whether there is more than {@code null}, brackets and blanks. */
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
    }

    /** The members of an object or the elements of an array, and the commas between those that are kept. */
    private final class Members {
        /** Behind the last one that is kept, or behind the opening bracket. */
        private int keptEnd;

        private boolean keptAny;
        private boolean keptSomething;
        private boolean droppedAny;
        private boolean dropping;

        Members(int open) {
            this.keptEnd = open;
        }

        /** A member begins: without one before it that is kept, the comma before it goes too. */
        void begin(int start) {
            if (dropping && !keptAny) {
                result.skipTo(start);
            }
        }

        void keep(int end) {
            keepPlace(end);
            keptSomething = true;
        }

        /** Keeps what has nothing to show, for the sake of what stands beside it. */
        void keepPlace(int end) {
            dropping = false;
            keptAny = true;
            keptEnd = end;
        }

        void drop(int end) {
            if (!dropping) {
                result.copyUpTo(keptEnd);
            }
            result.skipTo(end);
            dropping = true;
            droppedAny = true;
        }

        boolean all() {
            return !droppedAny;
        }

        Outcome outcome(boolean something) {
            if (!keptSomething) {
                return Outcome.HOLLOW;
            }
            return something ? Outcome.KEPT : Outcome.KEPT_EMPTY;
        }
    }
}
