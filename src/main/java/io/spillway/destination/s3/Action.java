package io.spillway.destination.s3;

/** A kind of request, with its verb for messages and the permission that it needs. */
enum Action {
    STORE("store", "s3:PutObject"),
    LOOK("look at", "s3:GetObject, and s3:ListBucket without which a missing object looks like a forbidden one"),
    READ("read", "s3:GetObject"),
    LIST("list", "s3:ListBucket"),
    DELETE("delete", "s3:DeleteObject"),
    LIST_UPLOADS("list the unfinished uploads of", "s3:ListBucketMultipartUploads"),
    LIST_PIECES("list the pieces of an unfinished upload of", "s3:ListMultipartUploadParts"),
    ABORT("abort an upload of", "s3:AbortMultipartUpload");

    private final String verb;
    private final String right;

    Action(String verb, String right) {
        this.verb = verb;
        this.right = right;
    }

    String verb() {
        return verb;
    }

    String right() {
        return right;
    }

    /** The resource of the permission, as in a policy. */
    String resource(S3Options.Address address) {
        String bucket = "arn:aws:s3:::" + address.bucket();
        return this == LIST || this == LIST_UPLOADS ? bucket : bucket + "/" + address.prefix() + "*";
    }
}
