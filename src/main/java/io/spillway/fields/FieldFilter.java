package io.spillway.fields;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.json.JsonCursor;
import io.spillway.json.MalformedJsonException;
import io.spillway.source.Document;
import io.spillway.source.SourceField;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Applies a {@link FieldPolicy} to documents and counts their fields. A document without withheld or blurred values is
 * passed on unchanged, byte for byte; otherwise the published part is copied, with numbers digit for digit.
 *
 * <p>An object or an array without published content is left out with its name. In an array that has other content, an
 * object without published content stays as {@code {}}, so that related elements keep their positions.
 *
 * <p>Not thread-safe.
 */
public final class FieldFilter {
    /**
     * Maximum number of unmapped names counted separately: five times as many as Elasticsearch maps by default. A
     * document may have any number, and every lane has its own tree; these take at most 3 MiB.
     */
    private static final int MAX_FIELDS = 5_000;
    /** The same limit for the total length of their paths, in characters. */
    private static final int MAX_PATHS_LENGTH = 1 << 20;
    /**
     * Maximum depth at which rules are applied: as deep as Elasticsearch 8 reads JSON, and safe with a thread's default
     * stack size.
     */
    static final int MAX_DEPTH = 1_000;

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
     * Returns the published part of a document.
     *
     * @return the document itself, or one that is valid until the next call
     * @throws SpillwayException {@code FIELD_POLICY} if it has an undecided field, or nests too deep where rules apply;
     *     names the field and the document
     */
    public Document apply(Document document) throws SpillwayException {
        documents++;
        Document[] published = {document};
        try {
            document.readSource((bytes, start, end) -> {
                result.begin(bytes, start, end);
                try {
                    new Walk(this, result, bytes, JsonCursor.ofValid(bytes, start, end), end).document(root);
                } catch (MalformedJsonException e) {
                    throw new IllegalStateException("a parsed document is not valid JSON", e);
                }
                if (result.differs()) {
                    result.copyUpTo(end);
                    published[0] = document.withSource(result.bytes(), result.length());
                }
            });
        } catch (UndecidedException e) {
            throw new SpillwayException(
                    Fault.FIELD_POLICY,
                    "no rule of fields names field \"%s\" in document %s of index %s%s"
                            .formatted(
                                    FieldPath.shown(e.path()),
                                    document.idAsJson(),
                                    document.indexAsJson(),
                                    e.isMapped() ? "" : ", which is not in the mapping"),
                    "nothing was published; %s, or withhold unlisted fields with fields: {unlisted: withhold}"
                            .formatted(
                                    FieldPath.canBeARule(e.path())
                                            ? "add  %s  to include or to exclude".formatted(FieldPath.asEntry(e.path()))
                                            : "exclude the field that contains it: no rule can contain this name"),
                    e);
        } catch (TooDeepException e) {
            throw new SpillwayException(
                    Fault.FIELD_POLICY,
                    "document %s of index %s nests deeper than %d levels where rules of fields apply: \"%s\""
                            .formatted(
                                    document.idAsJson(), document.indexAsJson(), MAX_DEPTH, FieldPath.shown(e.path())),
                    "nothing was published; exclude the top-level field that contains it, or include all of it with .**",
                    e);
        } catch (IOException impossible) {
            throw new IllegalStateException("cannot read a document in memory", impossible);
        }
        return published[0];
    }

    /** The tree of fields with its counts. */
    FieldNode root() {
        return root;
    }

    /** Whether documents had more names than are counted separately. */
    boolean sawTooMany() {
        return sawTooMany;
    }

    FieldPolicy policy() {
        return policy;
    }

    /** Whether a published value of each field is kept. */
    boolean keepsExamples() {
        return examples;
    }

    /** Number of documents so far, including the current one. */
    long documents() {
        return documents;
    }

    /**
     * The field of a name below another one.
     *
     * @throws TooDeepException if it exceeds the maximum depth
     */
    FieldNode step(FieldNode at, byte[] name, int from, int to) throws TooDeepException {
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
}
