package io.spillway.fields;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.spillway.json.Escapes;
import io.spillway.json.JsonCursor;
import io.spillway.json.MalformedJsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Processes one document for a {@link FieldFilter}, from its first byte to its last. Each value is published, blurred
 * or left out depending on its path alone. Not thread-safe.
 */
final class Walk {
    /** Longer values are not kept as examples. */
    private static final int MAX_EXAMPLE_BYTES = 200;

    private final FieldFilter filter;
    private final Result result;
    private final byte[] bytes;
    private final JsonCursor cursor;
    private final int end;
    private int depth;
    /** The names up to a field that decides on all its content, if a dotted name continues below it; otherwise null. */
    private @Nullable String cut;

    Walk(FieldFilter filter, Result result, byte[] bytes, JsonCursor cursor, int end) {
        this.filter = filter;
        this.result = result;
        this.bytes = bytes;
        this.cursor = cursor;
        this.end = end;
    }

    /** Processes the document, whose members are below {@code root}. */
    void document(FieldNode root) throws MalformedJsonException, IOException {
        object(root);
    }

    private Outcome object(FieldNode at) throws MalformedJsonException, IOException {
        cursor.expect('{');
        int open = cursor.position();
        if (cursor.accept('}')) {
            return Outcome.EMPTY;
        }
        enter(at);
        Members kept = new Members(result, open);
        boolean something = false;
        FieldNode before = null;
        Set<String> names = null;
        do {
            cursor.peek();
            int start = cursor.position();
            cut = null;
            FieldNode field = at.guess(before);
            if (field == null || !cursor.acceptString(field.name())) {
                cursor.skipValue();
                field = look(at, before, start + 1, cursor.position() - 1);
            }
            before = field;
            cursor.expect(':');
            kept.begin(start);
            Result.Mark mark = result.mark();
            Outcome outcome;
            if (cut == null) {
                outcome = value(field);
            } else if (field.mode() == FieldNode.Mode.BLUR) {
                names = names == null ? names(open) : names;
                outcome = belowABlur(field, start, names);
            } else {
                outcome = within(field);
            }
            if (outcome == Outcome.KEPT || outcome == Outcome.KEPT_EMPTY) {
                kept.keep(cursor.position());
                something |= outcome == Outcome.KEPT;
                if (outcome == Outcome.KEPT) {
                    countObjectsBetween(at, field);
                }
            } else {
                result.reset(mark);
                kept.drop(cursor.position());
            }
        } while (cursor.accept(','));
        cursor.expect('}');
        depth--;
        return kept.outcome(something || kept.all());
    }

    /** Counts the objects within a dotted name as if the document had them as objects. */
    private void countObjectsBetween(FieldNode at, FieldNode field) {
        FieldNode above = field.parent();
        while (above != null && above != at) {
            above.saw(FieldNode.OBJECT);
            above.count(filter.documents());
            above = above.parent();
        }
    }

    private void enter(FieldNode at) throws TooDeepException {
        if (++depth > FieldFilter.MAX_DEPTH) {
            throw new TooDeepException(at.path());
        }
    }

    /** Finds the field of a name that may contain escapes and dots. */
    private FieldNode look(FieldNode at, @Nullable FieldNode before, int from, int to) throws TooDeepException {
        boolean plain = true;
        for (int p = from; p < to && plain; p++) {
            plain = bytes[p] != '.' && bytes[p] != '\\';
        }
        if (plain) {
            FieldNode field = filter.step(at, bytes, from, to);
            if (!field.isPassing()) {
                at.remember(before, field);
            }
            return field;
        }
        byte[] name = new byte[to - from];
        int length = Escapes.decodeName(bytes, from, to, name);
        FieldNode field = at;
        int start = 0;
        for (int dot = 0; dot <= length; dot++) {
            if (dot == length || name[dot] == '.') {
                if (start > 0 && decidesOnAll(field)) {
                    cut = new String(name, 0, start - 1, StandardCharsets.UTF_8);
                    return field;
                }
                field = filter.step(field, name, start, dot);
                start = dot + 1;
            }
        }
        return field;
    }

