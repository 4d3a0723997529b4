package io.spillway.deliver;

import io.spillway.catalog.CatalogIndex;
import io.spillway.catalog.DumpAt;
import io.spillway.catalog.DumpState;
import io.spillway.catalog.Inventory;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Withdrawal;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Withdraws dumps of one dataset: immediately at every destination that answers, and later at the others. The
 * withdrawal notices, at home and at the other destinations, record what is still to be done.
 *
 * <p>The order at each destination: write the notice, update links, delete the manifest, and delete the files if requested. The
 * manifest is deleted even if links cannot be updated, because removing a bad dump matters more. No lock is needed.
 */
public final class Withdrawals {
    private static final Logger LOG = LoggerFactory.getLogger(Withdrawals.class);

    /** Side files, apart from those named after the dump. */
    private static final Set<String> COMPANIONS = Set.of(
            "README.md",
            "index.html",
            "SHA256SUMS",
            "run.json",
            "urls.txt",
            "schema.json",
            "sample.jsonl",
            "datapackage.json",
            "croissant.json",
            "LICENSE.txt",
            "CITATION.cff");

    private final Destination home;
    private final boolean spooled;
    private final List<Destination> places;
    private final String dataset;
    private final Clock clock;

    /**
     * The caller closes all destinations.
     *
     * @param home    where dumps are written, and where notices are kept whatever happens elsewhere
     * @param spooled whether home is only a spool, where files of a withdrawn dump are always deleted
     * @param prunable the destinations from which dumps can be removed, including home unless it is a spool
     * @param clock   gives the time of the withdrawal
     */
    public Withdrawals(
            Destination home, boolean spooled, List<? extends Destination> prunable, String dataset, Clock clock) {
        this.home = home;
        this.spooled = spooled;
        Set<Destination> all = new LinkedHashSet<>();
        all.add(home);
        all.addAll(prunable);
        this.places = List.copyOf(all);
        this.dataset = dataset;
        this.clock = clock;
    }

    /** Updates links to dumps of the dataset. */
    @FunctionalInterface
    public interface Move {
        /** Updates all of them at one destination, which is not a spool. */
        void pointers(Destination place) throws SpillwayException, InterruptedException;
    }

    /**
     * The result.
     *
     * @param withdrawn the destinations where the withdrawal is complete, home first
     * @param failed    the destinations where it is not complete, each with the reason
     * @param noticed   every dump that has a notice somewhere, complete or not
     */
    public record Outcome(
            List<Destination> withdrawn, Map<Destination, SpillwayException> failed, Set<DumpId> noticed) {
        /** Makes defensive copies. */
        public Outcome {
            withdrawn = List.copyOf(withdrawn);
            failed = new LinkedHashMap<>(failed);
            noticed = Set.copyOf(noticed);
        }

        /** The first failure, with the names of all failed destinations; empty if none failed. */
        public Optional<SpillwayException> shortfall() {
            return failed.values().stream().findFirst().map(first -> {
                List<String> messages = new ArrayList<>();
                failed.forEach((place, failure) -> messages.add(place.name() + ": " + failure.getMessage()));
                return new SpillwayException(
                        first.fault(),
                        "withdrawal incomplete: " + String.join("; ", messages),
                        (first.hint() == null ? "" : first.hint() + "; ")
                                + "the next  withdraw, export, export --resume  or  prune  completes"
                                + " it",
                        first);
            });
        }
    }

