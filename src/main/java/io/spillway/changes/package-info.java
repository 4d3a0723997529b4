/**
 * What changed since the dump before: digests of keys and lines, sorted on disk in bounded memory, compared with those of the
 * dump before, and written as files that turn one dump into the other. Begin with {@link io.spillway.changes.ChangeMaker}.
 */
@NullMarked
package io.spillway.changes;

import org.jspecify.annotations.NullMarked;
