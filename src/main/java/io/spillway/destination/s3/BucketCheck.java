package io.spillway.destination.s3;

import io.spillway.destination.ObjectKey;
import io.spillway.destination.s3.S3Options.Dialect;
import io.spillway.destination.s3.S3Options.Proof;
import io.spillway.fault.SpillwayException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Tests on a bucket what uploads need, under a key of its own, and removes its objects again on every path. Used once,
 * by one thread.
 */
final class BucketCheck {
    private static final byte[] BODY = "spillway was here\n".getBytes(StandardCharsets.UTF_8);

    private final S3Connection connection;
    private final Uploads uploads;
    private final ObjectKey key = new ObjectKey(".spillway-check-" + UUID.randomUUID());
    private final String full;

    private final List<String> facts = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    /** Checksum kinds that the store verifies, and those that it reports. */
    private final Set<Checksums> refused = EnumSet.noneOf(Checksums.class);

    private final Set<Checksums> reported = EnumSet.noneOf(Checksums.class);
    private Answer conditionalPut = Answer.UNKNOWN;
    private Answer conditionalReplacement = Answer.UNKNOWN;
    private Answer conditionalCompletion = Answer.UNKNOWN;

    /** How the store treats a condition that does not hold. */
    private enum Answer {
        HONOURED("honoured"),
        IGNORED("ignored: the existing object is overwritten"),
        UNKNOWN("not known to the store");

        private final String text;

        Answer(String text) {
            this.text = text;
        }
    }

    BucketCheck(S3Connection connection, Uploads uploads) {
        this.connection = connection;
        this.uploads = uploads;
        this.full = connection.full(key);
    }

    BucketReport run() {
        uploads.claim(full);
        try {
            if (step(Action.STORE, () -> put(Checksums.MD5, sum(Checksums.MD5, BODY), request -> {}))) {
                facts.add("put: works");
                checksums();
                condition();
                step(Action.READ, this::read);
                step(Action.LIST, this::list);
                pieces();
                if (step(Action.DELETE, this::delete)) {
                    facts.add("delete: works");
                }
            }
        } finally {
            remove();
            uploads.release(full);
        }
        return new BucketReport(facts, problems, advised());
    }

    private void checksums() {
        for (Checksums kind : Checksums.values()) {
            Answer wrong = tried(() -> put(kind, sum(kind, "else".getBytes(StandardCharsets.UTF_8)), request -> {}));
            if (wrong == Answer.HONOURED) {
                refused.add(kind);
            }
            if (tried(() -> put(kind, sum(kind, BODY), request -> {})) == Answer.IGNORED) {
                step(Action.LOOK, () -> {
                    if (kind.expected(sum(kind, BODY)).equals(kind.reported(head()))) {
                        reported.add(kind);
                    }
                });
            }
            facts.add("checksum %s: a wrong one is %s, a correct one is %s"
                    .formatted(
                            kind,
                            refused.contains(kind) ? "refused" : "accepted",
                            reported.contains(kind) ? "reported back" : "not reported back"));
        }
    }

    private void condition() {
        conditionalPut = tried(() -> put(Checksums.MD5, sum(Checksums.MD5, BODY), request -> request.ifNoneMatch("*")));
        facts.add("condition on a put: " + conditionalPut.text);
        conditionalReplacement = tried(() -> put(
                Checksums.MD5,
                sum(Checksums.MD5, BODY),
                request -> request.ifMatch("\"00000000000000000000000000000000\"")));
        facts.add("condition on a replacement: " + conditionalReplacement.text);
    }

    /**
     * Honoured if the store rejects this request because of the condition; unknown if it does not support such
     * requests.
     */
    private static Answer tried(Runnable request) {
        try {
            request.run();
            return Answer.IGNORED;
        } catch (S3Exception e) {
            boolean aboutThis = e.statusCode() == 412 || (e.statusCode() == 400 && !S3Faults.isUnknownRequest(e));
            return aboutThis ? Answer.HONOURED : Answer.UNKNOWN;
        } catch (SdkException e) {
            return Answer.UNKNOWN;
        }
    }

    private void pieces() {
        String[] id = new String[1];
        if (step(Action.STORE, () -> id[0] = begin())) {
            step(Action.STORE, () -> complete(id[0]));
            unfinished();
        }
    }

    private String begin() {
        return connection
                .client()
                .createMultipartUpload(request ->
                        request.bucket(connection.bucket()).key(full).overrideConfiguration(connection.cleanup()))
                .uploadId();
    }

    /** The operations on an upload left by a crashed process. */
    private void unfinished() {
        String[] id = new String[1];
        if (!step(Action.STORE, () -> id[0] = begin())) {
            return;
        }
        ask(() -> {
            boolean seen = uploads.of(full).stream()
                    .anyMatch(upload -> upload.uploadId().equals(id[0]));
            facts.add("unfinished uploads: "
                    + (seen ? "listed" : "not listed, so they can be neither continued nor removed"));
        });
        ask(() -> uploads.pieces(full, id[0]));
        ask(() -> {
            uploads.abort(full, id[0]);
            facts.add("abort: works");
        });
    }

