package io.spillway.deliver;

import io.spillway.catalog.DumpAt;
import io.spillway.catalog.DumpState;
import io.spillway.catalog.Inventory;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.Upload;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Withdrawal;
import java.io.IOException;
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
 * Withdraws dumps of one dataset: at once at every destination that answers, and later at one that does not. What has to
 * be done later is remembered by the notices themselves, at home and at the other destinations.
 *
 * <p>At each destination the notice comes first, then what points at the dump moves, then the manifest goes, and the files
 * if that is asked for. A destination where links cannot move loses the manifest all the same: a bad dump goes first. No lock
 * is needed, so that a withdrawal never waits for an export.
 */
public final class Withdrawals {
    private static final Logger LOG = LoggerFactory.getLogger(Withdrawals.class);

    /** Files beside the parts, which have the dump's date in their names. */
    private static final Set<String> COMPANIONS = Set.of(
            "README.md",
            "index.html",
            "SHA256SUMS",
            "run.json",
            "urls.txt",
            "schema.json",
            "sample.jsonl",
            "datapackage.json",
            "LICENSE.txt",
            "CITATION.cff");

    private final Destination home;
    private final boolean spooled;
    private final List<Destination> places;
    private final String dataset;
    private final Clock clock;

    /**
     * Withdrawals of a dataset's dumps. All destinations stay the caller's to close.
     *
     * @param home    where dumps are written, and where notices are kept whatever the others do
     * @param spooled whether that is no destination itself, so that files of a withdrawn dump go there in any case
     * @param shelves the destinations from which a dump can be removed, home among them unless it is a spool
     * @param clock   says when a dump was withdrawn
     */
    public Withdrawals(
            Destination home, boolean spooled, List<? extends Destination> shelves, String dataset, Clock clock) {
        this.home = home;
        this.spooled = spooled;
        Set<Destination> all = new LinkedHashSet<>();
        all.add(home);
        all.addAll(shelves);
        this.places = List.copyOf(all);
        this.dataset = dataset;
        this.clock = clock;
    }

    /** Moves what points at dumps of the dataset. */
    @FunctionalInterface
    public interface Move {
        /** Moves all of it at one destination, which is no spool. */
        void pointers(Destination place) throws SpillwayException, InterruptedException;
    }

    /**
     * What came of it.
     *
     * @param withdrawn the destinations where it took effect, home first
     * @param failed    the destinations where it has not, or not wholly, each with the reason
     */
    public record Outcome(List<Destination> withdrawn, Map<Destination, SpillwayException> failed) {
        /** Takes copies. */
        public Outcome {
            withdrawn = List.copyOf(withdrawn);
            failed = new LinkedHashMap<>(failed);
        }

        /** The first failure, with the names of all destinations that have one; empty where there is none. */
        public Optional<SpillwayException> shortfall() {
            return failed.values().stream().findFirst().map(first -> {
                List<String> said = new ArrayList<>();
                failed.forEach((place, failure) -> said.add(place.name() + ": " + failure.getMessage()));
                return new SpillwayException(
                        first.fault(),
                        "a withdrawal is not complete everywhere: " + String.join("; ", said),
                        (first.hint() == null ? "" : first.hint() + "; ")
                                + "it is remembered, and the next  withdraw, export, export --resume  or  prune  completes"
                                + " it",
                        first);
            });
        }
    }

    /**
     * Withdraws a dump. To be called again where it was broken off: the first reason stays.
     *
     * @param reason      for everybody to read
     * @param deleteFiles whether its files go as well; else they stay where a manifest named them
     * @return what came of it; empty where every destination answers and none knows the dump
     */
    public Outcome withdraw(DumpId dump, String reason, boolean deleteFiles, Move move)
            throws SpillwayException, InterruptedException {
        Survey survey = new Survey();
        List<Destination> having = new ArrayList<>();
        for (Destination place : places) {
            if (survey.at(place, dump) != DumpState.ABSENT) {
                having.add(place);
            }
        }
        if (having.isEmpty() && survey.silent.isEmpty()) {
            return new Outcome(List.of(), Map.of());
        }
        Withdrawal notice = notice(survey, dump, reason, deleteFiles);
        Work work = new Work(survey, move);
        work.failed.putAll(survey.silent);
        // Home first, also where it has nothing of the dump: from then on nothing is sent out from there.
        having.remove(home);
        if (!survey.silent.containsKey(home)) {
            having.add(0, home);
        }
        work.carryOut(dump, having, notice);
        return work.outcome();
    }