    /**
     * Withdraws a dump. Call it again after an interruption; the first reason is kept.
     *
     * @param reason      published in the notice
     * @param deleteFiles whether to delete its files as well; otherwise the files named by its manifest stay
     * @return the result; empty if every destination answers and none has the dump
     */
    public Outcome withdraw(DumpId dump, String reason, boolean deleteFiles, Move move)
            throws SpillwayException, InterruptedException {
        Survey survey = new Survey();
        List<Destination> having = new ArrayList<>();
        for (Destination place : places) {
            if (survey.at(place, dump) != DumpState.ABSENT || survey.hasChangesSince(place, dump)) {
                having.add(place);
            }
        }
        if (having.isEmpty() && survey.unavailable.isEmpty()) {
            return new Outcome(List.of(), Map.of(), Set.of());
        }
        Withdrawal notice = notice(survey, dump, reason, deleteFiles);
        Work work = new Work(survey, move);
        work.failed.putAll(survey.unavailable);
        // Home first, even if it has nothing of the dump, so that the dump is no longer sent from there.
        having.remove(home);
        if (!survey.unavailable.containsKey(home)) {
            having.add(0, home);
        }
        work.carryOut(dump, having, notice);
        return work.outcome(Set.of(dump));
    }

    /**
     * Completes withdrawals for which any destination has a notice, wherever they are incomplete: at a destination that
     * was unavailable, in another machine's spool, or after a crash.
     *
     * @return the result; {@code withdrawn} contains the destinations where something was left to do
     */
    public Outcome settle(Move move) throws SpillwayException, InterruptedException {
        Survey survey = new Survey();
        Set<DumpId> dumps = new TreeSet<>();
        for (Inventory inventory : survey.inventories.values()) {
            inventory.in(DumpState.WITHDRAWN).forEach(at -> dumps.add(at.dump()));
        }
        Work work = new Work(survey, move);
        if (!dumps.isEmpty()) {
            work.failed.putAll(survey.unavailable);
        }
        for (DumpId dump : dumps) {
            Optional<Withdrawal> notice = survey.notice(dump);
            List<Destination> open = new ArrayList<>();
            for (Destination place : places) {
                if (notice.isPresent() && survey.isOpen(place, dump, notice.get())) {
                    open.add(place);
                }
            }
            if (notice.isPresent() && !open.isEmpty()) {
                work.carryOut(dump, open, notice.get());
            }
        }
        return work.outcome(dumps);
    }

    private Withdrawal notice(Survey survey, DumpId dump, String reason, boolean deleteFiles) throws SpillwayException {
        Optional<Withdrawal> there = survey.notice(dump);
        if (there.isPresent()) {
            Withdrawal first = there.get();
            return new Withdrawal(
                    first.dump(),
                    first.reason(),
                    first.withdrawnAt(),
                    first.documents(),
                    first.bytes(),
                    first.files(),
                    (deleteFiles || first.deletesFiles()) ? Boolean.TRUE : null);
        }
        Manifest manifest = survey.manifest(dump).orElse(null);
        return new Withdrawal(
                dump.toString(),
                reason,
                clock.instant(),
                manifest == null ? 0 : manifest.documents(),
                manifest == null ? 0 : manifest.bytes(),
                manifest == null ? List.of() : Inventory.filesOf(manifest),
                deleteFiles ? true : null);
    }

    /** The state of every destination when the call began. */
    private final class Survey {
        private final Map<Destination, Inventory> inventories = new LinkedHashMap<>();
        private final Map<Destination, SpillwayException> unavailable = new LinkedHashMap<>();
        private final Map<Destination, Set<String>> linked = new LinkedHashMap<>();

        Survey() throws SpillwayException {
            for (Destination place : places) {
                try {
                    inventories.put(place, Inventory.of(place, dataset));
                } catch (SpillwayException e) {
                    if (e.fault() == Fault.CANCELLED) {
                        throw e;
                    }
                    unavailable.put(place, e);
                }
            }
        }

        DumpState at(Destination place, DumpId dump) throws SpillwayException {
            Inventory inventory = inventories.get(place);
            return inventory == null ? DumpState.ABSENT : inventory.at(dump).state();
        }

        Optional<Manifest> manifest(DumpId dump) throws SpillwayException {
            for (Inventory inventory : inventories.values()) {
                Manifest manifest = inventory.at(dump).manifest();
                if (manifest != null) {
                    return Optional.of(manifest);
                }
            }
            return Optional.empty();
        }

