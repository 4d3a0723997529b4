/** Signatures for clusters that Amazon hosts. Only {@code run.Sources} uses this package. */
@NullMarked
package io.spillway.source.aws;

import org.jspecify.annotations.NullMarked;
