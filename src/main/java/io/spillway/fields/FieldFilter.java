package io.spillway.fields;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.json.Escapes;
import io.spillway.json.JsonCursor;
import io.spillway.json.MalformedJsonException;
import io.spillway.source.Document;
import io.spillway.source.SourceField;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
    /**
     * Names beside the mapping's that are told apart: five times as many as Elasticsearch maps by default. A document may
     * have any number, and every lane has its own tree: these take 3 MiB at most.
     */
    private static final int MAX_FIELDS = 5_000;
    /** The same for the length of their paths, in characters. */
    private static final int MAX_PATHS_LENGTH = 1 << 20;
    /**
     * How deep a document is looked into: as deep as Elasticsearch 8 reads JSON, and with room to spare on the stack that
     * a thread has by default.
     */
    static final int MAX_DEPTH = 1_000;
    /** A longer value is no example of it. */
    private static final int MAX_EXAMPLE_BYTES = 200;

    private final FieldPolicy policy;
    private final FieldNode root;
    private final boolean examples;
    private final Result result = new Result();
    private int fields;
    private int pathsLength;
    private boolean sawTooMany;
    private long documents;

    /** @param examples whether to keep a published value of each field */
    FieldFilter(FieldPolicy policy, List<SourceField> mapped, boolean examples) {
        this.policy = policy;
        this.examples = examples;
        this.root = FieldNode.tree(policy, mapped);
    }

    /**
     * What is published of a document.
     *
     * @return the document itself, or one that is valid until the next call
     * @throws SpillwayException FIELD_POLICY: it has a field that nobody decided on, or one that rules look into nests too
     *                           deep; names the field and the document
     */
    public Document apply(Document document) throws SpillwayException {
        documents++;
        Document[] published = {document};
        try {
            document.readSource((bytes, start, end) -> {
                result.begin(bytes, start, end);
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
                            .formatted(FieldPath.shown(e.path()), document.idAsJson(), document.indexAsJson()),
                    "nothing was published; add  %s  to include or to exclude, or leave out what no rule names with"
                                    .formatted(FieldPath.asEntry(e.path()))
                            + " fields: {unlisted: withhold}",
                    e);
        } catch (TooDeepException e) {
            throw new SpillwayException(
                    Fault.FIELD_POLICY,
                    "document %s of index %s nests deeper than %d levels, where rules of fields look into it: \"%s\""
                            .formatted(
                                    document.idAsJson(), document.indexAsJson(), MAX_DEPTH, FieldPath.shown(e.path())),
                    "nothing was published; exclude the field at the top that it lies in, or include all of it with .**",
                    e);
        } catch (IOException impossible) {
            throw new IllegalStateException("a document in memory could not be read", impossible);
        }
        return published[0];
    }

    /** The tree of fields with its counts. */
    FieldNode root() {
        return root;
    }

    /** Whether documents had more names than are told apart. */
    boolean sawTooMany() {
        return sawTooMany;
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
        private int depth;

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
            enter(at);
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
            depth--;
            return kept.outcome(something || kept.all());
        }

        private void enter(FieldNode at) throws TooDeepException {
            if (++depth > MAX_DEPTH) {
                throw new TooDeepException(at.path());
            }
        }

        /** Finds the field of a name that may have escapes and dots. */
        private FieldNode look(FieldNode at, @Nullable FieldNode before, int from, int to) throws TooDeepException {
            boolean plain = true;
            for (int p = from; p < to && plain; p++) {
                plain = bytes[p] != '.' && bytes[p] != '\\';
            }
            if (plain) {
                FieldNode field = step(at, bytes, from, to);
                if (!field.isPassing()) {
                    at.remember(before, field);
                }
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

        private FieldNode step(FieldNode at, byte[] name, int from, int to) throws TooDeepException {
            FieldNode field = at.find(name, from, to);
            if (field != null) {
                return field;
            }
            if (at.depth() >= MAX_DEPTH) {
                throw new TooDeepException(at.path());
            }
            int length = at.path().length() + to - from;
            if (at.isPassing() || fields >= MAX_FIELDS || length > MAX_PATHS_LENGTH - pathsLength) {
                sawTooMany = true;
                return at.passing(name, from, to);
            }
            fields++;
            pathsLength += length;
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
        private Outcome seen(FieldNode at, int kind, int start) throws MalformedJsonException {
            at.saw(type(kind));
            if (isNothing(kind, start)) {
                return Outcome.KEPT_EMPTY;
            }
            at.count(documents);
            // What is blurred has its example from what was put in its place.
            if (examples && at.example() == null && at.mode() != FieldNode.Mode.BLUR) {
                exemplify(at, start, cursor.position());
            }
            return Outcome.KEPT;
        }

        /** Keeps a value, or the first of an array's, as the field's example if it is short and no object. */
        private void exemplify(FieldNode at, int start, int end) throws MalformedJsonException {
            JsonCursor value = new JsonCursor(bytes, start, end);
            int kind = value.peek();
            while (kind == '[') {
                value.expect('[');
                kind = value.peek();
            }
            int from = value.position();
            if (kind != '{' && kind != ']' && kind != 'n') {
                value.skipValue();
                keepExample(at, new String(bytes, from, value.position() - from, StandardCharsets.UTF_8));
            }
        }

        private void keepExample(FieldNode at, String json) {
            if (json.getBytes(StandardCharsets.UTF_8).length <= MAX_EXAMPLE_BYTES) {
                at.example(json);
            }
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
            enter(at);
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
            depth--;
            return kept.outcome(something);
        }

        /** Puts something else in the place of a value. */
        private void blurred(FieldNode at, int kind) throws MalformedJsonException, IOException {
            int start = cursor.position();
            if (kind == '[') {
                cursor.expect('[');
                if (cursor.accept(']')) {
                    return;
                }
                enter(at);
                do {
                    blurred(at, cursor.peek());
                } while (cursor.accept(','));
                cursor.expect(']');
                depth--;
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
            } else if (examples && at.example() == null) {
                keepExample(at, '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"');
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
                    case '[', ']', '{', '}', ',', ' ', '\t', '\n', '\r' -> {}
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
