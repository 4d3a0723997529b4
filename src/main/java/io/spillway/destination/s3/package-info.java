/**
 * A bucket of Amazon S3, or of a store that speaks its protocol, as a destination: {@link
 * io.spillway.destination.s3.S3Bucket}. A file is hashed, sent in pieces with checksums, completed on the condition that
 * nothing has its name, and believed only after the store has said what it holds. {@link
 * io.spillway.destination.s3.BucketCheck} finds out which dialect a store speaks.
 *
 * <p>What S3 calls a part of an upload is a <em>piece</em> here: a part is a file of a dump. Knows nothing of other
 * destinations, and no exception of the SDK leaves it.
 */
@NullMarked
package io.spillway.destination.s3;

import org.jspecify.annotations.NullMarked;
