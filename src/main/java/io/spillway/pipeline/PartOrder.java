package io.spillway.pipeline;

import io.spillway.dataset.DumpId;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Gives parts their names in the dump, as soon as their numbers are certain: one sequence a format over all slices, in the
 * slices' order, whichever slice is read first. A part of the first slice has its number at once, one of another slice
 * when all slices before it are complete. Safe for use by all lanes.
 */
final class PartOrder {
    private final Path folder;
    private final DumpId dump;
    private final List<PartFormat> formats;
    private final Consumer<Path> named;
    private final List<List<List<Part>>> waiting;
    private final boolean[] complete;
    private final int[] numbers;
    private final List<Part> parts = new ArrayList<>();
    private int slice;

    /**
     * An order without parts.
     *
     * @param folder where the parts lie
     * @param slices how many slices there are
     * @param named  is told each file that has got its name, in the order of numbers within a format; must not take long
     */
    PartOrder(Path folder, DumpId dump, List<PartFormat> formats, int slices, Consumer<Path> named) {
        this.folder = folder;
        this.dump = dump;
        this.formats = List.copyOf(formats);
        this.named = named;
        this.waiting = IntStream.range(0, slices)
                .<List<List<Part>>>mapToObj(i -> IntStream.range(0, formats.size())
                        .<List<Part>>mapToObj(format -> new ArrayList<>())
                        .toList())
                .toList();
        this.complete = new boolean[slices];
        this.numbers = new int[formats.size()];
    }

    /** Takes a part, complete and read back, of a slice and a format, both counted from 0. */
    synchronized void add(int ofSlice, int ofFormat, Part part) throws SpillwayException {
        waiting.get(ofSlice).get(ofFormat).add(part);
        nameAll();
    }

    /** No more parts come of this slice. */
    synchronized void complete(int ofSlice) throws SpillwayException {
        complete[ofSlice] = true;
        nameAll();
    }

    /** How many parts a format has so far. */
    synchronized int count(int ofFormat) {
        return numbers[ofFormat];
    }

    /** All parts in the order of their names; every slice is complete. */
    synchronized List<Part> parts() {
        if (slice < complete.length) {
            throw new IllegalStateException("slice " + slice + " is not complete");
        }
        parts.sort(Comparator.comparing(Part::name));
        return List.copyOf(parts);
    }

    /** Names a part of a dump that has none otherwise. */
    synchronized void addLast(int ofFormat, Part part) throws SpillwayException {
        name(ofFormat, part);
    }

    private void nameAll() throws SpillwayException {
        while (slice < complete.length) {
            for (int format = 0; format < formats.size(); format++) {
                List<Part> known = waiting.get(slice).get(format);
                for (Part part : known) {
                    name(format, part);
                }
                known.clear();
            }
            if (!complete[slice]) {
                return;
            }
            slice++;
        }
    }

    private void name(int ofFormat, Part part) throws SpillwayException {
        PartFormat format = formats.get(ofFormat);
        numbers[ofFormat]++;
        String compressed = format.compression().extension();
        String name = "%s.%05d.%s%s"
                .formatted(
                        dump.fileStem(),
                        numbers[ofFormat],
                        format.encoder().get().extension(),
                        compressed.isEmpty() ? "" : "." + compressed);
        try {
            Path file = Files.move(folder.resolve(part.name()), folder.resolve(name));
            parts.add(part.named(name));
            named.accept(file);
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, "cannot name part " + name + ": " + e.getMessage(), null, e);
        }
    }
}
