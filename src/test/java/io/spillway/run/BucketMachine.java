package io.spillway.run;

import io.spillway.dataset.Dataset;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.destination.s3.S3Bucket;
import io.spillway.destination.s3.S3Options;
import io.spillway.destination.s3.S3Server;
import io.spillway.fault.SpillwayException;
import io.spillway.fields.FieldPolicy;
import io.spillway.fields.Where;
import io.spillway.pipeline.PartFormat;
import io.spillway.pipeline.PartLimits;
import io.spillway.progress.Progress;
import io.spillway.publish.Cadence;
import io.spillway.publish.Disclosure;
import io.spillway.publish.Gate;
import io.spillway.publish.Publisher;
import io.spillway.source.DocumentSource;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A machine with a state folder of its own that exports {@code journals} into a bucket as its home. */
final class BucketMachine {
    private final Path state;
    private final S3Options options;
    final Progress progress = new Progress();
    PartLimits limits = new PartLimits(20, 1L << 40);
    List<PartFormat> formats = List.of(SyntheticExport.jsonLines("gzip"));
    Gate gate = new Gate(Gate.Rules.DEFAULT);

    /** The period of its lease. */
    Duration period = Duration.ofMillis(400);

    boolean allowEmpty;

    /** A machine that reaches the store at this address. */
    BucketMachine(Path state, URI endpoint) {
        this(state, S3Server.options(endpoint, S3Options.Dialect.AMAZON));
    }

    BucketMachine(Path state, S3Options options) {
        this.state = state;
        this.options = options;
    }

    BucketHome open() throws SpillwayException {
        return new BucketHome(S3Bucket.open(options), LocalDirectory.openPrivate(state), period);
    }

    ExportReport export(DocumentSource source) throws SpillwayException, InterruptedException {
        try (Destinations places = new Destinations(open(), "synthetic")) {
            return new ExportRun(
                            new ExportSettings(
                                    Dataset.named("journals"),
                                    Where.ALL,
                                    FieldPolicy.publishAll(),
                                    Disclosure.NOTHING,
                                    (found, previous) -> formats,
                                    limits,
                                    allowEmpty,
                                    null),
                            source,
                            places.workspace(),
                            new Publisher(
                                    places.home(),
                                    SyntheticExport.VERSION,
                                    gate,
                                    places.all(),
                                    Cadence.NONE,
                                    places.memory()),
                            places.deliveries(),
                            progress)
                    .run();
        }
    }
}
