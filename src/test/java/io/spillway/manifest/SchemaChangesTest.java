package io.spillway.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SchemaChangesTest {
    private static Manifest.Field field(String path, @Nullable String type) {
        return new Manifest.Field(path, type, List.of(), 1L, null);
    }

    @Test
    void theSameFieldsInAnotherOrderAreNotAChange() {
        assertThat(SchemaChanges.between(
                        List.of(field("a", "long"), field("b", null)), List.of(field("b", null), field("a", "long"))))
                .isEmpty();
    }

    @Test
    void moreDocumentsWithAFieldAreNotAChange() {
        Manifest.Field before = new Manifest.Field("a", "long", List.of("number"), 1L, null);
        Manifest.Field after = new Manifest.Field("a", "long", List.of("number", "string"), 2L, null);
        assertThat(SchemaChanges.between(List.of(before), List.of(after))).isEmpty();
    }

    @Test
    void addedRemovedAndChangedFieldsAreNamedInTheOrderOfPaths() {
        List<Manifest.Field> before =
                List.of(field("z", "date"), field("gone", "long"), field("away", "long"), field("k", "text"));
        List<Manifest.Field> after =
                List.of(field("z", "keyword"), field("new", "long"), field("fresh", "ip"), field("k", "keyword"));
        assertThat(SchemaChanges.between(before, after))
                .contains(new SchemaChanges(
                        List.of("fresh", "new"),
                        List.of("away", "gone"),
                        List.of(
                                new SchemaChanges.Change("k", "text", "keyword"),
                                new SchemaChanges.Change("z", "date", "keyword"))));
    }

    @Test
    void aFieldThatBecomesMappedChangesItsType() {
        assertThat(SchemaChanges.between(List.of(field("a", null)), List.of(field("a", "long"))))
                .hasValueSatisfying(
                        changes -> assertThat(changes.changed().get(0)).hasToString("a (not mapped to long)"));
    }
}
