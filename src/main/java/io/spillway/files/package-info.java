/**
 * File operations that the JDK lacks: {@link io.spillway.files.Folders}. Independent of the content of files.
 *
 * <p>Imports no other package of Spillway.
 */
@NullMarked
package io.spillway.files;

import org.jspecify.annotations.NullMarked;
