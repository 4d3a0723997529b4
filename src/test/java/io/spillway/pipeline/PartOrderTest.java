package io.spillway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.spillway.compress.Compression;
import io.spillway.dataset.DumpId;
import io.spillway.encode.JsonLines;
import io.spillway.manifest.Part;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartOrderTest {
    private static final DumpId DUMP = new DumpId("d", Instant.parse("2026-11-21T03:00:00Z"));

    private static final PartFormat FORMAT = new PartFormat(JsonLines::new, Compression.parse("none", null));

    @TempDir
    private Path folder;

    private final List<String> named = new ArrayList<>();

    @Test
    void aPartOfTheFirstSliceHasItsNumberAtOnce() throws Exception {
        PartOrder order = order(2);
        order.add(0, 0, part("a"));
        assertThat(named).containsExactly("d-2026-11-21T030000Z.00001.jsonl");
        assertThat(folder.resolve(named.get(0))).hasContent("a");
    }

    @Test
    void aPartOfALaterSliceWaitsForAllSlicesBeforeIt() throws Exception {
        PartOrder order = order(3);
        order.add(2, 0, part("c"));
        order.complete(2);
        order.add(0, 0, part("a"));
        order.complete(0);
        assertThat(contents()).containsExactly("a");

        order.add(1, 0, part("b"));
        assertThat(contents()).containsExactly("a", "b");
        order.complete(1);
        assertThat(contents()).containsExactly("a", "b", "c");
        assertThat(order.parts()).extracting(Part::name).isEqualTo(named);
    }

    @Test
    void aSliceWithoutPartsUsesNoNumber() throws Exception {
        PartOrder order = order(3);
        order.add(0, 0, part("a"));
        order.complete(0);
        order.complete(1);
        order.add(2, 0, part("b"));
        assertThat(named).containsExactly("d-2026-11-21T030000Z.00001.jsonl", "d-2026-11-21T030000Z.00002.jsonl");
    }

    @Test
    void partsAreKnownWhenEverySliceIsComplete() throws Exception {
        PartOrder order = order(1);
        order.add(0, 0, part("a"));
        assertThatIllegalStateException().isThrownBy(order::parts);
        order.complete(0);
        assertThat(order.parts()).hasSize(1);
    }

    @Test
    void aPartNamedBySliceHasItsFinalNameAtOnce() throws Exception {
        PartOrder order = order(PartNames.bySlice(), 3);
        String last = PartNames.bySlice().begun(DUMP, 2, 0, FORMAT, 1);
        String first = PartNames.bySlice().begun(DUMP, 0, 0, FORMAT, 2);
        order.add(2, 0, written(last));
        order.add(0, 0, written(first));
        assertThat(named)
                .containsExactly("d-2026-11-21T030000Z.0002-00001.jsonl", "d-2026-11-21T030000Z.0000-00002.jsonl");
    }

    @Test
    void namesBySliceSortInTheOrderOfSlicesAndParts() throws Exception {
        PartOrder order = order(PartNames.bySlice(), 12);
        for (int slice : new int[] {11, 2, 0}) {
            for (int number : new int[] {10, 2, 1}) {
                order.add(slice, 0, written(PartNames.bySlice().begun(DUMP, slice, 0, FORMAT, number)));
            }
        }
        for (int slice = 0; slice < 12; slice++) {
            order.complete(slice);
        }
        assertThat(order.parts())
                .extracting(part -> part.name()
                        .substring("d-2026-11-21T030000Z.".length(), part.name().indexOf(".j")))
                .containsExactly(
                        "0000-00001",
                        "0000-00002",
                        "0000-00010",
                        "0002-00001",
                        "0002-00002",
                        "0002-00010",
                        "0011-00001",
                        "0011-00002",
                        "0011-00010");
    }

    private PartOrder order(int slices) {
        return order(PartNames.numbered(), slices);
    }

    private PartOrder order(PartNames names, int slices) {
        return new PartOrder(
                folder,
                DUMP,
                List.of(FORMAT),
                names,
                slices,
                file -> named.add(file.getFileName().toString()));
    }

    private Part part(String content) throws Exception {
        Files.writeString(folder.resolve("slice-" + content), content);
        return written("slice-" + content);
    }

    private Part written(String name) throws Exception {
        Files.writeString(folder.resolve(name), name.substring(name.lastIndexOf('-') + 1));
        return new Part(name, "jsonl", "none", 1, 1, 1, "00", "00", "00");
    }

    private List<String> contents() throws Exception {
        List<String> contents = new ArrayList<>();
        for (String name : named) {
            contents.add(Files.readString(folder.resolve(name)));
        }
        return contents;
    }
}
