/**
 * A dataset and the id of one publication of it: {@link io.spillway.dataset.Dataset} and
 * {@link io.spillway.dataset.DumpId}. Values only; nothing here reads or writes anything.
 */
@NullMarked
package io.spillway.dataset;

import org.jspecify.annotations.NullMarked;
