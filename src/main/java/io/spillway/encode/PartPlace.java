package io.spillway.encode;

import io.spillway.dataset.DumpId;
import java.nio.file.Path;

/**
 * Identifies a part for its encoder before the first byte is written. The part's number in the dump is assigned later,
 * after all slices were read.
 *
 * @param dump    the dump
 * @param slice   the slice that the documents come from, from 0
 * @param number  the part within its slice and format, from 1
 * @param scratch a file that does not exist, on the part's disk; an encoder that creates it removes it
 */
public record PartPlace(DumpId dump, int slice, int number, Path scratch) {}
