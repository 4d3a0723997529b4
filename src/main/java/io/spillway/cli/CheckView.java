package io.spillway.cli;

import io.spillway.progress.Amounts;
import io.spillway.verify.CheckProgress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleFunction;

/** Progress of {@code verify}: bytes, files, rate and remaining time. */
record CheckView(CheckProgress progress) implements ProgressReporter.View {
    @Override
    public Map<String, Object> members(double seconds) {
        CheckProgress.Reading now = progress.now();
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("dump", now.dump());
        line.put("bytes", now.bytes());
        line.put("expected", now.expectedBytes() < 0 ? null : now.expectedBytes());
        line.put("bytes_per_second", Math.round(now.bytes() / seconds));
        line.put("files", now.files());
        line.put("expected_files", now.expectedFiles());
        return line;
    }

    @Override
    public String line(double seconds, DoubleFunction<String> bar) {
        CheckProgress.Reading now = progress.now();
        if (now.expectedBytes() < 0) {
            return "verify waiting for the manifest";
        }
        double rate = now.bytes() / seconds;
        double share = now.expectedBytes() == 0 ? 1 : Math.min(1, (double) now.bytes() / now.expectedBytes());
        return "%s%s %3.0f %% %s of %s, %s/s, %s left, %d of %d files"
                .formatted(
                        now.dump(),
                        bar.apply(share),
                        100 * share,
                        Amounts.bytes(now.bytes()),
                        Amounts.bytes(now.expectedBytes()),
                        Amounts.bytes(Math.round(rate)),
                        ProgressReporter.left(now.expectedBytes() - now.bytes(), rate),
                        now.files(),
                        now.expectedFiles());
    }
}
