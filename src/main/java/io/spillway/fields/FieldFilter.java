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
                    new Walk(this, result, bytes, new JsonCursor(bytes, start, end), end).document(root);
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
                    "field \"%s\" in document %s of index %s is named by no rule of fields%s"
                            .formatted(
                                    FieldPath.shown(e.path()),
                                    document.idAsJson(),
                                    document.indexAsJson(),
                                    e.isMapped() ? "" : ", and is not in the mapping"),
                    "nothing was published; %s, or leave out what no rule names with fields: {unlisted: withhold}"
                            .formatted(
                                    FieldPath.canBeARule(e.path())
                                            ? "add  %s  to include or to exclude".formatted(FieldPath.asEntry(e.path()))
                                            : "no rule can spell this name: exclude the field that it lies in"),
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

    FieldPolicy policy() {
        return policy;
    }

    /** Whether a published value of each field is kept. */
    boolean keepsExamples() {
        return examples;
    }

    /** How many documents there were, this one included. */
    long documents() {
        return documents;
    }

    /**
     * The field of a name below another one.
     *
     * @throws TooDeepException it lies deeper than is looked into
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
