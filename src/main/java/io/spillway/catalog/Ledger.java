package io.spillway.catalog;

import io.spillway.dataset.DumpId;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import java.io.ByteArrayInputStream;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Home's record of a dataset's dumps: the configuration that each was made with, the destinations that have received
 * it, whether it was pruned, and the manifest of the newest. Losing the ledger publishes nothing: a dump with an
 * unknown configuration waits. Each change is written at once. The caller holds the dataset's lock.
 */
public final class Ledger {
    private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);

    /** More dumps than a spool or a retention rule has to handle; older entries are dropped. */
    private static final int MAX_ENTRIES = 1_000;

    private final Memory memory;
    private final String dataset;

    /** The ledger of a dataset in this memory. */
    public Ledger(Memory memory, String dataset) {
        this.memory = memory;
        this.dataset = dataset;
    }

    /**
     * An entry for one dump.
     *
     * @param configuration digest of the configuration that it was made with, or null if unknown
     * @param arrived       names of the destinations that have received it
     * @param pruned        whether retention has removed it from any destination
     */
    public record Entry(@Nullable String configuration, List<String> arrived, boolean pruned) {
        private static final Entry NEW = new Entry(null, List.of(), false);

        public Entry {
            arrived = arrived == null ? List.of() : List.copyOf(arrived);
        }
    }

    private record Pages(Map<String, Entry> dumps, @Nullable Manifest newest) {
        Pages {
            dumps = dumps == null ? new TreeMap<>() : new TreeMap<>(dumps);
        }
    }

    /** The entry of a dump; an empty one if the dump is unknown. */
    public Entry of(DumpId dump) throws SpillwayException {
        return read().dumps().getOrDefault(dump.stamp(), Entry.NEW);
    }

    /** The manifest of the newest dump that was published from here; empty if unknown. */
    public Optional<Manifest> newest() throws SpillwayException {
        return Optional.ofNullable(read().newest());
    }

    /** Records the configuration of a dump that is about to be made. */
    public void making(DumpId dump, String configuration) throws SpillwayException {
        change(dump, entry -> new Entry(configuration, entry.arrived(), entry.pruned()), null);
    }

    /** Records that a dump was published at home. */
    public void published(Manifest manifest) throws SpillwayException {
        change(manifest.id(), entry -> entry, manifest);
    }

    /** Records that a dump has arrived at these destinations. */
    public void arrived(DumpId dump, Collection<String> places) throws SpillwayException {
        TreeSet<String> all = new TreeSet<>(of(dump).arrived());
        if (all.addAll(places)) {
            change(dump, entry -> new Entry(entry.configuration(), List.copyOf(all), entry.pruned()), null);
        }
    }

    /** Records that retention removes a dump. */
    public void pruned(DumpId dump) throws SpillwayException {
        if (!of(dump).pruned()) {
            change(dump, entry -> new Entry(entry.configuration(), entry.arrived(), true), null);
        }
    }

    private void change(DumpId dump, UnaryOperator<Entry> change, @Nullable Manifest newest) throws SpillwayException {
        Pages pages = read();
        pages.dumps().put(dump.stamp(), change.apply(pages.dumps().getOrDefault(dump.stamp(), Entry.NEW)));
        TreeMap<String, Entry> kept = new TreeMap<>(pages.dumps());
        while (kept.size() > MAX_ENTRIES) {
            kept.pollFirstEntry();
        }
        memory.write(dataset, ManifestJson.write(new Pages(kept, newest == null ? pages.newest() : newest)));
    }

    private Pages read() throws SpillwayException {
        Optional<byte[]> bytes = memory.read(dataset);
        if (bytes.isEmpty()) {
            return new Pages(new TreeMap<>(), null);
        }
        try {
            return ManifestJson.read(
                    new ByteArrayInputStream(bytes.get()), Pages.class, "the ledger of " + dataset, "a ledger");
        } catch (SpillwayException e) {
            if (e.fault() != Fault.INTEGRITY) {
                throw e;
            }
            LOG.warn("damaged ledger discarded dataset={} cause=\"{}\"", dataset, e.getMessage());
            return new Pages(new TreeMap<>(), null);
        }
    }
}
