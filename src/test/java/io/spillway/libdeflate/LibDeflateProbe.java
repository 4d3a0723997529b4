package io.spillway.libdeflate;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.spillway.compress.Compression;
import io.spillway.compress.Samples;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * A separate process, perhaps on another Java: prints which gzip implementation is used, and runs the given test
 * classes.
 */
final class LibDeflateProbe {
    private LibDeflateProbe() {}

    public static void main(String[] args) throws Exception {
        System.out.println(library());
        System.out.println(library());
        byte[] content = Samples.text(1, 100_000);
        byte[] member = Samples.compress(Compression.parse("gzip", null), content);
        System.out.println(
                Arrays.equals(Samples.decompress(Compression.parse("gzip", null), member), content)
                        ? "comes back"
                        : "damaged " + HexFormat.of().formatHex(member));
        if (args.length > 0) {
            run(args);
        }
    }

    private static String library() {
        return Compression.parse("gzip", null).library().orElse("jdk");
    }

    private static void run(String[] classes) throws IOException, ClassNotFoundException {
        LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request();
        for (String name : classes) {
            request.selectors(selectClass(Class.forName(name)));
        }
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request.build(), listener);
        TestExecutionSummary summary = listener.getSummary();
        summary.getFailures()
                .forEach(failure -> System.out.println(
                        "failed " + failure.getTestIdentifier().getDisplayName() + ": " + failure.getException()));
        System.out.println("succeeded " + summary.getTestsSucceededCount());
    }
}
