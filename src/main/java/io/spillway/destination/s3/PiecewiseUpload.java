package io.spillway.destination.s3;

import io.spillway.destination.ObjectKey;
import io.spillway.destination.s3.S3Options.Dialect;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/**
 * Uploads one file in pieces. Reuses pieces left by a crashed process if they match the file. Nothing is visible before
 * the last request; on any failure the upload is aborted. Used once, by one thread, which has claimed the key.
 */
final class PiecewiseUpload {
    private static final Logger LOG = LoggerFactory.getLogger(PiecewiseUpload.class);

    private final S3Connection connection;
    private final Uploads uploads;
    private final Content content;
    private final String key;
    private final PiecePlan plan;
    private final Dialect dialect;

    /** Pieces in the store, by number. */
    private final Map<Integer, CompletedPart> done = new ConcurrentHashMap<>();
    /** The checksum of each piece, by number. */
    private final Map<Integer, byte[]> sums = new ConcurrentHashMap<>();

    /** @param key the full key in the bucket */
    PiecewiseUpload(S3Connection connection, Uploads uploads, Content content, String key) {
        this.connection = connection;
        this.uploads = uploads;
        this.content = content;
        this.key = key;
        this.plan = PiecePlan.of(content.bytes(), connection.options().sending().pieceBytes());
        this.dialect = connection.options().dialect();
    }

    /**
     * Sends the missing pieces and completes the upload.
     *
     * @param create   the request that creates the upload, with the object's headers
     * @param ifAbsent complete only if no object has the key, provided that the store supports this condition
     * @throws SdkException if the store rejected it or did not answer; the caller has to look whether the object exists
     */
    void send(CreateMultipartUploadRequest.Builder create, boolean ifAbsent) throws SpillwayException {
        List<String> known = new ArrayList<>();
        boolean complete = false;
        try {
            String id = leftOver();
            if (id == null) {
                dialect.checksums().onto(create);
                id = connection.client().createMultipartUpload(create.build()).uploadId();
            }
            known.add(id);
            sendMissing(id);
            complete(id, ifAbsent);
            complete = true;
        } finally {
            uploads.abortAll(key, complete ? List.of() : known);
        }
    }

    /**
     * Sends the missing pieces and leaves the upload open.
     *
     * @param create the request that creates the upload, with the object's headers
     * @throws SdkException if the store rejected it or did not answer
     */
    void prepare(CreateMultipartUploadRequest.Builder create) throws SpillwayException {
        String id = leftOver();
        boolean sent = false;
        try {
            if (id == null) {
                dialect.checksums().onto(create);
                id = connection.client().createMultipartUpload(create.build()).uploadId();
            }
            sendMissing(id);
            sent = true;
        } finally {
            if (!sent) {
                uploads.abortAll(key, id == null ? List.of() : List.of(id));
            }
        }
    }

    /**
     * Sends all pieces as a new upload and leaves it open. Neither reads nor ends another upload of the key; on a failure, its
     * own is aborted.
     *
     * @param create the request that creates the upload, with the object's headers
     * @throws SdkException if the store rejected it or did not answer
     */
    HeldObject hold(ObjectKey named, CreateMultipartUploadRequest.Builder create) throws SpillwayException {
        dialect.checksums().onto(create);
        String id = connection.client().createMultipartUpload(create.build()).uploadId();
        boolean sent = false;
        try {
            sendMissing(id);
            sent = true;
        } finally {
            if (!sent) {
                uploads.abortOwn(key, id);
            }
        }
        List<HeldObject.Piece> pieces = new TreeMap<>(done)
                .values().stream()
                        .map(piece -> new HeldObject.Piece(
                                piece.eTag(), HeldObject.base64(sums.getOrDefault(piece.partNumber(), new byte[0]))))
                        .toList();
        return new HeldObject(
                named.value(),
                id,
                content.bytes(),
                content.sha256(),
                HeldObject.base64(content.sum()),
                expected(),
                pieces);
    }

    /** The checksum that the store should report for the object, or null if not all pieces are known. */
    @Nullable
    String expected() {
        return sums.size() < plan.count()
                ? null
                : dialect.checksums().expected(content.sum(), List.copyOf(new TreeMap<>(sums).values()));
    }

    /**
     * The id of an upload by a crashed process whose pieces match this file, or null. Other uploads are aborted when
     * {@link #send} ends.
     */
    private @Nullable String leftOver() throws SpillwayException {
        try {
            for (MultipartUpload upload : uploads.of(key)) {
                if (takeOver(upload.uploadId())) {
                    LOG.info("upload continued key={} pieces={} of={}", key, done.size(), plan.count());
                    return upload.uploadId();
                }
                done.clear();
                sums.clear();
            }
        } catch (SpillwayException e) {
            if (e.fault() != Fault.DESTINATION_REFUSED) {
                throw e;
            }
            LOG.warn("cannot list unfinished uploads, so none is continued reason={}", e.getMessage());
        }
        return null;
    }

