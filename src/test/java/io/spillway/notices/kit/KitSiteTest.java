package io.spillway.notices.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.spillway.dataset.Dataset;
import io.spillway.notices.Negotiation;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a kit may contain, and what is read from it. */
class KitSiteTest {
    private static KitSite site(String address, @Nullable String files, Dataset... datasets) {
        return new KitSite(
                URI.create(address),
                Path.of("/srv/dumps/notices"),
                Path.of("/var/lib/spillway/kits"),
                files == null ? null : URI.create(files),
                List.of(datasets),
                List.of("en"),
                Limit.of("5/s", 20, 60),
                Rules.NONE);
    }

    private static Dataset dataset(String name, String... covers) {
        return new Dataset(name, name, null, null, null, List.of(covers));
    }

    @Test
    void coveredPathsAreUniqueAndLongestFirst() {
        KitSite site =
                site("https://data.example.org/", null, dataset("a", "/x", "/x/y/z"), dataset("b", "/x/y", "/x"));
        assertThat(site.covers().stream()
                        .map(each -> each.path() + " " + each.dataset().name()))
                .containsExactly("/x/y/z a", "/x/y b", "/x a");
    }

    @ParameterizedTest
    @CsvSource({
        "/search,/search,true",
        "/search,/search/,true",
        "/search,/search/a,true",
        "/search,/search;a=b,true",
        "/search,/searchable,false",
        "/search,/search-x,false",
        "/search,/a/search,false",
        "/search*,/searchable,true",
        "/search*,/search,true",
        "/search/,/search/a,true",
        "/search/,/search,false",
        "/v1.5,/v1x5,false",
        "/züge,/züge/1,true",
        "/z%C3%BCge,/züge,true",
        "/z%c3%bcge*,/zügel,true",
        "/z%C3%BCge,/zuge,false",
        "/,/anything,true",
        "/api/search,/API/Search/x,true",
        "/api/search,/api//search,true",
        "/api/search,//api/search,true",
        "/api/search,/api;a=b/search,true",
        "/api/search,/api;a=b/search;c/x,true",
        "/api/search,/api;a=b/c/search,false",
        "/api/search,/apix/search,false",
        "/api/search,/api\\search,true",
        "/api/search,\\api\\\\search\\x,true",
        "/api/search,/api;a=b\\search,true",
        "/api/search,/api/search\\a,true",
        "/api/search,/api\\searchable,false"
    })
    void aPathCoversItselfAndEverythingBelowItInEveryServerAndInTheDaemon(String rule, String path, boolean covered) {
        assertThat(Pattern.compile(Paths.covered(rule)).matcher(path).find()).isEqualTo(covered);
        assertThat(Pattern.compile(Paths.coveredBeforeAQuery(rule))
                        .matcher(path.replace("ü", "%C3%bc") + "?a=/search")
                        .find())
                .isEqualTo(covered);
        assertThat(Negotiation.covers(rule, path)).isEqualTo(covered);
        assertThat(Negotiation.covers(rule, path.replace("ü", "%c3%BC"))).isEqualTo(covered);
    }

    @Test
    void aNulEndsAPathInEveryServerAndInTheDaemon() {
        assertThat(Pattern.compile(Paths.covered("/search"))
                        .matcher("/search\0.css")
                        .find())
                .isTrue();
        assertThat(Pattern.compile(Paths.coveredBeforeAQuery("/search"))
                        .matcher("/search%00.css")
                        .find())
                .isTrue();
        assertThat(Negotiation.covers("/search", "/search%00.css")).isTrue();
        assertThat(Negotiation.covers("/search", "/sea%00rch")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a%2Fb",
                "/a%22",
                "/a%0a",
                "/a%C3",
                "/a%zz",
                "/a b",
                "/a%00",
                "/a%27",
                "/a%24",
                "/a%7B",
                "/a\u202Eb"
            })
    void aPathThatMayNotBeInAConfigurationIsRefused(String path) {
        assertThatIllegalArgumentException().isThrownBy(() -> Paths.require(path));
    }

    @Test
    void signsOfAPathMeanNothingInAnExpression() {
        assertThat(Pattern.compile(Paths.covered("/a%20%28b%29"))
                        .matcher("/a b")
                        .find())
                .isFalse();
        assertThat(Pattern.compile(Paths.covered("/a%20%28b%29%2B%26"))
                        .matcher("/a (b)+&/c")
                        .find())
                .isTrue();
        assertThat(Pattern.compile(Paths.coveredBeforeAQuery("/a%20%28b%29%2B"))
                        .matcher("/a%20(b)%2b?x")
                        .find())
                .isTrue();
    }

