package io.spillway.run;

import io.spillway.changes.ChangeSettings;
import io.spillway.compress.Compression;
import io.spillway.dataset.Dataset;
import io.spillway.dataset.DumpId;
import io.spillway.deliver.Deliveries;
import io.spillway.deliver.Terms;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.encode.JsonLines;
import io.spillway.fault.SpillwayException;
import io.spillway.fields.FieldPolicy;
import io.spillway.fields.Where;
import io.spillway.manifest.Manifest;
import io.spillway.pipeline.PartFormat;
import io.spillway.pipeline.PartLimits;
import io.spillway.pipeline.PartNames;
import io.spillway.progress.Progress;
import io.spillway.publish.Cadence;
import io.spillway.publish.Disclosure;
import io.spillway.publish.Gate;
import io.spillway.publish.Publisher;
import io.spillway.source.DocumentSource;
import io.spillway.verify.DumpCheck;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An export of a test's source into a directory, assembled as the command line does, and helpers to inspect the result.
 */
public final class SyntheticExport {
    /** The version in the manifests of these exports. */
    public static final String VERSION = "0.0.0-test";

    private final Path root;
    private final DocumentSource source;
    private final Progress progress = new Progress();
    private Dataset dataset = Dataset.named("journals");
    private List<PartFormat> formats = List.of(jsonLines("gzip"));
    private List<Destination> others = List.of();
    private Where where = Where.ALL;
    private FieldPolicy fields = FieldPolicy.publishAll();
    private Disclosure disclosure = Disclosure.NOTHING;
    private PartLimits limits = new PartLimits(1_000_000, 1L << 40);
    private boolean allowEmpty;
    private Gate gate = new Gate(Gate.Rules.DEFAULT);
    private @Nullable ChangeSettings changes;
    private @Nullable URI publicUrl;
    private Cadence cadence = Cadence.NONE;
    private UnaryOperator<Destination> destination = UnaryOperator.identity();
    private UnaryOperator<Workspace> workspace = UnaryOperator.identity();

    /** An export of the dataset {@code journals}, compressed, in one part per slice. */
    public SyntheticExport(Path root, DocumentSource source) {
        this.root = root;
        this.source = source;
    }

    /** JSON Lines in that compression. */
    public static PartFormat jsonLines(String compression) {
        return new PartFormat(JsonLines::new, Compression.parse(compression, null));
    }

    /** Exports another dataset. */
    public SyntheticExport dataset(Dataset other) {
        dataset = other;
        return this;
    }

    /** Writes JSON Lines in each of these compressions. */
    public SyntheticExport compressions(String... names) {
        return formats(Stream.of(names).map(SyntheticExport::jsonLines).toArray(PartFormat[]::new));
    }

    /** Writes these formats. */
    public SyntheticExport formats(PartFormat... others) {
        formats = List.of(others);
        return this;
    }

    /** Publishes the documents that this selects. */
    public SyntheticExport where(Where other) {
        where = other;
        return this;
    }

    /** Publishes the fields of each document that this policy allows. */
    public SyntheticExport fields(FieldPolicy policy) {
        fields = policy;
        return this;
    }

    /** Publishes this in addition to the facts. */
    public SyntheticExport disclosure(Disclosure other) {
        disclosure = other;
        return this;
    }

    /** Limits the parts. */
    public SyntheticExport limits(long documents, long bytes) {
        limits = new PartLimits(documents, bytes);
        return this;
    }

    /** Has another gate. */
    public SyntheticExport gate(Gate other) {
        gate = other;
        return this;
    }

    /** Also publishes changes. */
    public SyntheticExport changes(ChangeSettings settings) {
        changes = settings;
        return this;
    }

    /** Also publishes a dump without documents. */
    public SyntheticExport allowEmpty() {
        allowEmpty = true;
        return this;
    }

