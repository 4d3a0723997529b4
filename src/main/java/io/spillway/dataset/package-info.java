/**
 * What is published again and again, and how one publication of it is called: {@link io.spillway.dataset.Dataset} and
 * {@link io.spillway.dataset.DumpId}. Values only; nothing here reads or writes anything.
 */
@NullMarked
package io.spillway.dataset;

import org.jspecify.annotations.NullMarked;
