package io.spillway.cli;

import io.spillway.catalog.Listing;
import io.spillway.config.DurationText;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.fresh.Expectations;
import io.spillway.fresh.Finding;
import io.spillway.fresh.Freshness;
import io.spillway.fresh.Pointer;
import io.spillway.fresh.SiteCheck;
import io.spillway.run.PublicSites;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code spillway fresh}: checks as an outside reader that the latest dumps are available, complete and recent enough.
 */
@Command(
        name = "fresh",
        mixinStandardHelpOptions = true,
        description = "Checks a public site from outside: are the latest dumps available, complete and recent enough?")
final class FreshCommand implements Callable<Integer> {
    /** A monitor that sends more concurrent requests is itself a load. */
    private static final int MOST_AT_ONCE = 8;

    /** Time allowed for making a dump that is due. */
    private static final String GRACE = "2h";

    /** Longer than a slow site of a hundred files needs, shorter than the interval between two checks. */
    private static final Duration TIME_LIMIT = Duration.ofMinutes(5);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "URL",
            description = {
                "URL of the site, of a dataset, of their pages, of links.json or of DATASET/latest.json;",
                "https:// or http://."
            })
    private String address = "";

    @Option(
            names = "--max-age",
            paramLabel = "DURATION",
            description =
                    "Maximum age of a dump, such as 8d or 36h. Default: only the time the next dump is due counts.")
    private @Nullable String maxAge;

    @Option(
            names = "--grace",
            paramLabel = "DURATION",
            defaultValue = GRACE,
            description = "How long a dump may be overdue (default: ${DEFAULT-VALUE}).")
    private String grace = GRACE;

    @Option(
            names = "--dataset",
            paramLabel = "NAME",
            description = "Check only this dataset, which must exist. Repeatable.")
    private List<String> datasets = new ArrayList<>();

    @Option(
            names = "--sample",
            paramLabel = "N",
            description = "Download N files of each dataset, different ones each time, and compare their SHA-256.")
    private int sample;

    @Option(names = "--deep", description = "Download every file and compare its SHA-256.")
    private boolean deep;

    @Option(names = "--no-mirrors", description = "Do not check mirrors.")
    private boolean noMirrors;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            defaultValue = "2",
            description = "Concurrent requests, 1 to 8 (default: ${DEFAULT-VALUE}).")
    private int parallel = 2;

    @Option(
            names = "--time-limit",
            paramLabel = "DURATION",
            description = "Stop after this time with exit code 20; default 5m, none with --sample or --deep.")
    private @Nullable String timeLimit;

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws SpillwayException, InterruptedException {
        Clock clock = Clock.systemUTC();
        URI url = url();
        Expectations expectations = expectations();
        Optional<Duration> limit = limit();
        SiteCheck check = PublicSites.check(expectations, clock, limit.orElse(null));
        Pointer pointer = find(check, url);
        List<Freshness> found = new ArrayList<>();
        for (Listing listing : pointer.datasets()) {
            if (datasets.isEmpty() || datasets.contains(listing.dataset())) {
                found.add(check.check(pointer, listing));
            }
        }
        FreshReport report = new FreshReport(found, missing(pointer), expectations.maxAge());
        print(output.json ? report.json() : report.text());
        Optional<SpillwayException> failure = report.failure();
        if (failure.isPresent()) {
            throw failure.get();
        }
        return 0;
    }

    private Pointer find(SiteCheck check, URI url) throws SpillwayException {
        try {
            return check.find(url);
        } catch (SpillwayException e) {
            if (e.fault() != Fault.CANCELLED && !output.json) {
                print(FreshReport.unreached(e));
            }
            throw e;
        }
    }

    /** The argument is not quoted: it may contain a password. */
    private URI url() throws SpillwayException {
        URI url;
        try {
            url = URI.create(address);
        } catch (IllegalArgumentException e) {
            throw notPublic("not a valid URL");
        }
        String scheme = String.valueOf(url.getScheme());
        if (!(scheme.equals("http") || scheme.equals("https")) || url.getHost() == null) {
            throw notPublic("the URL must start with https:// or http:// and a host");
        } else if (url.getRawUserInfo() != null || url.getRawQuery() != null || url.getFragment() != null) {
            throw notPublic("the URL on " + url.getHost() + " must not have user info, a query or a fragment");
        }
        return url;
    }

    private static SpillwayException notPublic(String what) {
        return new SpillwayException(
                Fault.CONFIG,
                what,
                "name a public URL, such as https://dumps.example.org/; for folders and buckets use  spillway verify");
    }

    private Expectations expectations() {
        if (parallel < 1 || parallel > MOST_AT_ONCE) {
            throw new ParameterException(spec.commandLine(), "--parallel must be 1 to 8, not " + parallel);
        } else if (sample < 0) {
            throw new ParameterException(spec.commandLine(), "--sample must be 0 or more, not " + sample);
        }
        return new Expectations(
                maxAge == null ? null : duration("--max-age", maxAge),
                duration("--grace", grace),
                deep ? Integer.MAX_VALUE : sample,
                !noMirrors,
                parallel);
    }

    private Duration duration(String option, String text) {
        try {
            return DurationText.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), option + " " + e.getMessage() + ", not " + text, e);
        }
    }

    private Optional<Duration> limit() {
        if (timeLimit != null) {
            return Optional.of(duration("--time-limit", timeLimit));
        }
        return deep || sample > 0 ? Optional.empty() : Optional.of(TIME_LIMIT);
    }

    /** Expected datasets that the pointer does not link to. */
    private List<Finding> missing(Pointer pointer) {
        List<Finding> missing = new ArrayList<>();
        if (pointer.datasets().isEmpty()) {
            missing.add(new Finding(Fault.STALE, pointer.address() + " lists no dump"));
        }
        for (String name : datasets) {
            if (pointer.datasets().stream().noneMatch(each -> each.dataset().equals(name))) {
                missing.add(new Finding(Fault.STALE, "%s lists no dump of %s".formatted(pointer.address(), name)));
            }
        }
        return missing;
    }

    private void print(String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
    }
}