    /** Serves the directory under this URL, which ends with a slash. */
    public SyntheticExport publicUrl(URI address) {
        publicUrl = address;
        return this;
    }

    /** Has a schedule for the next dump. */
    public SyntheticExport cadence(Cadence other) {
        cadence = other;
        return this;
    }

    /** Publishes through a decorator. */
    public SyntheticExport destination(UnaryOperator<Destination> decorator) {
        destination = decorator;
        return this;
    }

    /** Also delivers to these. */
    public SyntheticExport deliveredTo(Destination... more) {
        others = List.of(more);
        return this;
    }

    /** Works through a decorator. */
    public SyntheticExport workspace(UnaryOperator<Workspace> decorator) {
        workspace = decorator;
        return this;
    }

    /** Names the parts by slice. */
    public SyntheticExport bySlice() {
        return workspace(NamesBySlice::new);
    }

    /** The progress so far. */
    public Progress progress() {
        return progress;
    }

    /** Exports. */
    public ExportReport run() throws SpillwayException, InterruptedException {
        ChangeSettings since = changes;
        try (LocalDirectory directory = LocalDirectory.open(root, publicUrl)) {
            return new ExportRun(
                            new ExportSettings(
                                    dataset,
                                    where,
                                    fields,
                                    disclosure,
                                    (found, previous) -> formats,
                                    limits,
                                    allowEmpty,
                                    since == null
                                            ? null
                                            : new DumpChanges(
                                                    found -> since,
                                                    directory,
                                                    new DirectoryMemory(directory),
                                                    "synthetic")),
                            source,
                            workspace.apply(new DirectoryWorkspace(directory)),
                            new Publisher(
                                    destination.apply(directory),
                                    VERSION,
                                    gate,
                                    Stream.concat(Stream.of(directory), others.stream())
                                            .toList(),
                                    cadence,
                                    new DirectoryMemory(directory)),
                            new Deliveries(directory, directory::folder, false, others, terms(directory)),
                            progress)
                    .run();
        }
    }

    /** Decides whether a dump of these exports may be sent: all of them have one configuration. */
    public static Terms terms(LocalDirectory home) {
        return new Terms("synthetic", Set.of(), new DirectoryMemory(home));
    }

    /** Reads a dump as {@code verify} does. */
    public static Manifest verify(Path root, String dump) throws SpillwayException, InterruptedException {
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            return DumpCheck.check(directory, new ObjectKey(dump));
        }
    }

    /** Everything below {@code root}, hidden or not, by its path from there, in order. */
    public static List<String> tree(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(path -> !path.equals(root))
                    .map(path -> root.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }

    /** The lines of all of a dump's parts in one compression, in the order of the parts. */
    public static List<String> lines(Path root, Manifest manifest, String compression)
            throws IOException, SpillwayException {
        List<String> lines = new ArrayList<>();
        for (var part : manifest.parts()) {
            if (part.compression().equals(compression)) {
                lines.addAll(lines(root.resolve(manifest.dump()).resolve(part.name()), compression));
            }
        }
        return lines;
    }

    private static List<String> lines(Path part, String compression) throws IOException {
        try (var in = Compression.parse(compression, null).decompress(Files.newInputStream(part))) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
            if (!lines.remove(lines.size() - 1).isEmpty()) {
                throw new AssertionError(part + " does not end with a line end");
            }
            return lines;
        }
    }

    private record NamesBySlice(Workspace real) implements Workspace {
        @Override
        public PartNames names() {
            return PartNames.bySlice();
        }

        @Override
        public Lock lock(String dataset) throws SpillwayException {
            return real.lock(dataset);
        }

        @Override
        public List<String> sweep(String dataset) throws SpillwayException {
            return real.sweep(dataset);
        }

        @Override
        public Path newFolder(DumpId dump) throws SpillwayException {
            return real.newFolder(dump);
        }

        @Override
        public long usableBytes() throws SpillwayException {
            return real.usableBytes();
        }
    }
}