    @Test
    void ofTwoPathsOfOneLengthTheOneWithoutAStarTakesPrecedence() {
        KitSite site = site("https://data.example.org/", null, dataset("a", "/x/y*"), dataset("b", "/x/y"));
        assertThat(site.covers().stream().map(each -> each.path())).containsExactly("/x/y", "/x/y*");
        assertThat(Negotiation.dataset("/x/y/z", Map.of("a", List.of("/x/y*"), "b", List.of("/x/y"))))
                .contains("b");
    }

    @Test
    void ifNothingIsCoveredEverythingIsLimited() {
        assertThat(site("https://data.example.org/", null).limited()).containsExactly("/");
    }

    @Test
    void ifSomethingIsCoveredOnlyThatIsLimited() {
        assertThat(site("https://data.example.org/", null, dataset("a", "/x")).limited())
                .containsExactly("/x");
    }

    @ParameterizedTest
    @CsvSource({
        "/robots.txt,true",
        "/sitemap.xml,true",
        "/sitemap-2.xml.gz,true",
        "/.well-known/x,true",
        "/links.json,true",
        "/index.de.html,true",
        "/a/,true",
        "/a/latest/urls.txt,true",
        "/a/2026-11-21T030000Z/a.jsonl.gz,true",
        "/a/search,false",
        "/a/2026/x,false",
        "/robots.txt/x,false",
        "/b/,false",
        "/,false"
    })
    void dumpsAtTheRootOfAHostExemptOnlyTheirOwnNames(String path, boolean free) {
        KitSite site = site("https://data.example.org/", null, dataset("a", "/x"));
        assertThat(site.free().stream()
                        .anyMatch(each -> Pattern.compile(each).matcher(path).find()))
                .isEqualTo(free);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://data.example.org/",
                "https://data.example.org",
                "https://user@data.example.org/",
                "https://data.example.org/a%22b/",
                "https://data.example.org/?x/",
                "https://data.example.org/a'b/"
            })
    void aUrlWithSpecialCharactersIsRefused(String address) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> site(address, null))
                .withMessageContaining("public URL of the dumps");
    }

    @Test
    void aServerThatReadsNoFilesNeedsAnotherServer() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HaproxyKit().files(site("https://data.example.org/", null)))
                .withMessageContaining("needs the URL of a web server");
    }

    @Test
    void noticesAreFetchedOverPlainHttp() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> site("https://data.example.org/", "https://data.example.org/notices/"));
    }

    @ParameterizedTest
    @CsvSource({"5/s,20,10,70", "30/m,0,60,30", "1/s,0,60,10"})
    void theLimitInAWindowIsTheRateTimesTheWindowPlusTheBurst(String rate, int burst, int retryAfter, int inWindow) {
        assertThat(Limit.of(rate, burst, retryAfter).inWindow()).isEqualTo(inWindow);
    }

    @ParameterizedTest
    @CsvSource({"5/s,20,9", "30/m,0,59", "0/s,0,60", "5/h,0,60", "5,0,60", "5/s,-1,60", "5/s,0,86401"})
    void aLimitThatWouldMisleadAClientIsRefused(String rate, int burst, int retryAfter) {
        assertThatIllegalArgumentException().isThrownBy(() -> Limit.of(rate, burst, retryAfter));
    }

    @ParameterizedTest
    @ValueSource(strings = {"page", "page=999", "page=1", "page=", "pa ge=100", "page=10000000000", "page[]=100"})
    void aCapThatServersCannotCompareIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> PageCap.of(text));
    }

    @ParameterizedTest
    @CsvSource({
        "page=1000,true",
        "page=0001000,true",
        "size=1&page=12345,true",
        "%70%41ge=%31000,true",
        "page=1e9,true",
        "page=1.5,false",
        "page=-1000,false",
        "page%5b%5D=9_999,true",
        "page=999,false",
        "page=0999,false",
        "subpage=1000,false",
        "page=x1000,false"
    })
    void aCapIsReadFromAQuery(String query, boolean refused) {
        assertThat(Pattern.compile(PageCap.of("page=1000").expression())
                        .matcher(query)
                        .find())
                .isEqualTo(refused);
    }
}
