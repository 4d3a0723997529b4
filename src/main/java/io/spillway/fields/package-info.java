/**
 * Which fields of a document are published, which are withheld, and which are blurred: decided before the first document
 * is read, and kept to in each of them.
 */
@NullMarked
package io.spillway.fields;

import org.jspecify.annotations.NullMarked;