    private boolean takeOver(String id) throws SpillwayException {
        for (Part piece : uploads.pieces(key, id)) {
            int number = piece.partNumber();
            if (number > plan.count() || piece.size() != plan.length(number)) {
                return false;
            }
            byte[] sum = sum(number);
            if (!isThere(piece, sum)) {
                return false;
            }
            keep(number, sum, piece.eTag());
        }
        return !done.isEmpty();
    }

    /** By the store's checksum, or by its ETag if it reports none; an ETag that is not an MD5 never matches. */
    private boolean isThere(Part piece, byte[] sum) {
        String reported = dialect.checksums().reported(piece);
        return reported == null
                ? Checksums.MD5.expected(sum(piece.partNumber(), Checksums.MD5)).equals(Checksums.MD5.reported(piece))
                : dialect.checksums().expected(sum).equals(reported);
    }

    private void sendMissing(String id) throws SpillwayException {
        List<Callable<Integer>> tasks = new ArrayList<>();
        for (int number = 1; number <= plan.count(); number++) {
            int piece = number;
            if (!done.containsKey(piece)) {
                tasks.add(() -> sendPiece(id, piece));
            }
        }
        S3Connection.atOnce("upload of " + key, connection.options().sending().requests(), tasks);
    }

    private int sendPiece(String id, int number) throws InterruptedException {
        connection.bodies().acquire();
        try {
            byte[] sum = sum(number);
            UploadPartRequest.Builder request = UploadPartRequest.builder()
                    .bucket(connection.bucket())
                    .key(key)
                    .uploadId(id)
                    .partNumber(number)
                    .overrideConfiguration(connection.limits(plan.length(number)));
            dialect.checksums().onto(request, sum);
            String etag = null;
            // An answer without an ETag, such as an error behind the status 200, is not an answer to this request.
            for (int i = 0; etag == null && i < connection.options().patience().attempts(); i++) {
                etag = content.send(
                        plan.offset(number),
                        plan.length(number),
                        body -> connection
                                .client()
                                .uploadPart(request.build(), body)
                                .eTag());
            }
            if (etag == null) {
                throw SdkClientException.create("the store did not confirm piece " + number);
            }
            keep(number, sum, etag);
            return number;
        } finally {
            connection.bodies().release();
        }
    }

    private byte[] sum(int number) {
        return sum(number, dialect.checksums());
    }

    private byte[] sum(int number, Checksums kind) {
        try {
            return content.sum(kind, plan.offset(number), plan.length(number));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void keep(int number, byte[] sum, String etag) {
        sums.put(number, sum);
        done.put(number, piece(dialect, number, sum, etag));
    }

    private static CompletedPart piece(Dialect dialect, int number, byte[] sum, String etag) {
        CompletedPart.Builder piece = CompletedPart.builder().partNumber(number).eTag(etag);
        dialect.checksums().onto(piece, sum);
        return piece.build();
    }

    private void complete(String id, boolean ifAbsent) {
        complete(connection, key, id, new TreeMap<>(done).values(), content.bytes(), content.sum(), ifAbsent);
    }

    /**
     * Completes an upload that {@link #hold} left open, if no object has the key and the store supports this condition.
     *
     * @throws SdkException if the store rejected it or did not answer; the caller has to look whether the object exists
     */
    static void complete(S3Connection connection, HeldObject held) {
        Dialect dialect = connection.options().dialect();
        List<CompletedPart> pieces = new ArrayList<>();
        for (HeldObject.Piece each : held.pieces()) {
            pieces.add(piece(dialect, pieces.size() + 1, HeldObject.bytes(each.sum()), each.etag()));
        }
        String full = connection.full(new ObjectKey(held.key()));
        complete(connection, full, held.upload(), pieces, held.bytes(), HeldObject.bytes(held.sum()), true);
    }

    /** Ignores the ETag in the response: some stores send an empty one. */
    private static void complete(
            S3Connection connection,
            String key,
            String id,
            Collection<CompletedPart> all,
            long bytes,
            byte[] sum,
            boolean ifAbsent) {
        Dialect dialect = connection.options().dialect();
        CompleteMultipartUploadRequest.Builder request = CompleteMultipartUploadRequest.builder()
                .bucket(connection.bucket())
                .key(key)
                .uploadId(id)
                .multipartUpload(pieces -> pieces.parts(all))
                .overrideConfiguration(connection.limits(bytes));
        dialect.checksums().onto(request, sum);
        if (ifAbsent && dialect.conditionalWrites()) {
            request.ifNoneMatch("*");
        }
        connection.client().completeMultipartUpload(request.build());
    }
}