        /** The strictest notice: the first readable one that deletes files, otherwise the first readable one. */
        Optional<Withdrawal> notice(DumpId dump) throws SpillwayException {
            Withdrawal found = null;
            boolean marked = false;
            for (Map.Entry<Destination, Inventory> each : inventories.entrySet()) {
                DumpAt at = each.getValue().at(dump);
                if (at.state() == DumpState.WITHDRAWN) {
                    marked = true;
                    Withdrawal notice = read(each.getKey(), dump).orElse(null);
                    if (notice != null && (found == null || (notice.deletesFiles() && !found.deletesFiles()))) {
                        found = notice;
                    }
                }
            }
            if (found == null && marked) {
                found = new Withdrawal(
                        dump.toString(), "withdrawn; the reason is lost", clock.instant(), 0, 0, List.of(), null);
            }
            return Optional.ofNullable(found);
        }

        private Optional<Withdrawal> read(Destination place, DumpId dump) {
            ObjectKey key = ObjectKey.of(dump).child(Withdrawal.FILE_NAME);
            try {
                return Inventory.readIfThere(place, key, 0, Withdrawal.class, "a notice")
                        .filter(notice -> notice.dump().equals(dump.toString()));
            } catch (SpillwayException e) {
                LOG.warn(
                        "cannot read a withdrawal notice dump={} destination={} cause=\"{}\"",
                        dump,
                        place.name(),
                        e.getMessage());
                return Optional.empty();
            }
        }

        /** The dumps that links there name. Links that cannot be read name none here; who writes them next reports it. */
        private Set<String> linked(Destination place) throws SpillwayException {
            Set<String> known = linked.get(place);
            if (known == null) {
                known = Set.of();
                try {
                    known = place == home && spooled ? known : LinkTargets.at(place, dataset);
                } catch (SpillwayException e) {
                    if (e.fault() == Fault.CANCELLED) {
                        throw e;
                    }
                    LOG.warn("links cannot be read destination={} cause=\"{}\"", place.name(), e.getMessage());
                }
                linked.put(place, known);
            }
            return known;
        }

        /** Whether there are changes that name keys of the dump. */
        boolean hasChangesSince(Destination place, DumpId dump) throws SpillwayException {
            Inventory inventory = inventories.get(place);
            return inventory != null && !changesSince(inventory, dump).isEmpty();
        }

        /**
         * The files that lead on from a dump to the next one: they name keys that only that dump had. The next dump may lack
         * its manifest at one destination, where it was sent in part.
         */
        private List<ObjectKey> changesSince(Inventory inventory, DumpId dump) throws SpillwayException {
            List<DumpId> later = inventory.dumps().stream()
                    .filter(each -> each.compareTo(dump) > 0 && !inventory.isWithdrawn(each))
                    .sorted()
                    .toList();
            for (DumpId next : later) {
                DumpAt at = inventory.at(next);
                Manifest manifest = at.manifest() == null ? manifest(next).orElse(null) : at.manifest();
                if (manifest != null) {
                    Changes changes = manifest.changes();
                    if (changes == null
                            || changes.from() == null
                            || !changes.from().dump().equals(dump.toString())) {
                        return List.of();
                    }
                    return changes.files().stream()
                            .map(Changes.File::name)
                            .filter(at.names()::contains)
                            .map(name -> ObjectKey.of(next).child(name))
                            .toList();
                }
            }
            return List.of();
        }

        /** Whether a withdrawal is not complete there: files are left, or links still name the dump. */
        boolean isOpen(Destination place, DumpId dump, Withdrawal notice) throws SpillwayException {
            Inventory inventory = inventories.get(place);
            if (inventory == null) {
                return false;
            } else if (linked(place).contains(dump.toString()) || hasChangesSince(place, dump)) {
                return true;
            }
            DumpAt at = inventory.at(dump);
            boolean goes = notice.deletesFiles() || (spooled && place == home);
            return at.state() == DumpState.WITHDRAWN
                    ? at.names().contains(Manifest.FILE_NAME)
                            || (goes && at.names().stream().anyMatch(name -> isFile(dump, notice, name)))
                    : at.state() != DumpState.ABSENT;
        }
    }

