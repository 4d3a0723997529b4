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

    private PartOrder order(int slices) {
        return new PartOrder(
                folder,
                DUMP,
                List.of(new PartFormat(JsonLines::new, Compression.parse("none", null))),
                slices,
                file -> named.add(file.getFileName().toString()));
    }

    private Part part(String content) throws Exception {
        Files.writeString(folder.resolve("slice-" + content), content);
        return new Part("slice-" + content, "jsonl", "none", 1, 1, 1, "00", "00", "00");
    }

    private List<String> contents() throws Exception {
        List<String> contents = new ArrayList<>();
        for (String name : named) {
            contents.add(Files.readString(folder.resolve(name)));
        }
        return contents;
    }
}
