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

/** Compares what the store holds with what was to be there. Safe for many threads. */
final class Confirmation {
    /** The metadata in which we keep an object's SHA-256, in lower-case hex: {@code x-amz-meta-sha256}. */
    static final String SHA256 = "sha256";

    /** Reading back starts again where a connection breaks in the middle, which the SDK does not do. */
    private static final int READS = 4;

    private static final int BUFFER = 64 << 10;

    private final S3Connection connection;

    Confirmation(S3Connection connection) {
        this.connection = connection;
    }

    /** What we wrote into the metadata of an object, or null on somebody else's. */
    static @Nullable String sha256(HeadObjectResponse head) {
        return head.metadata().get(SHA256);
    }

    /** Whether the object is the content, as far as a look tells: by size and by the SHA-256 that we gave it. */
    static boolean looksLike(HeadObjectResponse head, Content content) {
        return head.contentLength() == content.bytes() && content.sha256().equals(sha256(head));
    }

    /** Whether an upload of exactly this content made the object. Its bytes may be others all the same. */
    static boolean isMeantAs(HeadObjectResponse head, Content content) {
        return content.sha256().equals(sha256(head));
    }

    /**
     * Whether an object that was there before is the content. Its metadata can only deny that: they repeat what the
     * upload said, and an upload whose writer died was confirmed by nothing. What counts is the checksum or ETag that
     * the store computed, and where neither is conclusive, the bytes. An object of another writer is always read.
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

    /** Whether the store reports the content's checksum of that kind. An ETag that is no MD5 never equals one. */
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
                    "a file to be stored in %s could not be read: %s".formatted(connection.name(), e.getMessage()),
                    null,
                    e);
        }
    }

    /**
     * Makes sure that the store holds the content that it has just taken: by its own checksum or ETag, and where that
     * says nothing or something else, by reading the object back.
     *
     * @param expected how the store should report it, or null if nobody knows
     */
    boolean holds(ObjectKey key, HeadObjectResponse head, Content content, @Nullable String expected)
            throws SpillwayException {
        if (!looksLike(head, content)) {
            return false;
        }
        boolean reported = expected != null
                && expected.equals(connection.options().dialect().checksums().reported(head));
        if (reported && connection.options().dialect().proof() == Proof.AUTO) {
            return true;
        }
        return content.sha256().equals(readBack(key));
    }

    /** The SHA-256 of the object's bytes as they are read now. */
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
                "destination %s broke off %s each time it was read back".formatted(connection.name(), key),
                null,
                last);
    }

    /** The object's bytes. The caller closes the stream. */
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
