package io.spillway.apply;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ChangeSteps;
import io.spillway.manifest.ChangeSteps.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the steps from a reader's dump to the newest one. */
final class StepChain {
    private StepChain() {}

    /**
     * The steps to apply, one after the other; none if the copy is the newest dump.
     *
     * @param offered what the publisher offers
     * @param where   name of its file, for errors
     * @throws SpillwayException {@link Fault#STALE} if no steps lead from the copy to the newest dump;
     *     {@link Fault#INTEGRITY} if steps that follow each other disagree; {@link Fault#CONFIG} if the copy is of
     *     another dataset
     */
    static List<Step> between(Copy copy, ChangeSteps offered, String where) throws SpillwayException {
        if (!offered.dataset().equals(copy.dataset())) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    where + " has the changes of dataset " + offered.dataset() + ", the copy is of " + copy.dataset(),
                    "name the folder of " + copy.dataset());
        }
        List<Step> chain = new ArrayList<>();
        String dump = copy.dump();
        String sha256 = copy.manifestSha256();
        Optional<Step> next = next(offered, dump, sha256);
        while (next.isPresent()) {
            Step step = next.get();
            if (!chain.isEmpty()) {
                requireFollows(chain.get(chain.size() - 1), step, where);
            }
            chain.add(step);
            dump = step.to();
            sha256 = step.toManifestSha256();
            next = next(offered, dump, sha256);
        }
        requireNewest(dump, chain, copy, offered, where);
        return chain;
    }

    private static Optional<Step> next(ChangeSteps offered, String dump, String sha256) {
        // A later date only, so that the walk ends whatever the file says.
        return offered.steps().stream()
                .filter(step ->
                        step.from().equals(dump) && step.fromManifestSha256().equals(sha256))
                .filter(step -> step.to().compareTo(dump) > 0)
                .findFirst();
    }

    private static void requireFollows(Step before, Step after, String where) throws SpillwayException {
        if (!before.digest().after().equals(after.digest().before())
                || before.counts().after() != after.counts().before()
                || !before.key().equals(after.key())) {
            throw new SpillwayException(
                    Fault.INTEGRITY,
                    "%s: the step to %s ends with %d documents and digest %s by %s, the step to %s begins with %d, %s and %s"
                            .formatted(
                                    where,
                                    before.to(),
                                    before.counts().after(),
                                    before.digest().after(),
                                    before.key(),
                                    after.to(),
                                    after.counts().before(),
                                    after.digest().before(),
                                    after.key()),
                    "fetch the newest dump, and inform the publisher");
        }
    }

    /** Fails unless the steps lead to the newest dump. */
    private static void requireNewest(String reached, List<Step> chain, Copy copy, ChangeSteps offered, String where)
            throws SpillwayException {
        String newest = Stream.concat(
                        offered.steps().stream().map(Step::to),
                        offered.breaks().stream().map(ChangeSteps.Break::dump))
                .max(String::compareTo)
                .orElse("");
        if (newest.compareTo(reached) < 0) {
            throw broken(
                    where + " mentions no dump as new as " + reached,
                    "if that dump was withdrawn, fetch the newest dump as a whole; otherwise try again later");
        } else if (newest.compareTo(reached) > 0) {
            String reason = offered.breaks().stream()
                    .filter(each -> each.dump().compareTo(reached) > 0)
                    .findFirst()
                    .map(each -> "a new chain begins with " + each.dump() + ": " + each.reason())
                    .orElse("no step begins at that dump and its manifest");
            throw broken(
                    "%s has no changes from %s to %s: %s".formatted(where, reached, newest, reason),
                    "fetch the newest dump as a whole; later changes apply to it");
        } else if (chain.isEmpty()) {
            requireSame(copy, offered, where);
        }
    }

    /** The copy has the newest dump's id: it has to have its manifest, too, where that is known. */
    private static void requireSame(Copy copy, ChangeSteps offered, String where) throws SpillwayException {
        Optional<Step> step = offered.steps().stream()
                .filter(each -> each.to().equals(copy.dump()))
                .findFirst();
        if (step.isPresent() && !step.get().toManifestSha256().equals(copy.manifestSha256())) {
            throw broken(
                    "%s has %s with a manifest of SHA-256 %s, the copy has %s"
                            .formatted(where, copy.dump(), step.get().toManifestSha256(), copy.manifestSha256()),
                    "the copy is not of this dump: fetch the newest dump as a whole");
        }
    }

    private static SpillwayException broken(String what, String hint) {
        return new SpillwayException(Fault.STALE, what, hint);
    }
}
