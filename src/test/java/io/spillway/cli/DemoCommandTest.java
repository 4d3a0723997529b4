package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.fault.Fault;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoCommandTest {
    @ParameterizedTest
    @CsvSource({
        "opensearch-2.0.1, -Dartifact=org.opensearch.distribution.integ-test-zip:opensearch:2.0.1:zip",
        "elasticsearch-7.13.0, -Dartifact=org.elasticsearch.distribution.integ-test-zip:elasticsearch:7.13.0:zip",
        "solr, 'give a product and a version, such as opensearch-2.19.4'",
        "opensearch-../x, 'give a product and a version, such as opensearch-2.19.4'"
    })
    void aServerThatIsNotUnpackedIsNamedWithTheWayToGetIt(String name, String hint) {
        StringWriter err = new StringWriter();

        int code = Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), "demo", "--server", name);

        assertThat(code).isEqualTo(Fault.CONFIG.exitCode());
        assertThat(err.toString()).contains("no server " + name + " found", hint);
    }
}
