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
 * Assigns final names to parts as soon as they are certain. Where names have numbers over all slices, there is one sequence
 * per format, in slice order, whichever slice is read first: a part of the first slice gets its number at once, one of
 * another slice when all slices before it are complete. Otherwise a part has its final name at once. Thread-safe.
 */
final class PartOrder {
    private final Path folder;
    private final DumpId dump;
    private final List<PartFormat> formats;
    private final PartNames names;
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
     * @param names  the form of the final names
     * @param slices number of slices
     * @param named  receives each file after it was named, in the order of numbers within a format; must return quickly
     */
    PartOrder(Path folder, DumpId dump, List<PartFormat> formats, PartNames names, int slices, Consumer<Path> named) {
        this.folder = folder;
        this.dump = dump;
        this.formats = List.copyOf(formats);
        this.names = names;
        this.named = named;
        this.waiting = IntStream.range(0, slices)
                .<List<List<Part>>>mapToObj(i -> IntStream.range(0, formats.size())
                        .<List<Part>>mapToObj(format -> new ArrayList<>())
                        .toList())
                .toList();
        this.complete = new boolean[slices];
        this.numbers = new int[formats.size()];
    }

    /**
     * Adds a complete and verified part of a slice and a format, both numbered from 0. Its file is not touched if its name is
     * final already.
     */
    synchronized void add(int ofSlice, int ofFormat, Part part) throws SpillwayException {
        if (names.inOrder()) {
            waiting.get(ofSlice).get(ofFormat).add(part);
            nameAll();
        } else {
            name(ofFormat, part);
        }
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
        String name = names.complete(dump, format, part.name(), numbers[ofFormat]);
        try {
            Path file = folder.resolve(name);
            if (!name.equals(part.name())) {
                Files.move(folder.resolve(part.name()), file);
            }
            parts.add(part.named(name));
            named.accept(file);
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, "cannot name part " + name + ": " + e.getMessage(), null, e);
        }
    }
}
