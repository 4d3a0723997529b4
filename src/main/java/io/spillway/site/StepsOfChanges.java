package io.spillway.site;

import io.spillway.catalog.Catalog;
import io.spillway.catalog.DumpSummary;
import io.spillway.catalog.Inventory;
import io.spillway.destination.Destination;
import io.spillway.destination.Digests;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ChangeSteps;
import io.spillway.manifest.ChangeSteps.Break;
import io.spillway.manifest.ChangeSteps.Step;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes {@code DATASET/changes.json} of a destination from the manifests of its dumps. A step is listed only if the dump that it
 * leads to is complete there, all its files exist, and the dump that it begins at is not withdrawn. Of the dumps that the
 * present file knows no manifest is read again. For one destination, on one thread.
 */
final class StepsOfChanges {
    private static final Logger LOG = LoggerFactory.getLogger(StepsOfChanges.class);

    private static final String WITHDRAWN = "the dump before was withdrawn";
    private static final String GONE = "the dump, or its changes, were removed";
    private static final String NONE = "the dump has no changes";

    /** Reasons that depend on other files than the manifest, and are found out again each time. */
    private static final Set<String> PRESENT = Set.of(WITHDRAWN, GONE);

    private final Destination destination;
    private final Map<ObjectKey, Long> lengths = new HashMap<>();

    /** @param objects everything at the destination, as it was listed before the catalog was read */
    StepsOfChanges(Destination destination, List<StoredObject> objects) {
        this.destination = destination;
        objects.forEach(object -> lengths.put(object.key(), object.bytes()));
    }

    /**
     * The file of one dataset; empty if it has never published changes here.
     *
     * @param again whether all manifests are read, as if there were no such file
     */
    Optional<byte[]> of(Catalog catalog, Catalog.Published published, boolean again) throws SpillwayException {
        ObjectKey key = key(published.dataset());
        boolean present = lengths.containsKey(key);
        if (!present && published.latest().changes() == null) {
            return Optional.empty();
        }
        Optional<ChangeSteps> last = present && !again ? known(key) : Optional.empty();
        Map<String, Step> steps = new HashMap<>();
        Map<String, Break> breaks = new HashMap<>();
        last.ifPresent(known -> {
            known.steps().forEach(step -> steps.put(step.to(), step));
            known.breaks().stream()
                    .filter(each -> !PRESENT.contains(each.reason()))
                    .forEach(each -> breaks.put(each.dump(), each));
        });
        Set<String> withdrawn = catalog.withdrawn(published.dataset()).stream()
                .map(notice -> notice.dump())
                .collect(Collectors.toSet());
        List<Step> now = new ArrayList<>();
        Map<String, Break> broken = new TreeMap<>();
        for (DumpSummary dump : published.dumps()) {
            Step step = steps.get(dump.dump());
            Break known = breaks.get(dump.dump());
            if (step == null && known == null) {
                Object found = read(dump);
                step = found instanceof Step made ? made : null;
                known = found instanceof Break made ? made : null;
            }
            if (step != null && withdrawn.contains(step.from())) {
                known = new Break(dump.dump(), WITHDRAWN);
            } else if (step != null && !isThere(step)) {
                known = new Break(dump.dump(), GONE);
            } else if (step != null) {
                now.add(step);
            }
            if (known != null) {
                broken.put(dump.dump(), known);
            }
        }
        now.sort(Comparator.comparing(Step::to));
        addGaps(now, broken);
        return Optional.of(new ChangeSteps(published.dataset(), now, List.copyOf(broken.values())).write());
    }

    static ObjectKey key(String dataset) {
        return new ObjectKey(dataset).child(ChangeSteps.FILE_NAME);
    }

    /** Dumps at which a step begins and to which none leads. */
    private static void addGaps(List<Step> steps, Map<String, Break> broken) {
        Set<String> reached = new HashSet<>();
        steps.forEach(step -> reached.add(step.to()));
        for (Step step : steps) {
            if (!reached.contains(step.from())) {
                broken.putIfAbsent(step.from(), new Break(step.from(), GONE));
            }
        }
    }

    private boolean isThere(Step step) throws SpillwayException {
        String dataset = step.to().substring(0, step.to().indexOf('/'));
        for (ChangeSteps.File file : step.files()) {
            ObjectKey key = new ObjectKey(dataset + "/" + file.path());
            Long length = lengths.get(key);
            if (length == null) {
                // Some stores list late.
                length = destination.find(key).map(StoredObject::bytes).orElse(null);
            }
            if (length == null || length != file.bytes()) {
                return false;
            }
        }
        return true;
    }

    private Optional<ChangeSteps> known(ObjectKey key) throws SpillwayException {
        try {
            return Inventory.readIfThere(destination, key, 0, ChangeSteps.class, "a list of changes");
        } catch (SpillwayException e) {
            if (e.fault() != Fault.INTEGRITY) {
                throw e;
            }
            LOG.warn("a list of changes is made again cause=\"{}\"", e.getMessage());
            return Optional.empty();
        }
    }

    /** The step to a dump, or why there is none; null if the dump is gone. */
    private @Nullable Object read(DumpSummary dump) throws SpillwayException {
        ObjectKey key = new ObjectKey(dump.dump()).child(Manifest.FILE_NAME);
        String where = destination.name() + "/" + key;
        byte[] bytes;
        try (InputStream in = destination.open(key)) {
            bytes = in.readNBytes(ManifestJson.LARGEST);
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, "cannot read " + where + ": " + e.getMessage(), "try again", e);
        } catch (SpillwayException e) {
            if (e.fault() == Fault.DESTINATION_REFUSED && destination.find(key).isEmpty()) {
                return null;
            }
            throw e;
        }
        Changes changes =
                ManifestJson.read(new ByteArrayInputStream(bytes), where).changes();
        if (changes == null) {
            return new Break(dump.dump(), NONE);
        }
        Changes.From from = changes.from();
        Changes.Counts counts = changes.counts();
        Changes.Digest digest = changes.digest();
        if (from == null || counts == null || digest == null) {
            return new Break(dump.dump(), String.valueOf(changes.newChain()));
        }
        return new Step(
                changes.key(),
                from.dump(),
                from.manifestSha256(),
                dump.dump(),
                Digests.sha256(bytes),
                counts,
                digest,
                changes.files().stream()
                        .map(file -> ChangeSteps.File.of(dump.id().stamp(), file))
                        .toList());
    }
}