    /**
     * Whether the decision on this field applies to everything below it, so that the rest of a dotted name does not
     * matter.
     */
    private static boolean decidesOnAll(FieldNode field) {
        return switch (field.mode()) {
            case WHOLE, DROP, BLUR, UNDECIDED -> true;
            case VALUE, DESCEND -> false;
        };
    }

    private Outcome value(FieldNode at) throws MalformedJsonException, IOException {
        int kind = cursor.peek();
        int start = cursor.position();
        return switch (at.mode()) {
            case WHOLE -> {
                cursor.skipValue();
                yield seen(at, kind, start);
            }
            case VALUE, DESCEND -> inside(at, kind, start);
            case BLUR -> blur(at, kind, start);
            case DROP -> {
                cursor.skipValue();
                yield Outcome.DROPPED;
            }
            case UNDECIDED -> {
                cursor.skipValue();
                yield undecided(at, kind, start);
            }
        };
    }

    /** A value that may contain fields with rules of their own. */
    private Outcome inside(FieldNode at, int kind, int start) throws MalformedJsonException, IOException {
        if (kind == '{') {
            return shown(at, object(at), FieldNode.OBJECT);
        }
        if (kind == '[') {
            if (at.mode() == FieldNode.Mode.VALUE && !at.isRestricted()) {
                cursor.skipValue();
                if (!holdsAnObject(start, cursor.position())) {
                    return seen(at, kind, start);
                }
                cursor.back(start);
            }
            return shown(at, array(at), FieldNode.ARRAY);
        }
        cursor.skipValue();
        if (at.mode() == FieldNode.Mode.VALUE) {
            return seen(at, kind, start);
        }
        return kind == 'n' ? shown(at, Outcome.EMPTY, FieldNode.NULL) : undecided(at, kind, start);
    }

    /** Records a processed value, and decides on an empty one. */
    private Outcome shown(FieldNode at, Outcome outcome, int kind) {
        switch (outcome) {
            case KEPT -> {
                at.saw(kind);
                at.count(filter.documents());
            }
            case KEPT_EMPTY -> at.saw(kind);
            case EMPTY -> {
                if (!at.mayShow()) {
                    return Outcome.DROPPED;
                }
                at.saw(kind);
                return Outcome.KEPT_EMPTY;
            }
            case HOLLOW, DROPPED -> {}
        }
        return outcome;
    }

    /** A value whose dotted name continues below a field that is published completely, left out, or undecided. */
    private Outcome within(FieldNode at) throws MalformedJsonException, IOException {
        if (at.mode() != FieldNode.Mode.WHOLE) {
            return value(at);
        }
        int kind = cursor.peek();
        int start = cursor.position();
        cursor.skipValue();
        at.saw(FieldNode.OBJECT);
        if (isNothing(kind, start)) {
            return Outcome.KEPT_EMPTY;
        }
        at.count(filter.documents());
        at.published();
        return Outcome.KEPT;
    }

    /**
     * A value whose dotted name continues below a blurred field: for that field it is an object, which becomes null. It
     * is written once, under the blurred field's own name.
     *
     * @param names names of the current object, as they are and as written so far; is added to
     */
    private Outcome belowABlur(FieldNode at, int start, Set<String> names) throws MalformedJsonException {
        cursor.skipValue();
        at.unreadable();
        String name = cut;
        if (name == null || !names.add(name)) {
            return Outcome.DROPPED;
        }
        at.saw(FieldNode.NULL);
        result.replaceMember(start, cursor.position(), name);
        return Outcome.KEPT;
    }

    /** All names of the object whose bracket is at {@code open}. */
    private Set<String> names(int open) throws MalformedJsonException {
        Set<String> names = new HashSet<>();
        JsonCursor members = JsonCursor.ofValid(bytes, open, end);
        do {
            members.peek();
            int start = members.position();
            members.skipValue();
            names.add(name(start + 1, members.position() - 1));
            members.expect(':');
            members.skipValue();
        } while (members.accept(','));
        return names;
    }

    private String name(int from, int to) {
        byte[] name = new byte[to - from];
        return new String(name, 0, Escapes.decodeName(bytes, from, to, name), StandardCharsets.UTF_8);
    }

