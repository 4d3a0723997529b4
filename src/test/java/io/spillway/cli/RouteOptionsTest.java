package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.support.Gateway;
import io.spillway.support.StubElasticsearch;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Options for what is between Spillway and the cluster: headers, a proxy, Amazon's signatures. */
class RouteOptionsTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int plan(String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("plan", "--index", StubElasticsearch.INDEX, "--to", folder.toString()));
        arguments.addAll(List.of(options));
        return Main.run(new PrintWriter(out), new PrintWriter(err), arguments.toArray(String[]::new));
    }

    @Test
    void headersAreInEveryRequestThatGoesThroughTheProxy() throws Exception {
        try (StubElasticsearch cluster = StubElasticsearch.of(30, 3);
                Gateway proxy = Gateway.before(cluster.url(), request -> null)) {
            int code = plan(
                    "--elasticsearch",
                    cluster.url().toString(),
                    "--header",
                    "X-Tenant=a=b",
                    "--header",
                    "X-Other=c",
                    "--proxy",
                    proxy.url().toString());

            assertThat(code).as(err.toString()).isZero();
            assertThat(proxy.received())
                    .isNotEmpty()
                    .allSatisfy(request -> assertThat(request.headers())
                            .containsEntry("x-tenant", "a=b")
                            .containsEntry("x-other", "c"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--aws-region, EU 1, 3, --aws-region: must be the name of a region",
        "--aws-service, aoss, 2, --aws-service has no effect without --aws-region",
        "--header, Host=x, 3, headers cannot have \"Host\"",
        "--header, X-Tenant, 2, --header",
        "--client-key, key.pem, 3, client-key",
        "--cloud-id, x:eA==, 3, --cloud-id"
    })
    void aWrongValueIsRefusedByTheNameOfItsOption(String option, String value, int code, String message) {
        assertThat(plan("--opensearch", "http://127.0.0.1:9", option, value)).isEqualTo(code);
        assertThat(err.toString()).contains(message);
    }
}
