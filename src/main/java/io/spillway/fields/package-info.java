/**
 * Determines which fields of a document are published, withheld or blurred: decided before the first document is read,
 * and applied to each of them.
 */
@NullMarked
package io.spillway.fields;

import org.jspecify.annotations.NullMarked;
