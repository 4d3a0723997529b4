package io.spillway.verify;

import io.spillway.destination.Destination;
import io.spillway.destination.Digests;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ChangeSteps;
import io.spillway.manifest.ChangeSteps.Step;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compares a dataset's list of changes with the manifests of the dumps that it lists. */
public final class StepsCheck {
    private StepsCheck() {}

    /**
     * Compares the step to a dump, if there is one, with what the dump's manifest has.
     *
     * @param manifest of a verified dump
     * @throws SpillwayException {@link Fault#INTEGRITY} if they differ, or the list does not know the dump
     */
    public static void check(ChangeSteps steps, Manifest manifest) throws SpillwayException {
        Optional<Step> step = steps.steps().stream()
                .filter(each -> each.to().equals(manifest.dump()))
                .findFirst();
        if (step.isPresent()) {
            requireSame(step.get(), manifest);
        } else if (steps.breaks().stream().noneMatch(each -> each.dump().equals(manifest.dump()))) {
            throw different("does not know " + manifest.dump());
        }
    }

    /**
     * Compares all steps with the manifests beside the list, as far as they are there: each step has the SHA-256 of the manifests
     * that it leads from and to, and the changes of the latter. A copy of a dataset may lack older dumps.
     *
     * @param folder of the dataset
     * @throws SpillwayException {@link Fault#INTEGRITY} if they differ
     */
    public static void checkAll(ChangeSteps steps, Destination folder) throws SpillwayException {
        Map<String, String> hashes = new HashMap<>();
        for (Step step : steps.steps()) {
            Optional<byte[]> bytes = manifest(folder, step.to());
            hashes.put(step.to(), bytes.map(Digests::sha256).orElse(""));
            if (!hashes.containsKey(step.from())) {
                hashes.put(
                        step.from(),
                        manifest(folder, step.from()).map(Digests::sha256).orElse(""));
            }
            requireHash(step, step.from(), step.fromManifestSha256(), hashes.getOrDefault(step.from(), ""));
            requireHash(step, step.to(), step.toManifestSha256(), hashes.getOrDefault(step.to(), ""));
            if (bytes.isPresent()) {
                String where = folder.name() + "/" + key(step.to());
                requireSame(step, ManifestJson.read(new ByteArrayInputStream(bytes.get()), where));
            }
        }
    }

    private static void requireHash(Step step, String dump, String expected, String found) throws SpillwayException {
        if (!found.isEmpty() && !found.equals(expected)) {
            throw different("has a step from %s to %s with the SHA-256 %s for the manifest of %s, which is %s"
                    .formatted(step.from(), step.to(), expected, dump, found));
        }
    }

    private static ObjectKey key(String dump) {
        return new ObjectKey(dump.substring(dump.indexOf('/') + 1)).child(Manifest.FILE_NAME);
    }

    /** The manifest of a dump; empty if there is none, or if it may not be read, which many buckets answer instead. */
    private static Optional<byte[]> manifest(Destination folder, String dump) throws SpillwayException {
        ObjectKey key = key(dump);
        try (InputStream in = folder.open(key)) {
            return Optional.of(in.readNBytes(ManifestJson.LARGEST + 1));
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "cannot read %s/%s: %s".formatted(folder.name(), key, e.getMessage()),
                    "try again",
                    e);
        } catch (SpillwayException e) {
            if (e.fault() != Fault.DESTINATION_REFUSED) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private static void requireSame(Step step, Manifest manifest) throws SpillwayException {
        Changes changes = manifest.changes();
        if (changes == null || changes.from() == null) {
            throw different("has a step to " + manifest.dump() + ", whose manifest has no changes");
        }
        Changes.From from = changes.from();
        List<Changes.File> files =
                step.files().stream().map(ChangeSteps.File::named).toList();
        boolean same = step.key().equals(changes.key())
                && step.from().equals(from.dump())
                && step.fromManifestSha256().equals(from.manifestSha256())
                && step.counts().equals(changes.counts())
                && step.digest().equals(changes.digest())
                && files.equals(changes.files());
        if (!same) {
            throw different("has another step to %s than its manifest: from %s, %s, %d files; expected from %s, %s, %d"
                    .formatted(
                            manifest.dump(),
                            step.from(),
                            step.counts(),
                            files.size(),
                            from.dump(),
                            changes.counts(),
                            changes.files().size()));
        }
    }

    private static SpillwayException different(String what) {
        return new SpillwayException(
                Fault.INTEGRITY,
                ChangeSteps.FILE_NAME + " " + what,
                "the dump itself is intact; publishers write the list again with  spillway catalog");
    }
}
