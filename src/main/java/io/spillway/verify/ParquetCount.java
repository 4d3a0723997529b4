package io.spillway.verify;

import io.spillway.parquet.RowCount;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Counts the rows of a Parquet part: decodes every page, after the whole file was read. The index of such a file is at its
 * end, so its content is kept in the system's temporary folder until then. Not thread-safe.
 */
final class ParquetCount implements DocumentCount {
    private @Nullable Path file;
    private @Nullable OutputStream out;
    private @Nullable String flaw;
    private long rows = -1;

    @Override
    public void take(byte[] buffer, int length) {
        try {
            if (out == null) {
                file = Files.createTempFile("spillway-check", ".parquet");
                out = Files.newOutputStream(file);
            }
            out.write(buffer, 0, length);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot copy a part to the temporary folder (java.io.tmpdir): " + e.getMessage(), e);
        }
    }

    @Override
    public long documents() {
        if (rows < 0) {
            rows = 0;
            try {
                if (file == null || out == null) {
                    flaw = "is empty";
                } else {
                    out.close();
                    rows = RowCount.of(file);
                }
            } catch (IOException e) {
                flaw = "cannot be decoded: " + e.getMessage();
            }
        }
        return rows;
    }

    @Override
    public boolean endsWhole() {
        var unused = documents();
        return flaw == null;
    }

    @Override
    public String flaw() {
        return String.valueOf(flaw);
    }

    @Override
    public void close() {
        try {
            if (out != null) {
                out.close();
            }
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // A copy remains in the temporary folder; what was found of the part is right.
            file = null;
        }
    }
}
