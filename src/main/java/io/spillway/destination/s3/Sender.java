package io.spillway.destination.s3;

import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.s3.S3Options.Keeping;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Sends one file, in one request or in pieces, and believes nothing but a look afterwards. Safe for many threads. */
final class Sender {
    private static final Logger LOG = LoggerFactory.getLogger(Sender.class);

    private final S3Connection connection;
    private final Uploads uploads;
    private final Confirmation confirmation;

    /** Whether this store compares {@code If-Match} with its ETag as it is, as Ceph does; found out by trying. */
    private volatile boolean bareTags;

    Sender(S3Connection connection, Uploads uploads, Confirmation confirmation) {
        this.connection = connection;
        this.uploads = uploads;
        this.confirmation = confirmation;
    }

    /**
     * Stores the content under the key.
     *
     * @param ifAbsent fails as refused where the key has another object already; else that is replaced
     */
    StoredObject send(Content content, ObjectKey key, ObjectHeaders headers, boolean ifAbsent)
            throws SpillwayException {
        String full = connection.full(key);
        if (content.bytes() > PiecePlan.LARGEST_OBJECT) {
            throw new SpillwayException(
                    Fault.DESTINATION_REFUSED,
                    "%s has %d bytes, and an object of S3 has 5 TiB at most".formatted(key, content.bytes()),
                    "make parts smaller");
        }
        if (!uploads.claim(full)) {
            throw new SpillwayException(
                    Fault.ALREADY_RUNNING, "%s is being stored already".formatted(full), "wait until it is done");
        }
        try {
            return sendClaimed(content, key, headers, ifAbsent);
        } finally {
            uploads.release(full);
        }
    }

