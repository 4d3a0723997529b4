package io.spillway.encode;

import static io.spillway.encode.CsvSample.mapping;
import static io.spillway.encode.CsvSample.open;
import static io.spillway.encode.CsvSample.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.SourceField;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvColumnsTest {
    private static final List<SourceField> BOOKS = mapping(
            "id:keyword",
            "created_date:date",
            "bibjson.title:text",
            "bibjson.subject.term:keyword",
            "author:nested",
            "author.name:keyword",
            "labels:flattened",
            "place:geo_point");

    @Test
    void withoutNamesEveryMappedFieldIsAColumnInTheOrderOfPaths() throws Exception {
        assertThat(CsvColumns.fromMapping(mapping("b.c:long", "a:text", "b.a:date"))
                        .names())
                .containsExactly("a", "b.a", "b.c");
    }

    @Test
    void aNestedFieldIsOneColumn() throws Exception {
        assertThat(CsvColumns.fromMapping(BOOKS).names())
                .containsExactly(
                        "author", "bibjson.subject.term", "bibjson.title", "created_date", "id", "labels", "place");
    }

    @Test
    void aPlainFieldAndItsSubfieldsHaveAColumnEach() throws Exception {
        assertThat(CsvColumns.fromMapping(
                                mapping("a:keyword", "a.b.c:long", "a-b:long", "m.t:long|object", "m.t.min:long"))
                        .names())
                .containsExactly("a", "a-b", "a.b.c", "m.t", "m.t.min");
    }

    @ParameterizedTest
    @ValueSource(strings = {"flattened", "flat_object"})
    void fieldsBelowAFieldThatIsNestedInOneIndexStayInItsColumn(String type) throws Exception {
        assertThat(CsvColumns.fromMapping(mapping("a:keyword|nested", "a.b:long", "f:" + type, "f.x:long"))
                        .names())
                .containsExactly("a", "f");
    }

    @Test
    void anObjectIsAColumnOnlyIfItHasNoFields() throws Exception {
        assertThat(CsvColumns.fromMapping(mapping("a:object", "a.b:long", "c:object"))
                        .names())
                .containsExactly("a.b", "c");
    }

    @Test
    void aMappingWithoutFieldsIsRefused() {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> CsvColumns.fromMapping(List.of()))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.CONFIG))
                .withMessage("the mapping has no field that could be a column of csv");
    }

    @Test
    void namedColumnsKeepTheirOrder() throws Exception {
        assertThat(CsvColumns.named(List.of("id", "bibjson.title", "author.name"), source(BOOKS))
                        .names())
                .containsExactly("id", "bibjson.title", "author.name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bibjson", "bibjson.subject", "author", "author.name", "labels.any.key", "place.lat"})
    void objectsAndUnmappedFieldsMayBeColumns(String name) throws Exception {
        assertThat(CsvColumns.named(List.of(name), source(BOOKS)).names()).containsExactly(name);
    }

    @Test
    void aFieldThatOnlyDocumentsHaveMayBeAColumnIfTheMappingOmitsSuchFields() throws Exception {
        CsvColumns columns = CsvColumns.named(List.of("id", "unmapped", "bibjson.titel", "id.x"), open(BOOKS));
        assertThat(columns.names()).containsExactly("id", "unmapped", "bibjson.titel", "id.x");
        assertThat(columns.unmapped())
                .containsExactly(
                        entry("unmapped", "\"unmapped\""),
                        entry("bibjson.titel", "\"bibjson.titel\" (did you mean \"bibjson.title\"?)"),
                        entry("id.x", "\"id.x\" (\"id\" is)"));
    }

    @Test
    void aFieldThatOnlyDocumentsHaveNeedsAValueInOneOfThem() throws Exception {
        CsvColumns columns = CsvColumns.named(List.of("id", "rare", "unmapped"), open(BOOKS));
        ColumnKinds found = new ColumnKinds(columns);
        assertThat(found.neverFilled()).containsOnlyKeys("rare", "unmapped");
        found.saw(2, ColumnKinds.TEXT);
        assertThat(found.neverFilled()).containsOnlyKeys("rare");
    }

    @Test
    void anEmptyListOfColumnsIsRefused() {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> CsvColumns.named(List.of(), source(BOOKS)))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.CONFIG))
                .withMessage("format csv has no columns");
    }

    @Test
    void everyProblemIsReportedAtOnceWithTheNearestNames() {
        List<String> names = List.of("id", "title", "created_dat", "id.keyword", "qqqqqqqq", "author.nmae", "id");
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> CsvColumns.named(names, source(BOOKS)))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.CONFIG))
                .satisfies(e -> assertThat(e.hint()).contains("multi-fields"))
                .withMessage(
                        "format csv: column \"title\" is not a field of the mapping (did you mean \"bibjson.title\"?); "
                                + "column \"created_dat\" is not a field of the mapping (did you mean \"created_date\"?); "
                                + "column \"id.keyword\" is not a field of the mapping (\"id\" is); "
                                + "column \"qqqqqqqq\" is not a field of the mapping; "
                                + "column \"author.nmae\" is not a field of the mapping (did you mean \"author.name\"?); "
                                + "column \"id\" is named twice");
    }

    @Test
    void theSameColumnTwiceIsRefused() {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> CsvColumns.named(List.of("id", "id", "id"), source(BOOKS)))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.CONFIG))
                .withMessage("format csv: column \"id\" is named twice");
    }
}
