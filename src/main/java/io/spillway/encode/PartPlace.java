package io.spillway.encode;

import io.spillway.dataset.DumpId;
import java.nio.file.Path;

/**
 * Which part of which dump an encoder writes: known before the first byte, unlike the part's number in the dump, which
 * follows when all slices have been read.
 *
 * @param dump    the dump
 * @param slice   the slice that the documents come from, from 0
 * @param number  the part within its slice and format, from 1
 * @param scratch a file that does not exist, on the disk that the part is written to; an encoder that makes it removes it
 */
public record PartPlace(DumpId dump, int slice, int number, Path scratch) {}