    /**
     * Sends the pieces of the content and does not complete the upload, which the next {@link #send} of the same content
     * takes over. Does nothing for a content of one piece.
     */
    void prepare(Content content, ObjectKey key, ObjectHeaders headers) throws SpillwayException {
        String full = connection.full(key);
        if (content.bytes() <= connection.options().sending().pieceBytes() || !uploads.claim(full)) {
            return;
        }
        try {
            new PiecewiseUpload(connection, uploads, content, full).prepare(create(content, key, headers));
        } catch (SdkException e) {
            throw connection.faults().translate(Action.STORE, key.value(), e);
        } catch (UncheckedIOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "the file for %s could not be read: %s".formatted(key, e.getMessage()),
                    null,
                    e);
        } finally {
            uploads.release(full);
        }
    }

    /** Ends uploads of the key that are not completed. */
    void abandon(ObjectKey key) {
        String full = connection.full(key);
        if (uploads.claim(full)) {
            try {
                uploads.abortAll(full, List.of());
            } finally {
                uploads.release(full);
            }
        }
    }

    /**
     * Puts the content under the key while what stands there is of that version, or while nothing does: decided by the
     * store, in the step that replaces it.
     *
     * @param version an ETag without quotes, or null for nothing
     * @return false where something else stands there now
     */
    boolean replace(Content content, ObjectKey key, ObjectHeaders headers, @Nullable String version)
            throws SpillwayException {
        boolean bare = bareTags;
        if (!replace(content, key, headers, version, bare)) {
            Optional<HeadObjectResponse> there = connection.head(key);
            boolean unchanged = version != null
                    && there.isPresent()
                    && version.equals(Checksums.unquoted(there.get().eTag()));
            if (!unchanged || !replace(content, key, headers, version, !bare)) {
                return false;
            }
            bareTags = !bare;
        }
        String expected = connection.options().dialect().checksums().expected(content.sum());
        Optional<HeadObjectResponse> head = connection.head(key);
        if (head.isEmpty() || !content.sha256().equals(Confirmation.sha256(head.get()))) {
            return false; // somebody has replaced it again, which is his right
        } else if (!confirmation.holds(key, head.get(), content, expected)) {
            throw damaged(content, key, head);
        }
        return true;
    }

    /** @param bare whether the version goes without the quotes that belong around it */
    private boolean replace(
            Content content, ObjectKey key, ObjectHeaders headers, @Nullable String version, boolean bare)
            throws SpillwayException {
        try {
            put(content, key, headers, request -> {
                if (version == null) {
                    request.ifNoneMatch("*");
                } else {
                    request.ifMatch(bare ? version : "\"" + version + "\"");
                }
            });
        } catch (SdkException e) {
            boolean overtaken = e instanceof S3Exception answer && S3Faults.isUnmetCondition(answer);
            Optional<HeadObjectResponse> there = lookAfter(key, e, overtaken);
            if (there.isEmpty() || !Confirmation.looksLike(there.get(), content)) {
                if (overtaken) {
                    return false;
                }
                throw connection.faults().translate(Action.STORE, key.value(), e);
            }
            LOG.info("replaced, though the answer was lost key={}", key);
        }
        return true;
    }

    private StoredObject sendClaimed(Content content, ObjectKey key, ObjectHeaders headers, boolean ifAbsent)
            throws SpillwayException {
        @Nullable
        PiecewiseUpload pieces =
                content.bytes() > connection.options().sending().pieceBytes()
                        ? new PiecewiseUpload(connection, uploads, content, connection.full(key))
                        : null;
        try {
            if (pieces == null) {
                put(content, key, headers, request -> {
                    if (ifAbsent && connection.options().dialect().conditionalWrites()) {
                        request.ifNoneMatch("*");
                    }
                });
            } else {
                pieces.send(create(content, key, headers), ifAbsent);
            }
        } catch (SdkException e) {
            resolve(content, key, ifAbsent, e);
        } catch (UncheckedIOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "the file for %s could not be read: %s".formatted(key, e.getMessage()),
                    null,
                    e);
        }
        return confirmed(
                content,
                key,
                ifAbsent,
                pieces == null
                        ? connection.options().dialect().checksums().expected(content.sum())
                        : pieces.expected());
    }

    private void put(
            Content content, ObjectKey key, ObjectHeaders headers, Consumer<PutObjectRequest.Builder> condition)
            throws SpillwayException {
        Keeping keeping = connection.options().keeping();
        PutObjectRequest.Builder request = PutObjectRequest.builder()
                .bucket(connection.bucket())
                .key(connection.full(key))
                .contentType(headers.contentType())
                .contentDisposition(headers.disposition())
                .cacheControl(headers.cacheControl())
                .metadata(Map.of(Confirmation.SHA256, content.sha256()))
                .storageClass(keeping.storageClass())
                .serverSideEncryption(keeping.encryption())
                .ssekmsKeyId(keeping.kmsKey())
                .overrideConfiguration(connection.limits(content.bytes()));
        connection.options().dialect().checksums().onto(request, content.sum());
        condition.accept(request);
        acquire(key);
        try {
            connection.client().putObject(request.build(), content.body(0, content.bytes()));
        } finally {
            connection.bodies().release();
        }
    }

    private void acquire(ObjectKey key) throws SpillwayException {
        try {
            connection.bodies().acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SpillwayException(Fault.CANCELLED, "cancelled before %s was sent".formatted(key), null, e);
        }
    }

    private CreateMultipartUploadRequest.Builder create(Content content, ObjectKey key, ObjectHeaders headers) {
        Keeping keeping = connection.options().keeping();
        return CreateMultipartUploadRequest.builder()
                .bucket(connection.bucket())
                .key(connection.full(key))
                .contentType(headers.contentType())
                .contentDisposition(headers.disposition())
                .cacheControl(headers.cacheControl())
                .metadata(Map.of(Confirmation.SHA256, content.sha256()))
                .storageClass(keeping.storageClass())
                .serverSideEncryption(keeping.encryption())
                .ssekmsKeyId(keeping.kmsKey());
    }

    /**
     * Decides by a look what an answer has left open: a time-out or a reset may have come after the store had taken the
     * request, and a repeated one then meets its own first try (412, or an upload that is not there any more).
     */
    private void resolve(Content content, ObjectKey key, boolean ifAbsent, SdkException e) throws SpillwayException {
        SpillwayException failure = connection.faults().translate(Action.STORE, key.value(), e);
        Optional<HeadObjectResponse> there = lookAfter(key, e, false);
        if (there.isPresent() && Confirmation.looksLike(there.get(), content)) {
            LOG.info("stored, though the answer was lost key={} reason={}", key, failure.getMessage());
        } else if (there.isPresent() && ifAbsent) {
            throw taken(key);
        } else {
            throw failure;
        }
    }

    /** What stands there after a request that failed; fails as that one where it cannot have happened. */
    private Optional<HeadObjectResponse> lookAfter(ObjectKey key, SdkException e, boolean anyway)
            throws SpillwayException {
        SpillwayException failure = connection.faults().translate(Action.STORE, key.value(), e);
        boolean refused = e instanceof S3Exception answer && S3Faults.isRefusal(answer);
        if (failure.fault() == Fault.CANCELLED || (refused && !anyway)) {
            throw failure;
        }
        try {
            return connection.head(key);
        } catch (SpillwayException unseen) {
            failure.addSuppressed(unseen);
            throw failure;
        }
    }

    private StoredObject confirmed(Content content, ObjectKey key, boolean ifAbsent, @Nullable String expected)
            throws SpillwayException {
        Optional<HeadObjectResponse> head = connection.head(key);
        if (head.isPresent() && confirmation.holds(key, head.get(), content, expected)) {
            return new StoredObject(key, content.bytes(), content.sha256());
        }
        if (ifAbsent && head.isPresent() && content.sha256().equals(Confirmation.sha256(head.get()))) {
            // Ours, by its metadata, and damaged: better nothing than this under a name that is never overwritten.
            connection.ask(
                    Action.DELETE,
                    key.value(),
                    () -> connection
                            .client()
                            .deleteObject(request ->
                                    request.bucket(connection.bucket()).key(connection.full(key))));
        }
        throw damaged(content, key, head);
    }

    private SpillwayException damaged(Content content, ObjectKey key, Optional<HeadObjectResponse> head) {
        return new SpillwayException(
                Fault.INTEGRITY,
                "destination %s took %s of %d bytes, and holds %s"
                        .formatted(
                                connection.name(),
                                key,
                                content.bytes(),
                                head.map(there -> there.contentLength() == content.bytes()
                                                ? "something else of that length"
                                                : there.contentLength() + " bytes")
                                        .orElse("nothing")),
                "try again; if it happens again, the store or something on the way to it loses data");
    }

    /** The refusal to overwrite. */
    SpillwayException taken(ObjectKey key) {
        return new SpillwayException(
                Fault.DESTINATION_REFUSED,
                "%s is there already in %s, and is not what was to be stored".formatted(key, connection.name()),
                "a dated name is never overwritten; move what is there away if it is not a dump");
    }
}
