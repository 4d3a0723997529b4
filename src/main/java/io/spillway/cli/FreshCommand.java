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

/** {@code spillway fresh}: whether the latest dumps are there, whole and young enough, as anybody outside sees them. */
@Command(
        name = "fresh",
        mixinStandardHelpOptions = true,
        description = "Looks from outside, as a reader does: are the latest dumps there, whole and young enough?")
final class FreshCommand implements Callable<Integer> {
    /** A monitor that asks for more at once is a load itself. */
    private static final int MOST_AT_ONCE = 8;

    /** A dump that is due takes its time to be made. */
    private static final String GRACE = "2h";

    /** Longer than a site of a hundred files needs that answers slowly, shorter than the pause between two looks. */
    private static final Duration TIME_LIMIT = Duration.ofMinutes(5);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "URL",
            description = {
                "Address of the site, of a dataset, of the page of either, of links.json or of DATASET/latest.json;",
                "https:// or http://."
            })
    private String address = "";

    @Option(
            names = "--max-age",
            paramLabel = "DURATION",
            description =
                    "How old a dump may be, such as 8d or 36h. Without it, only the time at which the next one is due"
                            + " counts.")
    private @Nullable String maxAge;

    @Option(
            names = "--grace",
            paramLabel = "DURATION",
            defaultValue = GRACE,
            description = "How long after that time the next dump may be missing; ${DEFAULT-VALUE} unless given.")
    private String grace = GRACE;

    @Option(
            names = "--dataset",
            paramLabel = "NAME",
            description = "Only this dataset, which has to be there; may be given several times.")
    private List<String> datasets = new ArrayList<>();

    @Option(
            names = "--sample",
            paramLabel = "N",
            description = "Read N files of each dataset whole, others each time, and compare their SHA-256.")
    private int sample;

    @Option(names = "--deep", description = "Read every file whole, and compare its SHA-256.")
    private boolean deep;

    @Option(names = "--no-mirrors", description = "Do not look at mirrors.")
    private boolean noMirrors;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            defaultValue = "2",
            description = "Files that are asked for at the same time, 1 to 8; ${DEFAULT-VALUE} unless given.")
    private int parallel = 2;

    @Option(
            names = "--time-limit",
            paramLabel = "DURATION",
            description = "End after this long with exit code 20; 5m unless files are read whole.")
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

    /** What was typed is not said again: a password may stand in it. */
    private URI url() throws SpillwayException {
        URI url;
        try {
            url = URI.create(address);
        } catch (IllegalArgumentException e) {
            throw notPublic("what was given is no address");
        }
        String scheme = String.valueOf(url.getScheme());
        if (!(scheme.equals("http") || scheme.equals("https")) || url.getHost() == null) {
            throw notPublic("an address of the web begins with https:// and a host");
        } else if (url.getRawUserInfo() != null || url.getRawQuery() != null || url.getFragment() != null) {
            throw notPublic(
                    "an address on " + url.getHost() + " with a user's name, a query or a fragment is not used");
        }
        return url;
    }

    private static SpillwayException notPublic(String what) {
        return new SpillwayException(
                Fault.CONFIG,
                what,
                "name an address that anybody can read, such as https://dumps.example.org/; for folders and buckets"
                        + " there is  spillway verify");
    }

    private Expectations expectations() {
        if (parallel < 1 || parallel > MOST_AT_ONCE) {
            throw new ParameterException(spec.commandLine(), "--parallel is 1 to 8, not " + parallel);
        } else if (sample < 0) {
            throw new ParameterException(spec.commandLine(), "--sample is 0 or more, not " + sample);
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

    /** What somebody expects and nobody links to. */
    private List<Finding> missing(Pointer pointer) {
        List<Finding> missing = new ArrayList<>();
        if (pointer.datasets().isEmpty()) {
            missing.add(new Finding(Fault.STALE, pointer.address() + " names no dump"));
        }
        for (String name : datasets) {
            if (pointer.datasets().stream().noneMatch(each -> each.dataset().equals(name))) {
                missing.add(new Finding(Fault.STALE, "%s names no dump of %s".formatted(pointer.address(), name)));
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
