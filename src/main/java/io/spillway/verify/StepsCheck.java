package io.spillway.verify;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ChangeSteps;
import io.spillway.manifest.ChangeSteps.Step;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import java.util.List;
import java.util.Optional;

/** Compares a dataset's list of changes with the manifest of a dump that it lists. */
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