    /**
     * Completes withdrawals that any destination has a notice of, wherever they are not complete: at one that was away, in
     * the spool of another machine, or after a death in the middle.
     *
     * @return what came of it; {@code withdrawn} has the destinations where something was left to do
     */
    public Outcome settle(Move move) throws SpillwayException, InterruptedException {
        Survey survey = new Survey();
        Set<DumpId> dumps = new TreeSet<>();
        for (Inventory inventory : survey.inventories.values()) {
            inventory.in(DumpState.WITHDRAWN).forEach(at -> dumps.add(at.dump()));
        }
        Work work = new Work(survey, move);
        if (!dumps.isEmpty()) {
            work.failed.putAll(survey.silent);
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
        return work.outcome();
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

    /** Every destination, as it was when the call began. */
    private final class Survey {
        private final Map<Destination, Inventory> inventories = new LinkedHashMap<>();
        private final Map<Destination, SpillwayException> silent = new LinkedHashMap<>();

        Survey() throws SpillwayException {
            for (Destination place : places) {
                try {
                    inventories.put(place, Inventory.of(place, dataset));
                } catch (SpillwayException e) {
                    if (e.fault() == Fault.CANCELLED) {
                        throw e;
                    }
                    silent.put(place, e);
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

        /** The notice that says most: the first that reads and has the files deleted, else the first that reads. */
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
                        "a notice cannot be read dump={} destination={} cause=\"{}\"",
                        dump,
                        place.name(),
                        e.getMessage());
                return Optional.empty();
            }
        }

        /** Whether a withdrawal is not complete there. */
        boolean isOpen(Destination place, DumpId dump, Withdrawal notice) throws SpillwayException {
            Inventory inventory = inventories.get(place);
            if (inventory == null) {
                return false;
            }
            DumpAt at = inventory.at(dump);
            boolean goes = notice.deletesFiles() || (spooled && place == home);
            return at.state() == DumpState.WITHDRAWN
                    ? at.names().contains(Manifest.FILE_NAME)
                            || (goes && at.names().stream().anyMatch(name -> isFile(dump, notice, name)))
                    : at.state() != DumpState.ABSENT;
        }
    }

    /** Whether a file is one of the dump's, whose manifest may be lost. */
    private static boolean isFile(DumpId dump, Withdrawal notice, String name) {
        return name.startsWith(dump.fileStem() + ".")
                || notice.files().contains(name)
                || COMPANIONS.contains(name)
                || name.equals(dump.dataset() + ".meta4")
                || name.equals(dump.dataset() + ".torrent");
    }

    /** What is done, destination by destination. */
    private final class Work {
        private final Survey survey;
        private final Move move;
        private final Set<Destination> withdrawn = new LinkedHashSet<>();
        private final Map<Destination, SpillwayException> failed = new LinkedHashMap<>();

        Work(Survey survey, Move move) {
            this.survey = survey;
            this.move = move;
        }

        Outcome outcome() {
            return new Outcome(List.copyOf(withdrawn), failed);
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
                LOG.warn("a withdrawal is not complete destination={} cause=\"{}\"", place.name(), e.getMessage());
                failed.putIfAbsent(place, e);
                return false;
            }
        }

        private void announce(Destination place, DumpId dump, Withdrawal notice) throws SpillwayException {
            boolean there = survey.at(place, dump) == DumpState.WITHDRAWN;
            Withdrawal said = there ? survey.read(place, dump).orElse(null) : null;
            if (said != null && (said.deletesFiles() || !notice.deletesFiles())) {
                return;
            }
            try {
                write(place, dump, notice);
            } catch (SpillwayException e) {
                if (e.fault() != Fault.DESTINATION_UNAVAILABLE) {
                    throw e;
                }
                // A disk that is full takes the notice once the dump has made room for it.
                remove(place, dump, notice);
                write(place, dump, notice);
            }
        }

        private void remove(Destination place, DumpId dump, Withdrawal notice) throws SpillwayException {
            ObjectKey prefix = ObjectKey.of(dump);
            boolean unfinished = survey.at(place, dump) == DumpState.PENDING;
            place.delete(prefix.child(Manifest.FILE_NAME));
            if (notice.deletesFiles() || unfinished || (spooled && place == home)) {
                // Listed now: an export may have sent more since.
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
        ObjectKey key = ObjectKey.of(dump).child(Withdrawal.FILE_NAME);
        try (Upload upload = place.begin(key)) {
            upload.body().write(ManifestJson.write(notice));
            upload.commit();
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "cannot write %s/%s: %s".formatted(place.name(), key, e.getMessage()),
                    "try again",
                    e);
        }
    }
}
