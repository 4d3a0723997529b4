package io.spillway.pipeline;

import io.spillway.compress.Compression;
import io.spillway.encode.Encoder;
import java.util.function.Supplier;

/**
 * How parts are written.
 *
 * @param encoder     makes a new encoder for each part
 * @param compression what the encoder's bytes go through
 */
public record PartFormat(Supplier<Encoder> encoder, Compression compression) {}
