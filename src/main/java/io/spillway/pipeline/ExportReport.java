package io.spillway.pipeline;

import io.spillway.manifest.Manifest;

/**
 * A finished export.
 *
 * @param manifest what was published
 * @param stats    how it went
 * @param address  where it lies, for people
 */
public record ExportReport(Manifest manifest, RunStats stats, String address) {}
