package io.spillway.run;

import io.spillway.destination.s3.S3Objects;
import io.spillway.fault.SpillwayException;
import io.spillway.schedule.RepositoryBucketSection;
import io.spillway.schedule.RepositorySection;
import io.spillway.schedule.ScheduleFile;
import io.spillway.schedule.SourceSection;
import io.spillway.source.DocumentSource;
import io.spillway.source.aws.AwsSigner;
import io.spillway.source.elasticsearch.ElasticsearchOptions;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Credentials;
import io.spillway.source.elasticsearch.ElasticsearchSource;
import io.spillway.source.elasticsearch.StoredIndices;
import io.spillway.source.repository.IndexInspector;
import io.spillway.source.repository.RepositoryOptions;
import io.spillway.source.repository.RepositorySource;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Opens the source that a schedule names. */
public final class Sources {
    private Sources() {}

    /**
     * Opens the source of a schedule; the caller closes it.
     *
     * @throws SpillwayException the credentials or certificates cannot be read
     */
    public static DocumentSource open(ScheduleFile schedule) throws SpillwayException {
        return open(schedule, null);
    }

    /**
     * The same for an export whose slices run in other processes.
     *
     * @param lanes the number of slices that are useful at once, or null for the schedule's number of lanes
     */
    static DocumentSource open(ScheduleFile schedule, @Nullable Integer lanes) throws SpillwayException {
        SourceSection source = schedule.source();
        Integer wanted = lanes == null ? source.politeness().lanes() : lanes;
        RepositorySection repository = source.snapshotRepository();
        if (repository != null) {
            return open(repository, options(source, wanted));
        }
        var paging = new ElasticsearchOptions.Paging(
                source.slices(),
                wanted,
                source.pageBytes().bytes(),
                source.requestTimeout(),
                source.politeness().maxShare(),
                source.notUtf8() == SourceSection.NotUtf8.REPLACE
                        ? ElasticsearchOptions.NotUtf8.REPLACE
                        : ElasticsearchOptions.NotUtf8.STOP,
                ElasticsearchOptions.Patience.DEFAULT);
        return ElasticsearchSource.open(new ElasticsearchOptions(
                source.url(),
                credentials(source),
                new ElasticsearchOptions.Trust(source.caFile(), source.fingerprint()),
                source.index(),
                source.query() == null ? null : source.query().toString(),
                new ElasticsearchOptions.Copies(source.preference(), source.routing()),
                source.vectors() == SourceSection.Vectors.REBUILT
                        ? ElasticsearchOptions.Vectors.REBUILT
                        : ElasticsearchOptions.Vectors.STOP,
                paging,
                new ElasticsearchOptions.Route(
                        source.clientCertificate() == null
                                ? null
                                : new ElasticsearchOptions.ClientCertificate(
                                        source.clientCertificate(), source.clientKey(), source.clientKeyPassword()),
                        source.headers(),
                        source.proxy())));
    }

    private static RepositorySource open(RepositorySection repository, RepositoryOptions options)
            throws SpillwayException {
        RepositoryBucketSection bucket = repository.s3();
        if (bucket == null) {
            Path directory = Objects.requireNonNull(repository.directory(), "a repository without a place");
            return RepositorySource.open(directory, options, Sources::inspect);
        }
        return RepositorySource.open(
                new BucketStore(S3Objects.open(Destinations.options(bucket))), options, Sources::inspect);
    }

    private static RepositoryOptions options(SourceSection source, @Nullable Integer lanes) {
        return new RepositoryOptions(
                source.snapshot() == null ? RepositoryOptions.LATEST : source.snapshot(),
                source.maxAge(),
                source.index(),
                new RepositoryOptions.Reading(
                        source.slices(),
                        lanes,
                        Math.toIntExact(source.pageBytes().bytes()),
                        source.notUtf8() == SourceSection.NotUtf8.REPLACE));
    }

    /** Mappings and settings in a repository mean what they mean on a server. */
    private static IndexInspector.Found inspect(boolean openSearch, List<IndexInspector.Index> indices)
            throws SpillwayException {
        StoredIndices stored = new StoredIndices(openSearch);
        for (IndexInspector.Index index : indices) {
            stored.add(index.name(), index.mapping(), index.settings());
        }
        return new IndexInspector.Found(stored.fields(), stored.mayHoldUnmapped());
    }

    private static Credentials credentials(SourceSection source) throws SpillwayException {
        if (source.apiKey() != null) {
            return new ElasticsearchOptions.ApiKey(source.apiKey());
        } else if (source.bearerToken() != null) {
            return new ElasticsearchOptions.Bearer(source.bearerToken());
        } else if (source.username() != null && source.password() != null) {
            return new ElasticsearchOptions.Basic(source.username(), source.password());
        } else if (source.aws() != null) {
            return new ElasticsearchOptions.Signed(
                    AwsSigner.open(source.aws().region(), source.aws().service().code()));
        }
        return new ElasticsearchOptions.Anonymous();
    }
}
