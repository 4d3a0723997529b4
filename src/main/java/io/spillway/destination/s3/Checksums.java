package io.spillway.destination.s3;

import io.spillway.destination.Digests;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
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

/** What is sent with each body, so that the store refuses one that was changed on the way. */
public enum Checksums {
    /** {@code x-amz-checksum-sha256}; the store keeps it and reports it, for several pieces as a hash of their hashes. */
    SHA256,
    /** {@code x-amz-checksum-crc64nvme}; the store reports it for the whole object, however many pieces there were. */
    CRC64NVME,
    /** {@code Content-MD5}, which every store knows; its ETag is then what can be compared. */
    MD5;

    /** An empty one. */
    MessageDigest start() {
        return switch (this) {
            case SHA256 -> Digests.sha256();
            case CRC64NVME -> new Crc64Nvme();
            case MD5 -> md5();
        };
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }

    /** Sends {@code sum} with the only body of an object. */
    void onto(PutObjectRequest.Builder request, byte[] sum) {
        switch (this) {
            case SHA256 -> request.checksumSHA256(base64(sum));
            case CRC64NVME -> request.checksumCRC64NVME(base64(sum));
            case MD5 -> request.contentMD5(base64(sum));
        }
    }

    /** Sends {@code sum} with a piece. */
    void onto(UploadPartRequest.Builder request, byte[] sum) {
        switch (this) {
            case SHA256 -> request.checksumSHA256(base64(sum));
            case CRC64NVME -> request.checksumCRC64NVME(base64(sum));
            case MD5 -> request.contentMD5(base64(sum));
        }
    }

    /** Says what the pieces to come will be sent with. */
    void onto(CreateMultipartUploadRequest.Builder request) {
        switch (this) {
            case SHA256 -> request.checksumAlgorithm(ChecksumAlgorithm.SHA256).checksumType(ChecksumType.COMPOSITE);
            case CRC64NVME ->
                request.checksumAlgorithm(ChecksumAlgorithm.CRC64_NVME).checksumType(ChecksumType.FULL_OBJECT);
            case MD5 -> {}
        }
    }

    /** Repeats a piece's {@code sum} in the request that puts them together. */
    void onto(CompletedPart.Builder piece, byte[] sum) {
        switch (this) {
            case SHA256 -> piece.checksumSHA256(base64(sum));
            case CRC64NVME -> piece.checksumCRC64NVME(base64(sum));
            case MD5 -> {}
        }
    }

    /** Says what all pieces together must come to, where that is more than their own sums say. */
    void onto(CompleteMultipartUploadRequest.Builder request, byte[] whole) {
        switch (this) {
            case CRC64NVME -> request.checksumCRC64NVME(base64(whole)).checksumType(ChecksumType.FULL_OBJECT);
            case SHA256 -> request.checksumType(ChecksumType.COMPOSITE);
            case MD5 -> {}
        }
    }

    /** What the store says of an object in this kind of checksum, or null where it says nothing. */
    @Nullable
    String reported(HeadObjectResponse head) {
        return switch (this) {
            case SHA256 -> head.checksumSHA256();
            case CRC64NVME -> head.checksumCRC64NVME();
            case MD5 -> unquoted(head.eTag());
        };
    }

    /** What the store says of a piece, or null where it says nothing. */
    @Nullable
    String reported(Part piece) {
        return switch (this) {
            case SHA256 -> piece.checksumSHA256();
            case CRC64NVME -> piece.checksumCRC64NVME();
            case MD5 -> unquoted(piece.eTag());
        };
    }

    /** How a store reports the sum of a piece, or of an object that was sent in one request. */
    String expected(byte[] sum) {
        return this == MD5 ? HexFormat.of().formatHex(sum) : base64(sum);
    }

    /** How a store reports an object that was put together from pieces. */
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

    /** An ETag as it is compared: answers put quotes around it, or don't. */
    static @Nullable String unquoted(@Nullable String etag) {
        return etag == null ? null : etag.replace("\"", "");
    }
}
