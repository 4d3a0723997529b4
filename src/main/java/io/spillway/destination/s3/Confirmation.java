package io.spillway.destination.s3;

import io.spillway.destination.Digests;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.s3.S3Options.Proof;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** Compares objects in the store with the content that they should have. Thread-safe. */
final class Confirmation {
    /** Metadata with the object's SHA-256 in lower-case hex: {@code x-amz-meta-sha256}. */
    static final String SHA256 = "sha256";

    /** Reading back starts again if the connection breaks midway, which the SDK does not retry. */
    private static final int READS = 4;

    private static final int BUFFER = 64 << 10;

    private final S3Connection connection;

    Confirmation(S3Connection connection) {
        this.connection = connection;
    }

    /** The SHA-256 that Spillway wrote into an object's metadata, or null on a foreign object. */
    static @Nullable String sha256(HeadObjectResponse head) {
        return head.metadata().get(SHA256);
    }

    /** Whether the object matches the content by size and by the SHA-256 in its metadata. */
    static boolean looksLike(HeadObjectResponse head, Content content) {
        return looksLike(head, content.bytes(), content.sha256());
    }

    /** The same for content of that length and SHA-256. */
    static boolean looksLike(HeadObjectResponse head, long bytes, String sha256) {
        return head.contentLength() == bytes && sha256.equals(sha256(head));
    }

    /** Whether an upload of exactly this content created the object. Its bytes may still differ. */
    static boolean isMeantAs(HeadObjectResponse head, Content content) {
        return content.sha256().equals(sha256(head));
    }

    /**
     * Whether an existing object has the content. Its metadata can only disprove that: it repeats what the upload
     * announced, and an upload whose process crashed was never verified. The proof is the checksum or ETag computed by
     * the store, or if neither is conclusive, the bytes. A foreign object is always read.
     */
    boolean isSame(ObjectKey key, HeadObjectResponse head, Content content) throws SpillwayException {
        if (head.contentLength() != content.bytes() || (sha256(head) != null && !isMeantAs(head, content))) {
            return false;
        }
        boolean computed = isMeantAs(head, content)
                && connection.options().dialect().proof() == Proof.AUTO
                && (isReported(connection.options().dialect().checksums(), head, content)
                        || isReported(Checksums.MD5, head, content));
        return computed || content.sha256().equals(readBack(key));
    }

    /** Whether the store reports the content's checksum of that kind. An ETag that is not an MD5 never matches. */
    private boolean isReported(Checksums kind, HeadObjectResponse head, Content content) throws SpillwayException {
        String reported = kind.reported(head);
        if (reported == null || content.bytes() == 0) {
            return false;
        }
        try {
            byte[] whole = content.sum(kind, 0, content.bytes());
            if (reported.equals(kind.expected(whole))) {
                return true;
            }
            PiecePlan plan =
                    PiecePlan.of(content.bytes(), connection.options().sending().pieceBytes());
            if (!reported.endsWith("-" + plan.count())) {
                return false;
            }
            List<byte[]> pieces = new ArrayList<>();
            for (int number = 1; number <= plan.count(); number++) {
                pieces.add(content.sum(kind, plan.offset(number), plan.length(number)));
            }
            return reported.equals(kind.expected(whole, pieces));
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "cannot read a file for %s: %s".formatted(connection.name(), e.getMessage()),
                    null,
                    e);
        }
    }

    /**
     * Verifies the content just stored: by the store's checksum or ETag, or if that is missing or differs, by reading
     * the object back.
     *
     * @param expected the checksum that the store should report, or null if unknown
     */
    boolean holds(ObjectKey key, HeadObjectResponse head, Content content, @Nullable String expected)
            throws SpillwayException {
        return holds(key, head, content.bytes(), content.sha256(), expected);
    }

    /** The same for content of that length and SHA-256. */
    boolean holds(ObjectKey key, HeadObjectResponse head, long bytes, String sha256, @Nullable String expected)
            throws SpillwayException {
        if (!looksLike(head, bytes, sha256)) {
            return false;
        }
        boolean reported = expected != null
                && expected.equals(connection.options().dialect().checksums().reported(head));
        if (reported && connection.options().dialect().proof() == Proof.AUTO) {
            return true;
        }
        return sha256.equals(readBack(key));
    }

    /** Reads the object and returns the SHA-256 of its bytes. */
    private String readBack(ObjectKey key) throws SpillwayException {
        IOException last = new IOException("not read");
        for (int i = 0; i < READS; i++) {
            MessageDigest digest = Digests.sha256();
            try (InputStream in = open(key)) {
                byte[] buffer = new byte[BUFFER];
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    digest.update(buffer, 0, read);
                }
                return HexFormat.of().formatHex(digest.digest());
            } catch (IOException e) {
                last = e;
            }
        }
        throw new SpillwayException(
                Fault.DESTINATION_UNAVAILABLE,
                "destination %s: every attempt to read back %s was interrupted".formatted(connection.name(), key),
                null,
                last);
    }

    /** Opens the object. The caller closes the stream. */
    InputStream open(ObjectKey key) throws SpillwayException {
        GetObjectRequest request = GetObjectRequest.builder()
                .bucket(connection.bucket())
                .key(connection.full(key))
                .build();
        try {
            return new ObjectStream(connection.client().getObject(request));
        } catch (SdkException e) {
            throw connection.faults().translate(Action.READ, key.value(), e);
        }
    }
}
