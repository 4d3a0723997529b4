package io.spillway.cli;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.schedule.SourceSection;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that set the section {@code source} of a schedule. */
final class SourceArguments {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--elasticsearch", paramLabel = "URL", description = "URL of an Elasticsearch cluster.")
    private @Nullable String elasticsearch;

    @Option(
            names = "--opensearch",
            paramLabel = "URL",
            description = "URL of an OpenSearch cluster; either option reads either product.")
    private @Nullable String opensearch;

    @Option(
            names = "--cloud-id",
            paramLabel = "ID",
            description = "Cloud ID of a deployment in Elastic Cloud, instead of its URL.")
    private @Nullable String cloudId;

    @Option(names = "--index", description = "Index, alias, data stream or pattern to export.")
    private @Nullable String index;

    @Option(names = "--query", paramLabel = "JSON", description = "Query that selects the documents. Default: all.")
    private @Nullable String query;

    @Option(
            names = "--not-utf8",
            paramLabel = "POLICY",
            description = "Strings that are not UTF-8: stop (default) or replace.")
    private @Nullable String notUtf8;

    @Option(
            names = "--vectors",
            paramLabel = "POLICY",
            description = "Indices whose documents are stored without vectors: stop (default) or rebuilt.")
    private @Nullable String vectors;

    @Option(names = "--preference", description = "Which shard copies to read, as a search preference.")
    private @Nullable String preference;

    @Option(names = "--routing", description = "Read only the shards of these routing values.")
    private @Nullable String routing;

    @Option(names = "--bearer-token", paramLabel = "REF", description = "Bearer token, " + ScheduleArguments.REFERENCE)
    private @Nullable String bearerToken;

    @Option(names = "--slices", paramLabel = "N", description = "Number of slices to split the snapshot into.")
    private @Nullable Integer slices;

    @Option(names = "--lanes", paramLabel = "N", description = "Number of slices to read concurrently.")
    private @Nullable Integer lanes;

    @Option(
            names = "--max-share",
            paramLabel = "SHARE",
            description = "Fraction of the time, up to 1, to keep the cluster busy.")
    private @Nullable Double maxShare;

    @Option(names = "--api-key", paramLabel = "REF", description = "API key, " + ScheduleArguments.REFERENCE)
    private @Nullable String apiKey;

    @Option(names = "--username", description = "User to sign in as.")
    private @Nullable String username;

    @Option(names = "--password", paramLabel = "REF", description = "Password, " + ScheduleArguments.REFERENCE)
    private @Nullable String password;

    @Option(names = "--ca-file", paramLabel = "PEM", description = "Certificate of the certificate authority to trust.")
    private @Nullable String caFile;

    @Option(
            names = "--fingerprint",
            paramLabel = "SHA256",
            description = "Fingerprint of the certificate to trust: the authority's or the server's.")
    private @Nullable String fingerprint;

    @Option(
            names = "--client-certificate",
            paramLabel = "FILE",
            description = "Certificate to show to the cluster: a PEM file, with --client-key; or a PKCS #12 file.")
    private @Nullable String clientCertificate;

    @Option(
            names = "--client-key",
            paramLabel = "PEM",
            description = "Private key of that certificate, in PKCS #8 without a password.")
    private @Nullable String clientKey;

    @Option(
            names = "--client-key-password",
            paramLabel = "REF",
            description = "Password of the PKCS #12 file, " + ScheduleArguments.REFERENCE)
    private @Nullable String clientKeyPassword;

    @Option(
            names = "--header",
            paramLabel = "NAME=VALUE",
            description = "Header of every request to the cluster, its secrets as '$${env:NAME}'. Repeatable.")
    private Map<String, String> headers = Map.of();

    @Option(names = "--proxy", paramLabel = "URL", description = "HTTP proxy for the requests to the cluster.")
    private @Nullable String proxy;

    @Option(
            names = "--aws-region",
            paramLabel = "REGION",
            description = "Sign requests for a cluster that Amazon hosts in this region, with the credentials of the"
                    + " process.")
    private @Nullable String awsRegion;

    @Option(
            names = "--aws-service",
            paramLabel = "SERVICE",
            description = "es for OpenSearch Service (default), aoss for OpenSearch Serverless.")
    private @Nullable String awsService;

    /** Whether a cluster is set. */
    boolean hasCluster() {
        return elasticsearch != null || opensearch != null || cloudId != null;
    }

    /** The index to read, or null if it is not set. */
    @Nullable
    String index() {
        return index;
    }

    /** Writes the options that are set to the section of a schedule. */
    void fill(ObjectNode source) {
        ScheduleArguments.put(source, "elasticsearch", elasticsearch);
        ScheduleArguments.put(source, "opensearch", opensearch);
        ScheduleArguments.put(source, "cloud-id", cloudId);
        ScheduleArguments.put(source, "api-key", apiKey);
        ScheduleArguments.put(source, "username", username);
        ScheduleArguments.put(source, "password", password);
        ScheduleArguments.put(source, "bearer-token", bearerToken);
        ScheduleArguments.put(source, "preference", preference);
        ScheduleArguments.put(source, "routing", routing);
        ScheduleArguments.put(source, "not-utf8", notUtf8);
        ScheduleArguments.put(source, "vectors", vectors);
        ScheduleArguments.put(source, "ca-file", caFile);
        ScheduleArguments.put(source, "fingerprint", fingerprint);
        ScheduleArguments.put(source, "client-certificate", clientCertificate);
        ScheduleArguments.put(source, "client-key", clientKey);
        ScheduleArguments.put(source, "client-key-password", clientKeyPassword);
        ScheduleArguments.put(source, "proxy", proxy);
        ScheduleArguments.put(source, "index", index);
        if (!headers.isEmpty()) {
            ObjectNode all = source.putObject("headers");
            headers.forEach(all::put);
        }
        if (awsRegion != null) {
            ObjectNode aws = source.putObject("aws");
            aws.put("region", awsRegion);
            ScheduleArguments.put(aws, "service", awsService);
        } else if (awsService != null) {
            throw new ParameterException(
                    spec.commandLine(), "--aws-service has no effect without --aws-region: " + awsService);
        }
        if (query != null) {
            source.set("query", query(query));
        }
        if (slices != null) {
            source.put("slices", slices);
        }
        ObjectNode politeness = source.putObject("politeness");
        if (lanes != null) {
            politeness.put("lanes", lanes);
        }
        if (maxShare != null) {
            politeness.put("max-share", maxShare);
        }
    }

    private JsonNode query(String text) {
        try {
            JsonNode node = JSON.readTree(text);
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
