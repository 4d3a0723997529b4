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

/** Sends one file, in one request or in pieces, and verifies it by a lookup afterwards. Thread-safe. */
final class Sender {
    private static final Logger LOG = LoggerFactory.getLogger(Sender.class);

    private final S3Connection connection;
    private final Uploads uploads;
    private final Confirmation confirmation;

    /**
     * Whether this store compares {@code If-Match} with its ETag without quotes, as Ceph does; determined by trying.
     */
    private volatile boolean bareTags;

    Sender(S3Connection connection, Uploads uploads, Confirmation confirmation) {
        this.connection = connection;
        this.uploads = uploads;
        this.confirmation = confirmation;
    }

    /**
     * Stores the content under the key.
     *
     * @param ifAbsent fail with {@code DESTINATION_REFUSED} if the key has a different object; otherwise replace it
     */
    StoredObject send(Content content, ObjectKey key, ObjectHeaders headers, boolean ifAbsent)
            throws SpillwayException {
        String full = connection.full(key);
        requirePossible(content, key);
        if (!uploads.claim(full)) {
            throw new SpillwayException(
                    Fault.ALREADY_RUNNING, "%s is already being stored".formatted(full), "wait until it has finished");
        }
        try {
            return sendClaimed(content, key, headers, ifAbsent);
        } finally {
            uploads.release(full);
        }
    }

    private static void requirePossible(Content content, ObjectKey key) throws SpillwayException {
        if (content.bytes() > PiecePlan.LARGEST_OBJECT) {
            throw new SpillwayException(
                    Fault.DESTINATION_REFUSED,
                    "%s has %d bytes; the limit of S3 is 5 TiB".formatted(key, content.bytes()),
                    "use smaller parts");
        }
    }

    /** Sends the content as an upload of its own, which stays open; other uploads of the key remain as they are. */
    HeldObject hold(Content content, ObjectKey key, ObjectHeaders headers) throws SpillwayException {
        requirePossible(content, key);
        try {
            return new PiecewiseUpload(connection, uploads, content, connection.full(key))
                    .hold(key, create(content, key, headers));
        } catch (SdkException e) {
            throw connection.faults().translate(Action.STORE, key.value(), e);
        } catch (UncheckedIOException e) {
            throw unreadable(key, e);
        }
    }

    /** Completes such an upload, or finds that it was completed, and compares the object. */
    StoredObject complete(HeldObject held) throws SpillwayException {
        ObjectKey key = new ObjectKey(held.key());
        try {
            PiecewiseUpload.complete(connection, held);
        } catch (SdkException e) {
            resolve(held.bytes(), held.sha256(), key, true, e);
        }
        return confirmed(held.bytes(), held.sha256(), key, true, held.expected());
    }

    private static SpillwayException unreadable(ObjectKey key, UncheckedIOException e) {
        return new SpillwayException(
                Fault.DESTINATION_UNAVAILABLE,
                "cannot read the file for %s: %s".formatted(key, e.getMessage()),
                null,
                e);
    }

    /**
     * Sends the pieces of the content without completing the upload; the next {@link #send} of the same content
     * continues it. Does nothing if the content fits into one piece.
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
            throw unreadable(key, e);
        } finally {
            uploads.release(full);
        }
    }

    /** Aborts uncompleted uploads of the key. */
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
     * Replaces the object if it has that version, or creates it if none exists; the store compares the version
     * atomically.
     *
     * @param version an ETag without quotes, or null for no object
     * @return false if the object has changed
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
            return false; // another writer has legitimately replaced it since
        } else if (!confirmation.holds(key, head.get(), content, expected)) {
            throw damaged(content.bytes(), key, head);
        }
        return true;
    }

    /** @param bare whether to send the version without the usual quotes */
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
            LOG.info("replaced although the response was lost key={}", key);
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
            resolve(content.bytes(), content.sha256(), key, ifAbsent, e);
        } catch (UncheckedIOException e) {
            throw unreadable(key, e);
        }
        return confirmed(
                content.bytes(),
                content.sha256(),
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
            var unused =
                    content.send(0, content.bytes(), body -> connection.client().putObject(request.build(), body));
        } finally {
            connection.bodies().release();
        }
    }

    private void acquire(ObjectKey key) throws SpillwayException {
        try {
            connection.bodies().acquire();
        } catch (InterruptedException e) {
            throw SpillwayException.cancelled("before sending " + key, e);
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
     * Looks up the object after an inconclusive error: the store may have accepted the request before a timeout or a
     * reset, and a retry then meets its own first attempt (412, or an upload that no longer exists).
     */
    private void resolve(long bytes, String sha256, ObjectKey key, boolean ifAbsent, SdkException e)
            throws SpillwayException {
        SpillwayException failure = connection.faults().translate(Action.STORE, key.value(), e);
        Optional<HeadObjectResponse> there = lookAfter(key, e, false);
        if (there.isPresent() && Confirmation.looksLike(there.get(), bytes, sha256)) {
            LOG.info("stored although the response was lost key={} reason={}", key, failure.getMessage());
        } else if (there.isPresent() && ifAbsent) {
            throw taken(key);
        } else {
            throw failure;
        }
    }

    /** The object after a failed request; throws that request's exception if it cannot have been carried out. */
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

    private StoredObject confirmed(
            long bytes, String sha256, ObjectKey key, boolean ifAbsent, @Nullable String expected)
            throws SpillwayException {
        Optional<HeadObjectResponse> head = connection.head(key);
        if (head.isPresent() && confirmation.holds(key, head.get(), bytes, sha256, expected)) {
            return new StoredObject(key, bytes, sha256);
        }
        if (ifAbsent && head.isPresent() && sha256.equals(Confirmation.sha256(head.get()))) {
            // Created by this upload according to its metadata, and damaged: no object is better than a damaged one
            // under a name that is never overwritten.
            connection.ask(
                    Action.DELETE,
                    key.value(),
                    () -> connection
                            .client()
                            .deleteObject(request ->
                                    request.bucket(connection.bucket()).key(connection.full(key))));
        }
        throw damaged(bytes, key, head);
    }

    private SpillwayException damaged(long bytes, ObjectKey key, Optional<HeadObjectResponse> head) {
        return new SpillwayException(
                Fault.INTEGRITY,
                "destination %s accepted %s of %d bytes, but has %s"
                        .formatted(
                                connection.name(),
                                key,
                                bytes,
                                head.map(there -> there.contentLength() == bytes
                                                ? "different content of that length"
                                                : there.contentLength() + " bytes")
                                        .orElse("nothing")),
                "try again; if it happens again, the store or the network loses data");
    }

    /** The refusal to overwrite. */
    SpillwayException taken(ObjectKey key) {
        return new SpillwayException(
                Fault.DESTINATION_REFUSED,
                "%s already exists in %s with different content".formatted(key, connection.name()),
                "dumps are never overwritten; move the existing object away if it is not a dump");
    }
}