    /** Records a published value. */
    private Outcome seen(FieldNode at, int kind, int start) throws MalformedJsonException {
        at.saw(type(kind));
        if (isNothing(kind, start)) {
            return Outcome.KEPT_EMPTY;
        }
        at.count(filter.documents());
        at.published();
        if (filter.keepsExamples() && at.example() == null) {
            exemplify(at, start, cursor.position());
        }
        return Outcome.KEPT;
    }

    /** Keeps a value, or the first of an array, as the field's example if it is short and not an object. */
    private void exemplify(FieldNode at, int start, int until) throws MalformedJsonException {
        JsonCursor value = JsonCursor.ofValid(bytes, start, until);
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

    private static void keepExample(FieldNode at, String json) {
        if (json.getBytes(StandardCharsets.UTF_8).length <= MAX_EXAMPLE_BYTES) {
            at.example(json);
        }
    }

    private boolean isNothing(int kind, int start) {
        boolean container = kind == '{' || kind == '[';
        return kind == 'n' || (container && !holdsSomething(start, cursor.position()));
    }

    /** An undecided field: left out if it is empty, otherwise handled according to the policy. */
    private Outcome undecided(FieldNode at, int kind, int start) throws UndecidedException {
        if (!isNothing(kind, start)) {
            if (filter.policy().unlisted() == FieldPolicy.Unlisted.STOP) {
                throw new UndecidedException(at.path(), at.isMapped());
            }
            at.leaveOut(filter.documents());
        }
        return Outcome.DROPPED;
    }

    /** Processes an array whose elements belong to {@code at}. */
    private Outcome array(FieldNode at) throws MalformedJsonException, IOException {
        cursor.expect('[');
        if (cursor.accept(']')) {
            return Outcome.EMPTY;
        }
        enter(at);
        Members kept = new Members(result, cursor.position());
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

    /** Replaces a value by its blurred form. */
    private Outcome blur(FieldNode at, int kind, int start) throws MalformedJsonException, IOException {
        boolean published = blurred(at, kind);
        at.saw(kind == '[' ? FieldNode.ARRAY : published ? FieldNode.STRING : FieldNode.NULL);
        if (published) {
            at.count(filter.documents());
            at.published();
        }
        return isNothing(kind, start) ? Outcome.KEPT_EMPTY : Outcome.KEPT;
    }

    /** The same; returns whether anything except null was written. */
    private boolean blurred(FieldNode at, int kind) throws MalformedJsonException, IOException {
        int start = cursor.position();
        if (kind == '[') {
            cursor.expect('[');
            if (cursor.accept(']')) {
                return false;
            }
            enter(at);
            boolean published = false;
            do {
                published |= blurred(at, cursor.peek());
            } while (cursor.accept(','));
            cursor.expect(']');
            depth--;
            return published;
        }
        cursor.skipValue();
        if (kind == 'n') {
            return false;
        }
        int until = cursor.position();
        String text = null;
        if (kind != '{') {
            text = at.blur()
                    .blur(
                            kind == '"'
                                    ? Escapes.text(bytes, start + 1, until - 1)
                                    : new String(bytes, start, until - start, StandardCharsets.UTF_8))
                    .orElse(null);
        }
        if (text == null) {
            at.unreadable();
        } else if (filter.keepsExamples() && at.example() == null) {
            keepExample(at, '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"');
        }
        result.replace(start, until, text);
        return text != null;
    }

    private static int type(int kind) {
        return switch (kind) {
            case '"' -> FieldNode.STRING;
            case '{' -> FieldNode.OBJECT;
            case '[' -> FieldNode.ARRAY;
            case 't', 'f' -> FieldNode.BOOLEAN;
            case 'n' -> FieldNode.NULL;
            default -> FieldNode.NUMBER;
        };
    }

    /** Whether there may be an object: contains an opening brace, possibly in a string. */
    private boolean holdsAnObject(int start, int until) {
        for (int p = start; p < until; p++) {
            if (bytes[p] == '{') {
                return true;
            }
        }
        return false;
    }

    /** Whether it contains more than {@code null}, brackets and blanks. */
    private boolean holdsSomething(int start, int until) {
        for (int p = start; p < until; p++) {
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
