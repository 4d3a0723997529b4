/**
 * A bucket of Amazon S3 or an S3-compatible store as a destination: {@link io.spillway.destination.s3.S3Bucket}. A file
 * is hashed, sent in pieces with checksums, completed on the condition that no object has its name, and verified by
 * what the store reports. {@link io.spillway.destination.s3.BucketCheck} determines a store's dialect.
 *
 * <p>A part of a multipart upload is called a <em>piece</em> here, because a part is a file of a dump. Knows nothing of
 * other destinations, and lets no exception of the SDK escape.
 */
@NullMarked
package io.spillway.destination.s3;

import org.jspecify.annotations.NullMarked;
