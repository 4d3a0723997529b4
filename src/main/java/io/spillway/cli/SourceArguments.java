package io.spillway.cli;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.spillway.schedule.SourceSection;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that set the section {@code source} of a schedule. */
@SuppressWarnings("UnusedVariable") // ScheduleTree reads the fields.
final class SourceArguments {
    private static final String BUCKETS = "s3://";

    private static final ObjectMapper VALUES = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @SetsKey("/source/elasticsearch")
    @Option(names = "--elasticsearch", paramLabel = "URL", description = "URL of an Elasticsearch cluster.")
    private @Nullable String elasticsearch;

    @SetsKey("/source/opensearch")
    @Option(
            names = "--opensearch",
            paramLabel = "URL",
            description = "URL of an OpenSearch cluster; either option reads either product.")
    private @Nullable String opensearch;

    @SetsKey("/source/cloud-id")
    @Option(
            names = "--cloud-id",
            paramLabel = "ID",
            description = "Cloud ID of a deployment in Elastic Cloud, instead of its URL.")
    private @Nullable String cloudId;

    @SetsKey({
        "/source/snapshot-repository/directory",
        "/source/snapshot-repository/s3/bucket",
        "/source/snapshot-repository/s3/base-path"
    })
    @Option(
            names = "--snapshot-repository",
            paramLabel = "PLACE",
            description = "Snapshot repository to read instead of a cluster, which is not contacted: a directory, or"
                    + " s3://BUCKET/BASE-PATH.")
    private @Nullable String snapshotRepository;

    @SetsKey("/source/snapshot")
    @Option(
            names = "--snapshot",
            paramLabel = "NAME",
            description = "Snapshot to read: latest (default), a name, or a pattern with *.")
    private @Nullable String snapshot;

    @SetsKey("/source/max-age")
    @Option(names = "--max-age", paramLabel = "AGE", description = "Refuse a snapshot that is older: 36h, 8d.")
    private @Nullable String maxAge;

    @SetsKey("/source/index")
    @Option(names = "--index", description = "Index, alias, data stream or pattern to export.")
    private @Nullable String index;

    @SetsKey("/source/query")
    @Option(names = "--query", paramLabel = "JSON", description = "Query that selects the documents. Default: all.")
    private @Nullable String query;

    @SetsKey("/source/where")
    @Option(
            names = "--where",
            paramLabel = "FIELD=VALUE",
            description = "Publish only documents that have this value: a string, a number, true or false. Repeatable.")
    private Map<String, String> where = Map.of();

    @SetsKey("/source/not-utf8")
    @Option(
            names = "--not-utf8",
            paramLabel = "POLICY",
            description = "Strings that are not UTF-8: stop (default) or replace.")
    private @Nullable String notUtf8;

    @SetsKey("/source/vectors")
    @Option(
            names = "--vectors",
            paramLabel = "POLICY",
            description = "Indices whose documents are stored without vectors: stop (default) or rebuilt.")
    private @Nullable String vectors;

    @SetsKey("/source/preference")
    @Option(names = "--preference", description = "Which shard copies to read, as a search preference.")
    private @Nullable String preference;

    @SetsKey("/source/routing")
    @Option(names = "--routing", description = "Read only the shards of these routing values.")
    private @Nullable String routing;

    @SetsKey("/source/bearer-token")
    @Option(names = "--bearer-token", paramLabel = "REF", description = "Bearer token, " + ScheduleArguments.REFERENCE)
    private @Nullable String bearerToken;

    @SetsKey("/source/slices")
    @Option(names = "--slices", paramLabel = "N", description = "Number of slices to split the snapshot into.")
    private @Nullable Integer slices;

    @SetsKey("/source/politeness/lanes")
    @Option(names = "--lanes", paramLabel = "N", description = "Number of slices to read concurrently.")
    private @Nullable Integer lanes;

    @SetsKey("/source/politeness/max-share")
    @Option(
            names = "--max-share",
            paramLabel = "SHARE",
            description = "Fraction of the time, up to 1, to keep the cluster busy.")
    private @Nullable Double maxShare;

    @SetsKey("/source/api-key")
    @Option(names = "--api-key", paramLabel = "REF", description = "API key, " + ScheduleArguments.REFERENCE)
    private @Nullable String apiKey;

    @SetsKey("/source/username")
    @Option(names = "--username", description = "User to sign in as.")
    private @Nullable String username;

    @SetsKey("/source/password")
    @Option(names = "--password", paramLabel = "REF", description = "Password, " + ScheduleArguments.REFERENCE)
    private @Nullable String password;