    /** Whether a file belongs to the dump, whose manifest may be lost. */
    private static boolean isFile(DumpId dump, Withdrawal notice, String name) {
        return name.startsWith(dump.fileStem() + ".")
                || notice.files().contains(name)
                || COMPANIONS.contains(name)
                || name.equals(dump.dataset() + ".meta4")
                || name.equals(dump.dataset() + ".torrent");
    }

    /** Carries out the steps at each destination. */
    private final class Work {
        private final Survey survey;
        private final Move move;
        private final Set<Destination> withdrawn = new LinkedHashSet<>();
        private final Map<Destination, SpillwayException> failed = new LinkedHashMap<>();

        Work(Survey survey, Move move) {
            this.survey = survey;
            this.move = move;
        }

        Outcome outcome(Set<DumpId> noticed) {
            return new Outcome(List.copyOf(withdrawn), failed, noticed);
        }

        void carryOut(DumpId dump, List<Destination> open, Withdrawal notice)
                throws SpillwayException, InterruptedException {
            List<Destination> reached = new ArrayList<>();
            for (Destination place : open) {
                if (attempt(place, () -> announce(place, dump, notice))) {
                    reached.add(place);
                }
            }
            for (Destination place : reached) {
                if (place != home || !spooled) {
                    attempt(place, () -> move.pointers(place));
                }
            }
            for (Destination place : reached) {
                if (attempt(place, () -> remove(place, dump, notice))) {
                    withdrawn.add(place);
                    LOG.info(
                            "dump withdrawn dump={} destination={} reason=\"{}\"", dump, place.name(), notice.reason());
                }
            }
        }

        private boolean attempt(Destination place, Step step) throws SpillwayException, InterruptedException {
            try {
                step.run();
                return true;
            } catch (SpillwayException e) {
                if (e.fault() == Fault.CANCELLED) {
                    throw e;
                }
                LOG.warn("withdrawal incomplete destination={} cause=\"{}\"", place.name(), e.getMessage());
                failed.putIfAbsent(place, e);
                return false;
            }
        }

        private void announce(Destination place, DumpId dump, Withdrawal notice) throws SpillwayException {
            boolean there = survey.at(place, dump) == DumpState.WITHDRAWN;
            Withdrawal existing = there ? survey.read(place, dump).orElse(null) : null;
            if (existing != null && (existing.deletesFiles() || !notice.deletesFiles())) {
                return;
            }
            CatalogIndex.announceRemoval(place, dump);
            try {
                write(place, dump, notice);
            } catch (SpillwayException e) {
                if (e.fault() != Fault.DESTINATION_UNAVAILABLE) {
                    throw e;
                }
                // On a full disk, the notice fits only after the dump has been removed.
                remove(place, dump, notice);
                write(place, dump, notice);
            }
        }

        private void remove(Destination place, DumpId dump, Withdrawal notice) throws SpillwayException {
            ObjectKey prefix = ObjectKey.of(dump);
            boolean unfinished = survey.at(place, dump) == DumpState.PENDING;
            // Before the manifest, without which it counts as complete. An export may have placed a dump: list again.
            for (ObjectKey file : survey.changesSince(Inventory.of(place, dataset), dump)) {
                place.delete(file);
                LOG.info("changes since a withdrawn dump removed file={} destination={}", file, place.name());
            }
            place.delete(prefix.child(Manifest.FILE_NAME));
            if (notice.deletesFiles() || unfinished || (spooled && place == home)) {
                // List again: an export may have sent more files since.
                for (StoredObject object : place.list(prefix + "/")) {
                    String name = object.key().value().substring(prefix.value().length() + 1);
                    if (isFile(dump, notice, name)) {
                        place.delete(object.key());
                    }
                }
            }
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws SpillwayException, InterruptedException;
    }

    private static void write(Destination place, DumpId dump, Withdrawal notice) throws SpillwayException {
        place.write(ObjectKey.of(dump).child(Withdrawal.FILE_NAME), ManifestJson.write(notice));
    }
}
