package io.spillway.cli;

import io.spillway.dataset.Dataset;
import io.spillway.dataset.DumpId;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.verify.DumpCheck;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code spillway verify}: reads a dump back and compares all of it with its manifest. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = "Reads a dump back and compares every file with its manifest: size, SHA-256, documents.")
final class VerifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "DUMP",
            description = "Folder of a dump, or of a dataset, whose newest dump is taken then.")
    private Path folder = Path.of(".");

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws SpillwayException, InterruptedException {
        Manifest manifest = verify(folder, output, spec.commandLine().getErr());
        PrintWriter out = spec.commandLine().getOut();
        if (output.json) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("type", "verify");
            line.put("dump", manifest.dump());
            line.put("documents", manifest.documents());
            line.put("bytes", manifest.bytes());
            line.put("files", manifest.parts().size() + manifest.files().size());
            out.println(JsonText.line(line));
        } else {
            out.printf(
                    "verified %s: %s documents, %s in %d files%n",
                    manifest.dump(),
                    Amounts.count(manifest.documents()),
                    Amounts.bytes(manifest.bytes()),
                    manifest.parts().size());
        }
        out.flush();
        return 0;
    }

    static Manifest verify(Path folder, OutputOptions output, PrintWriter err)
            throws SpillwayException, InterruptedException {
        Path dump = dump(folder.toAbsolutePath().normalize());
        Path dataset = dump.getParent();
        Path root = dataset == null ? null : dataset.getParent();
        if (dataset == null || root == null || dataset.getFileName() == null) {
            throw notADump(folder);
        }
        ObjectKey prefix = new ObjectKey(dataset.getFileName() + "/" + dump.getFileName());
        try (LocalDirectory directory = LocalDirectory.openToRead(root)) {
            return new DumpCheck(directory).check(prefix, name -> {
                if (output.verbose) {
                    err.println("whole " + name);
                }
            });
        }
    }

    /** The folder itself if it is called like a dump; in a dataset's folder its newest dump. */
    private static Path dump(Path folder) throws SpillwayException {
        if (!Files.isDirectory(folder)) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    folder + " is not a folder",
                    "name the folder of a dump, such as journals/2026-11-21T030000Z");
        }
        if (isDump(folder)) {
            return folder;
        }
        try (Stream<Path> inside = Files.list(folder)) {
            Optional<Path> newest = inside.filter(VerifyCommand::isDump)
                    .max(Comparator.comparing(path -> path.getFileName().toString()));
            return newest.orElseThrow(() -> notADump(folder));
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, "cannot list " + folder + ": " + e.getMessage(), null, e);
        }
    }

    private static boolean isDump(Path folder) {
        Path parent = folder.getParent();
        if (parent == null || parent.getFileName() == null || folder.getFileName() == null) {
            return false;
        }
        String dataset = parent.getFileName().toString();
        return Dataset.isName(dataset)
                && DumpId.of(dataset, folder.getFileName().toString()).isPresent();
    }

    private static SpillwayException notADump(Path folder) {
        return new SpillwayException(
                Fault.CONFIG,
                folder + " holds no dump",
                "name the folder of a dump, such as journals/2026-11-21T030000Z, or of a dataset");
    }
}