    @SetsKey("/source/ca-file")
    @Option(names = "--ca-file", paramLabel = "PEM", description = "Certificate of the certificate authority to trust.")
    private @Nullable String caFile;

    @SetsKey("/source/fingerprint")
    @Option(
            names = "--fingerprint",
            paramLabel = "SHA256",
            description = "Fingerprint of the certificate to trust: the authority's or the server's.")
    private @Nullable String fingerprint;

    @SetsKey("/source/client-certificate")
    @Option(
            names = "--client-certificate",
            paramLabel = "FILE",
            description = "Certificate to show to the cluster: a PEM file, with --client-key; or a PKCS #12 file.")
    private @Nullable String clientCertificate;

    @SetsKey("/source/client-key")
    @Option(
            names = "--client-key",
            paramLabel = "PEM",
            description = "Private key of that certificate, in PKCS #8 without a password.")
    private @Nullable String clientKey;

    @SetsKey("/source/client-key-password")
    @Option(
            names = "--client-key-password",
            paramLabel = "REF",
            description = "Password of the PKCS #12 file, " + ScheduleArguments.REFERENCE)
    private @Nullable String clientKeyPassword;

    @SetsKey("/source/headers")
    @Option(
            names = "--header",
            paramLabel = "NAME=VALUE",
            description = "Header of every request to the cluster, its secrets as '$${env:NAME}'. Repeatable.")
    private Map<String, String> headers = Map.of();

    @SetsKey("/source/proxy")
    @Option(names = "--proxy", paramLabel = "URL", description = "HTTP proxy for the requests to the cluster.")
    private @Nullable String proxy;

    @SetsKey("/source/aws/region")
    @Option(
            names = "--aws-region",
            paramLabel = "REGION",
            description = "Sign requests for a cluster that Amazon hosts in this region, with the credentials of the"
                    + " process.")
    private @Nullable String awsRegion;

    @SetsKey("/source/aws/service")
    @Option(
            names = "--aws-service",
            paramLabel = "SERVICE",
            description = "es for OpenSearch Service (default), aoss for OpenSearch Serverless.")
    private @Nullable String awsService;

    /** Whether a cluster or a snapshot repository is set. */
    boolean hasPlace() {
        return elasticsearch != null || opensearch != null || cloudId != null || snapshotRepository != null;
    }

    /** The index to read, or null if it is not set. */
    @Nullable
    String index() {
        return index;
    }

    /** Writes the options that are set to a schedule. */
    void fill(ObjectNode schedule) {
        if (awsService != null && awsRegion == null) {
            throw new ParameterException(
                    spec.commandLine(), "--aws-service has no effect without --aws-region: " + awsService);
        }
        ScheduleTree.fill(schedule, this);
        if (query != null) {
            schedule.withObject("/source").set("query", query(query));
        }
        if (snapshotRepository != null) {
            fillRepository(schedule.withObject("/source/snapshot-repository"), snapshotRepository);
        }
        if (!where.isEmpty()) {
            ObjectNode values = schedule.withObject("/source/where");
            where.forEach((field, value) -> values.set(field, value(value)));
        }
    }

    private static void fillRepository(ObjectNode section, String place) {
        if (!place.startsWith(BUCKETS)) {
            section.put("directory", place);
            return;
        }
        String[] parts = place.substring(BUCKETS.length()).split("/", 2);
        ObjectNode bucket = section.putObject("s3").put("bucket", parts[0]);
        if (parts.length > 1) {
            bucket.put("base-path", parts[1].replaceFirst("/$", ""));
        }
    }

    /** A number, {@code true}, {@code false} or a string in quotes is JSON; anything else is a string. */
    private static JsonNode value(String text) {
        try {
            JsonNode value = VALUES.readTree(text);
            return value.isMissingNode() ? TextNode.valueOf(text) : value;
        } catch (IOException notJson) {
            return TextNode.valueOf(text);
        }
    }

    private JsonNode query(String text) {
        try {
            JsonNode node = ScheduleTree.JSON.readTree(text);
            if (node.isObject() && SourceSection.isSearchBody(node)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--query must be the value of \"query\" in a search, such as {\"match_all\":{}}: " + text);
            } else if (node.isObject()) {
                return node;
            }
        } catch (IOException notJson) {
            // The message below fits both cases.
        }
        throw new ParameterException(spec.commandLine(), "--query is not a JSON object: " + text);
    }
}
