/**
 * What the JDK leaves to be written around files: {@link io.spillway.files.Folders}. Knows nothing of what the files are.
 *
 * <p>Imports nothing of ours.
 */
@NullMarked
package io.spillway.files;

import org.jspecify.annotations.NullMarked;