    /** A request that already translates the SDK's exceptions. */
    private interface Question {
        void put() throws SpillwayException;
    }

    private void ask(Question question) {
        try {
            question.put();
        } catch (SpillwayException e) {
            add(e);
        }
    }

    private void complete(String id) {
        byte[] sum = sum(Checksums.MD5, BODY);
        String etag = connection
                .client()
                .uploadPart(
                        request -> {
                            request.bucket(connection.bucket())
                                    .key(full)
                                    .uploadId(id)
                                    .partNumber(1)
                                    .overrideConfiguration(connection.cleanup());
                            Checksums.MD5.onto(request, sum);
                        },
                        RequestBody.fromBytes(BODY))
                .eTag();
        CompleteMultipartUploadRequest request = CompleteMultipartUploadRequest.builder()
                .bucket(connection.bucket())
                .key(full)
                .uploadId(id)
                .multipartUpload(done -> done.parts(
                        CompletedPart.builder().partNumber(1).eTag(etag).build()))
                .ifNoneMatch("*")
                .overrideConfiguration(connection.cleanup())
                .build();
        conditionalCompletion = tried(() -> connection.client().completeMultipartUpload(request));
        facts.add("condition on a completion: " + conditionalCompletion.text);
    }

    private void read() {
        byte[] there = connection
                .client()
                .getObjectAsBytes(request ->
                        request.bucket(connection.bucket()).key(full).overrideConfiguration(connection.cleanup()))
                .asByteArray();
        if (MessageDigest.isEqual(there, BODY)) {
            facts.add("read: works");
        } else {
            problems.add("the bucket returned other bytes than were stored under " + full);
        }
    }

    private void list() {
        boolean listed = connection
                .client()
                .listObjectsV2(request ->
                        request.bucket(connection.bucket()).prefix(full).overrideConfiguration(connection.cleanup()))
                .contents()
                .stream()
                .anyMatch(object -> object.key().equals(full));
        if (listed) {
            facts.add("list: works");
        } else {
            problems.add("the listing lacks a new object: " + full);
        }
    }

    private void delete() {
        connection
                .client()
                .deleteObject(request ->
                        request.bucket(connection.bucket()).key(full).overrideConfiguration(connection.cleanup()));
    }

    private HeadObjectResponse head() {
        return connection
                .client()
                .headObject(request -> request.bucket(connection.bucket())
                        .key(full)
                        .checksumMode(ChecksumMode.ENABLED)
                        .overrideConfiguration(connection.cleanup()));
    }

    private void put(Checksums kind, byte[] sum, Consumer<PutObjectRequest.Builder> condition) {
        PutObjectRequest.Builder request = PutObjectRequest.builder()
                .bucket(connection.bucket())
                .key(full)
                .overrideConfiguration(connection.cleanup());
        kind.onto(request, sum);
        condition.accept(request);
        connection.client().putObject(request.build(), RequestBody.fromBytes(BODY));
    }

    private static byte[] sum(Checksums kind, byte[] content) {
        return kind.start().digest(content);
    }

    /** Runs one request; a failure is added to the problems. */
    private boolean step(Action action, Runnable request) {
        try {
            request.run();
            return true;
        } catch (SdkException e) {
            add(connection.faults().translate(action, key.value(), e));
            return false;
        }
    }

    private void add(SpillwayException e) {
        String problem = e.getMessage() + (e.hint() == null ? "" : ": " + e.hint());
        // Each response has its own request id; the same problem is reported only once.
        if (problems.stream().noneMatch(known -> withoutIds(known).equals(withoutIds(problem)))) {
            problems.add(problem);
        }
    }

    private static String withoutIds(String problem) {
        return problem.replaceAll(" \\(request [^)]*\\)", "");
    }

    /** Removing twice is harmless, and a bucket that never worked has nothing to remove. */
    private void remove() {
        if (facts.isEmpty()) {
            return;
        }
        uploads.abortAll(full, List.of());
        try {
            delete();
        } catch (SdkException e) {
            problems.add("the check could not remove its object: " + full);
        }
    }

    /**
     * The strongest checksum that the store verifies, and preferably reports, which saves reading objects back. A
     * condition that a store ignores is harmless; one that it rejects would fail every upload.
     */
    private Dialect advised() {
        Dialect used = connection.options().dialect();
        if (facts.isEmpty()) {
            return used;
        }
        Checksums best = Checksums.MD5;
        for (Checksums kind : List.of(Checksums.MD5, Checksums.SHA256)) {
            if (refused.contains(kind) && (reported.contains(kind) || !reported.contains(best))) {
                best = kind;
            }
        }
        boolean conditions = conditionalPut == Answer.HONOURED && conditionalReplacement != Answer.UNKNOWN;
        return new Dialect(best, conditions, used.proof() == Proof.READ ? Proof.READ : Proof.AUTO);
    }
}
