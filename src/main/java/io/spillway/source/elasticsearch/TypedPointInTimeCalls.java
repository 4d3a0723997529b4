package io.spillway.source.elasticsearch;

import co.elastic.clients.elasticsearch.cluster.GetClusterSettingsResponse;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Copies;
import io.spillway.source.elasticsearch.TypedClient.Question;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Requests of Elasticsearch's typed client, for the versions of Elasticsearch whose responses it accepts. */
final class TypedPointInTimeCalls implements PointInTimeCalls {
    private final TypedClient client;
    private final Dialect dialect;

    TypedPointInTimeCalls(TypedClient client, Dialect dialect) {
        this.client = client;
        this.dialect = dialect;
    }

    @Override
    public Opened open(List<String> indices, Duration keepAlive, Copies copies, @Nullable Integer shard)
            throws IOException, InterruptedException {
        String path = "/" + IndexFacts.encode(String.join(",", indices))
                + dialect.product().path();
        return client.ask(new Question<>(
                "POST",
                path,
                typed -> typed.openPointInTime(request -> request.index(indices)
                        .keepAlive(time -> time.time(PointInTime.text(keepAlive)))
                        .preference(copies.preference(shard))
                        .routing(copies.routing())
                        .allowPartialSearchResults(false)),
                opened -> new Opened(
                        opened.id(),
                        opened.shards().total().intValue(),
                        opened.shards().failed().intValue()),
                json -> Opened.of(json, dialect)));
    }

    @Override
    public void close(List<String> ids, Duration limit) throws IOException, InterruptedException {
        for (String id : ids) {
            try {
                client.ask(
                        new Question<>(
                                "DELETE",
                                dialect.product().path(),
                                typed -> typed.closePointInTime(request -> request.id(id)),
                                closed -> true,
                                json -> true),
                        limit);
            } catch (Connection.ServerErrorException e) {
                if (e.error().status() != 404) {
                    throw e;
                }
            }
        }
    }

    @Override
    public @Nullable Duration maxKeepAlive() throws IOException, InterruptedException {
        return client.ask(new Question<>(
                        "GET",
                        "/_cluster/settings",
                        typed -> typed.cluster()
                                .getSettings(
                                        request -> request.includeDefaults(true).flatSettings(true)),
                        this::maxKeepAlive,
                        json -> Optional.ofNullable(dialect.maxKeepAlive(json))))
                .orElse(null);
    }

    private Optional<Duration> maxKeepAlive(GetClusterSettingsResponse settings) {
        return Stream.of(settings.transient_(), settings.persistent(), settings.defaults())
                .map(layer -> layer.get(dialect.product().keepAliveLimit()))
                .flatMap(Stream::ofNullable)
                .findFirst()
                .map(value -> TimeValue.parse(value.to(String.class)));
    }
}
