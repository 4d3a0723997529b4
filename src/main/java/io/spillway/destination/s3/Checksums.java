package io.spillway.destination.s3;

import io.spillway.destination.Digests;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/** The checksum sent with each body, so that the store rejects a body that was corrupted in transit. */
public enum Checksums {
    /** {@code x-amz-checksum-sha256}; the store keeps and reports it, for an upload in pieces as a hash of hashes. */
    SHA256,
    /** {@code x-amz-checksum-crc64nvme}; the store reports it for the whole object, also after an upload in pieces. */
    CRC64NVME,
    /** {@code Content-MD5}, supported by every store; its ETag can be compared. */
    MD5;

    /** A new digest of this kind. */
    MessageDigest start() {
        return switch (this) {
            case SHA256 -> Digests.sha256();
            case CRC64NVME -> new Crc64Nvme();
            case MD5 -> Digests.md5();
        };
    }

    /** Adds {@code sum} to the upload of a whole object. */
    void onto(PutObjectRequest.Builder request, byte[] sum) {
        switch (this) {
            case SHA256 -> request.checksumSHA256(base64(sum));
            case CRC64NVME -> request.checksumCRC64NVME(base64(sum));
            case MD5 -> request.contentMD5(base64(sum));
        }
    }

    /** Adds {@code sum} to the upload of a piece. */
    void onto(UploadPartRequest.Builder request, byte[] sum) {
        switch (this) {
            case SHA256 -> request.checksumSHA256(base64(sum));
            case CRC64NVME -> request.checksumCRC64NVME(base64(sum));
            case MD5 -> request.contentMD5(base64(sum));
        }
    }

    /** Announces the checksums of the pieces to come. */
    void onto(CreateMultipartUploadRequest.Builder request) {
        switch (this) {
            case SHA256 -> request.checksumAlgorithm(ChecksumAlgorithm.SHA256).checksumType(ChecksumType.COMPOSITE);
            case CRC64NVME ->
                request.checksumAlgorithm(ChecksumAlgorithm.CRC64_NVME).checksumType(ChecksumType.FULL_OBJECT);
            case MD5 -> {}
        }
    }

    /** Repeats a piece's {@code sum} in the request that completes the upload. */
    void onto(CompletedPart.Builder piece, byte[] sum) {
        switch (this) {
            case SHA256 -> piece.checksumSHA256(base64(sum));
            case CRC64NVME -> piece.checksumCRC64NVME(base64(sum));
            case MD5 -> {}
        }
    }

    /** Adds the checksum of the whole object if this kind has one. */
    void onto(CompleteMultipartUploadRequest.Builder request, byte[] whole) {
        switch (this) {
            case CRC64NVME -> request.checksumCRC64NVME(base64(whole)).checksumType(ChecksumType.FULL_OBJECT);
            case SHA256 -> request.checksumType(ChecksumType.COMPOSITE);
            case MD5 -> {}
        }
    }

    /** The checksum of this kind that the store reports for an object, or null if it reports none. */
    @Nullable
    String reported(HeadObjectResponse head) {
        return switch (this) {
            case SHA256 -> head.checksumSHA256();
            case CRC64NVME -> head.checksumCRC64NVME();
            case MD5 -> unquoted(head.eTag());
        };
    }

    /** The checksum that the store reports for a piece, or null if it reports none. */
    @Nullable
    String reported(Part piece) {
        return switch (this) {
            case SHA256 -> piece.checksumSHA256();
            case CRC64NVME -> piece.checksumCRC64NVME();
            case MD5 -> unquoted(piece.eTag());
        };
    }

    /** The form in which a store reports the checksum of a piece, or of an object sent in one request. */
    String expected(byte[] sum) {
        return this == MD5 ? HexFormat.of().formatHex(sum) : base64(sum);
    }

    /** The form in which a store reports the checksum of an object uploaded in pieces. */
    String expected(byte[] whole, List<byte[]> pieces) {
        if (this == CRC64NVME) {
            return base64(whole);
        }
        MessageDigest ofSums = start();
        pieces.forEach(ofSums::update);
        byte[] composite = ofSums.digest();
        return this == MD5
                ? HexFormat.of().formatHex(composite) + "-" + pieces.size()
                : base64(composite) + "-" + pieces.size();
    }

    private static String base64(byte[] sum) {
        return Base64.getEncoder().encodeToString(sum);
    }

    /** An ETag without quotes, which not every response has. */
    static @Nullable String unquoted(@Nullable String etag) {
        return etag == null ? null : etag.replace("\"", "");
    }
}
