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
 * Assigns final names to parts as soon as their numbers are certain: one sequence per format over all slices, in slice
 * order, whichever slice is read first. A part of the first slice gets its number at once, one of another slice when
 * all slices before it are complete. Thread-safe.
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
     * An empty order.
     *
     * @param folder the folder of the parts
     * @param slices number of slices
     * @param named  receives each file after it was named, in the order of numbers within a format; must return quickly
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

    /** Adds a complete and verified part of a slice and a format, both numbered from 0. */
    synchronized void add(int ofSlice, int ofFormat, Part part) throws SpillwayException {
        waiting.get(ofSlice).get(ofFormat).add(part);
        nameAll();
    }

    /** Marks a slice as complete. */
    synchronized void complete(int ofSlice) throws SpillwayException {
        complete[ofSlice] = true;
        nameAll();
    }

    /** Number of named parts of a format so far. */
    synchronized int count(int ofFormat) {
        return numbers[ofFormat];
    }

    /** All parts, sorted by name; every slice must be complete. */
    synchronized List<Part> parts() {
        if (slice < complete.length) {
            throw new IllegalStateException("slice " + slice + " is not complete");
        }
        parts.sort(Comparator.comparing(Part::name));
        return List.copyOf(parts);
    }

    /** Names the only part of an empty format. */
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
