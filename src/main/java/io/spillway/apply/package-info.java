/**
 * Brings a reader's copy of a dump up to date with the changes that a publisher offers. Begin with
 * {@link io.spillway.apply.Update}.
 */
@NullMarked
package io.spillway.apply;

import org.jspecify.annotations.NullMarked;
