package io.spillway.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.support.FaultProxy.Answer;
import io.spillway.support.FaultProxy.Disturbance;
import io.spillway.support.FaultProxy.Exchange;
import io.spillway.support.FaultProxy.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Exchanger;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Disturbs the searches of one export at random: whether and how depends on the seed and on the request's number. Some
 * faults are visible to a client in one answer; with others each answer alone looks right. Belongs to one proxy and one
 * export; safe for use by many threads.
 */
public final class FaultStorm implements Disturbance {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern PIT = Pattern.compile("\"pit\":\\{\"id\":\"([^\"]*)\"");
    private static final Pattern SLICE = Pattern.compile("\"slice\":\\{\"id\":(\\d+),\"max\":(\\d+)\\}");
    private static final Pattern SECOND_SORT_VALUE = Pattern.compile("(\"search_after\":\\[\\d+),\\d+\\]");
    private static final int KEPT_ANSWERS = 40;

    private final long seed;
    private final double rate;
    private final List<Fault> faults;
    private final Other other;
    private final List<String> older = new ArrayList<>();
    private final Exchanger<Answer> partners = new Exchanger<>();
    private final Map<Fault, AtomicInteger> struck = new EnumMap<>(Fault.class);

    /**
     * Searches whose answers do not belong to the export.
     *
     * @param sameIndex  the id of a point in time on an older state of the same index
     * @param otherIndex the id of a point in time on another index
     */
    public record Other(String sameIndex, String otherIndex) {}

    /**
     * A storm that has not started.
     *
     * @param rate   the share of disturbed requests, 0 to 1
     * @param faults the ways to disturb them
     */
    public FaultStorm(long seed, double rate, List<Fault> faults, Other other) {
        this.seed = seed;
        this.rate = rate;
        this.faults = List.copyOf(faults);
        this.other = other;
        for (Fault fault : Fault.values()) {
            struck.put(fault, new AtomicInteger());
        }
    }

    /** Faults that have happened so far, each with its number. */
    public Map<Fault, AtomicInteger> struck() {
        return struck;
    }

    @Override
    public void carryOut(Exchange exchange) throws IOException, InterruptedException {
        SplittableRandom random = new SplittableRandom(
                seed * 1_000_003 + exchange.kind().name().hashCode() * 100_003L + exchange.number());
        if (random.nextDouble() >= rate) {
            exchange.reply(remember(exchange, exchange.forward()));
            return;
        }
        Fault fault = faults.get(random.nextInt(faults.size()));
        struck.get(fault).incrementAndGet();
        fault.strike.on(this, exchange, random);
    }

    /** The kinds of fault. */
    public enum Fault {
        REQUEST_DROPPED((storm, exchange, random) -> exchange.drop()),
        ANSWER_DROPPED((storm, exchange, random) -> FaultProxy.dropAnswer().carryOut(exchange)),
        CUT((storm, exchange, random) -> FaultProxy.cut().carryOut(exchange)),
        CUT_IN_CHUNKS((storm, exchange, random) -> FaultProxy.cutInChunks().carryOut(exchange)),
        CUT_AND_FRAMED((storm, exchange, random) -> {
            Answer answer = exchange.forward();
            exchange.reply(answer.withBody(
                    answer.body().substring(0, random.nextInt(answer.body().length()))));
        }),
        IN_CHUNKS((storm, exchange, random) -> FaultProxy.inChunks().carryOut(exchange)),
        LATE((storm, exchange, random) ->
                FaultProxy.late(Duration.ofMillis(random.nextInt(40))).carryOut(exchange)),
        REJECTED((storm, exchange, random) -> exchange.reply(FaultProxy.REJECTED)),
        NO_SHARD((storm, exchange, random) -> exchange.reply(FaultProxy.NO_SHARD)),
        BAD_GATEWAY((storm, exchange, random) -> exchange.reply(FaultProxy.page(502))),
        LOGIN_PAGE((storm, exchange, random) ->
                FaultProxy.afterwards(FaultProxy.page(200)).carryOut(exchange)),
        ERROR_WITH_STATUS_200(
                (storm, exchange, random) -> exchange.reply(Answer.json(200, FaultProxy.NO_SHARD.body()))),
        NOT_GZIP((storm, exchange, random) -> exchange.reply(exchange.forward().withHeader("Content-Encoding: gzip"))),
        POINT_IN_TIME_LOST((storm, exchange, random) -> {
            // Three in one export would end it, whatever else happens.
            exchange.reply(random.nextInt(4) == 0 ? FaultProxy.CONTEXT_MISSING : exchange.forward());
        }),
        SHARD_FAILED(Fault.changed((answer, hits, random) -> {
            ((ObjectNode) answer.get("_shards")).put("failed", 1).put("successful", 0);
            cutOff(hits, random);
        })),
        SHARD_MISSING(Fault.changed((answer, hits, random) -> {
            ((ObjectNode) answer.get("_shards"))
                    .put("total", answer.at("/_shards/total").asInt() + 1);
            cutOff(hits, random);
        })),
        NO_SHARDS_MEMBER(Fault.changed((answer, hits, random) -> answer.remove("_shards"))),
        TIMED_OUT(Fault.changed((answer, hits, random) -> {
            answer.put("timed_out", true);
            cutOff(hits, random);
        })),
        TERMINATED_EARLY(Fault.changed((answer, hits, random) -> {
            answer.put("terminated_early", true);
            cutOff(hits, random);
        })),
        NO_LIST_OF_HITS(Fault.changed((answer, hits, random) -> ((ObjectNode) answer.get("hits")).remove("hits"))),
        NO_HITS(Fault.changed((answer, hits, random) -> hits.removeAll())),
        FEWER_HITS(Fault.changed((answer, hits, random) -> cutOff(hits, random))),
        NULL_HIT(Fault.changedHits((answer, hits, random) -> hits.set(random.nextInt(hits.size()), JSON.nullNode()))),
        MISSING_HIT(Fault.changedHits((answer, hits, random) -> hits.remove(random.nextInt(hits.size())))),
        MISSING_FIRST_HIT(Fault.changedHits((answer, hits, random) -> hits.remove(0))),
        MISSING_LAST_HIT(Fault.changedHits((answer, hits, random) -> hits.remove(hits.size() - 1))),
        DOUBLED_HIT(Fault.changedHits((answer, hits, random) -> {
            int at = random.nextInt(hits.size());
            hits.insert(at, hits.get(at));
        })),
        HIT_FAR_FROM_ITS_COPY(Fault.changedHits((answer, hits, random) ->
                hits.insert(random.nextInt(hits.size()), hits.get(random.nextInt(hits.size()))))),
        HIT_IN_THE_PLACE_OF_ANOTHER(Fault.changedHits((answer, hits, random) ->
                hits.set(random.nextInt(hits.size()), hits.get(random.nextInt(hits.size()))))),
        DOUBLED_HIT_WITH_THE_NEXT_NUMBER(Fault.changedHits((answer, hits, random) -> {
            ObjectNode copy = hits.get(hits.size() - 1).deepCopy();
            renumber(copy, 1);
            hits.add(copy);
        })),
        ALL_HITS_TWICE(Fault.changedHits((answer, hits, random) -> hits.addAll(hits.deepCopy()))),
        HITS_SWAPPED(Fault.changedHits((answer, hits, random) -> {
            int at = random.nextInt(hits.size());
            int with = random.nextInt(hits.size());
            var hit = hits.get(at);
            hits.set(at, hits.get(with));
            hits.set(with, hit);
        })),
        SORT_VALUES_RAISED(Fault.changedHits(
                (answer, hits, random) -> renumber(hits.get(random.nextInt(hits.size())), 1 + random.nextInt(20)))),
        SORT_VALUES_LOWERED(Fault.changedHits(
                (answer, hits, random) -> renumber(hits.get(random.nextInt(hits.size())), -1 - random.nextInt(20)))),
        LAST_SORT_VALUES_RAISED(Fault.changedHits(
                (answer, hits, random) -> renumber(hits.get(hits.size() - 1), 1 + random.nextInt(20)))),
        LAST_SORT_VALUES_LOWERED(Fault.changedHits(
                (answer, hits, random) -> renumber(hits.get(hits.size() - 1), -1 - random.nextInt(3)))),
        SHARD_NUMBER_CHANGED(Fault.changedHits((answer, hits, random) -> {
            ArrayNode sort = (ArrayNode) hits.get(random.nextInt(hits.size())).get("sort");
            sort.set(1, sort.numberNode(sort.get(1).asLong() + (1L << 32) * (1 + random.nextInt(3))));
        })),
        NO_TIEBREAK(Fault.changedHits(
                (answer, hits, random) -> hits.forEach(hit -> ((ArrayNode) hit.get("sort")).remove(1)))),
        NO_SORT_VALUES(
                Fault.changedHits((answer, hits, random) -> hits.forEach(hit -> ((ObjectNode) hit).remove("sort")))),
        NO_SOURCE(Fault.changedHits(
                (answer, hits, random) -> ((ObjectNode) hits.get(random.nextInt(hits.size()))).putNull("_source"))),
        OTHER_INDEX_NAMED(Fault.changedHits(
                (answer, hits, random) -> ((ObjectNode) hits.get(random.nextInt(hits.size()))).put("_index", "other"))),
        TOTAL_CHANGED(Fault.changed((answer, hits, random) -> {
            if (answer.at("/hits/total") instanceof ObjectNode total) {
                total.put("value", total.get("value").asLong() - 3 + random.nextInt(7));
            }
        })),
        OTHER_POINT_IN_TIME_NAMED((storm, exchange, random) -> {
            Answer answer = exchange.forward();
            String id = random.nextBoolean() ? storm.other.sameIndex() : storm.other.otherIndex();
            exchange.reply(
                    answer.withBody(answer.body().replaceFirst("\"pit_id\":\"[^\"]*\"", "\"pit_id\":\"" + id + "\"")));
        }),
        PAGE_OF_AN_OLDER_POINT_IN_TIME((storm, exchange, random) ->
                exchange.reply(exchange.forward(withPit(exchange, storm.other.sameIndex())))),
        PAGE_OF_ANOTHER_INDEX((storm, exchange, random) -> {
            Answer answer = exchange.forward(withPit(exchange, storm.other.otherIndex()));
            exchange.reply(answer.withBody(answer.body().replace(storm.other.otherIndex(), pit(exchange))));
        }),
        PAGE_OF_ANOTHER_SLICE((storm, exchange, random) -> {
            Matcher slice = SLICE.matcher(exchange.body());
            exchange.reply(exchange.forward(slice.replaceFirst(
                    m -> "\"slice\":{\"id\":" + (Integer.parseInt(m.group(1)) + 1) % Integer.parseInt(m.group(2))
                            + ",\"max\":" + m.group(2) + "}")));
        }),
        PAGE_OF_NO_SLICE((storm, exchange, random) ->
                exchange.reply(exchange.forward(exchange.body().replaceFirst(SLICE.pattern() + ",?", "")))),
        SEARCH_AFTER_SHORTENED((storm, exchange, random) -> exchange.reply(
                exchange.forward(SECOND_SORT_VALUE.matcher(exchange.body()).replaceFirst("$1]")))),
        FIRST_PAGE_AGAIN(
                (storm, exchange, random) -> FaultProxy.firstPageAgain().carryOut(exchange)),
        SHORTER((storm, exchange, random) -> FaultProxy.shorter().carryOut(exchange)),
        OLDER_ANSWER((storm, exchange, random) -> {
            Answer answer = exchange.forward();
            String body = storm.older(random);
            exchange.reply(body == null ? answer : answer.withBody(body));
        }),
        ANSWERS_EXCHANGED((storm, exchange, random) -> {
            Answer answer = exchange.forward();
            try {
                exchange.reply(storm.partners.exchange(answer, 20, TimeUnit.MILLISECONDS));
            } catch (TimeoutException alone) {
                exchange.reply(answer);
            }
        }),
        ANSWERED_TWICE((storm, exchange, random) -> {
            Answer answer = exchange.forward();
            exchange.reply(answer);
            exchange.reply(answer);
        });

        @SuppressWarnings("ImmutableEnumChecker") // each is a stateless lambda
        private final Strike strike;

        Fault(Strike strike) {
            this.strike = strike;
        }

        /** Changes a good answer. */
        private static Strike changed(Change change) {
            return (storm, exchange, random) -> {
                Answer answer = exchange.forward();
                ObjectNode body = answer.status() == 200 ? (ObjectNode) JSON.readTree(latin1(answer.body())) : null;
                if (body != null && body.at("/hits/hits") instanceof ArrayNode hits) {
                    change.apply(body, hits, random);
                    exchange.reply(answer.withBody(text(JSON.writeValueAsBytes(body))));
                } else {
                    exchange.reply(answer);
                }
            };
        }

        /** Changes a good answer that has hits; every other one passes unchanged. */
        private static Strike changedHits(Change change) {
            return changed((answer, hits, random) -> {
                if (!hits.isEmpty()) {
                    change.apply(answer, hits, random);
                }
            });
        }
    }

    private Answer remember(Exchange exchange, Answer answer) {
        if (exchange.kind() == Kind.PAGE && answer.status() == 200) {
            synchronized (older) {
                if (older.size() < KEPT_ANSWERS) {
                    older.add(answer.body());
                }
            }
        }
        return answer;
    }

    private String older(SplittableRandom random) {
        synchronized (older) {
            return older.isEmpty() ? null : older.get(random.nextInt(older.size()));
        }
    }

    private static String pit(Exchange exchange) {
        Matcher pit = PIT.matcher(exchange.body());
        if (!pit.find()) {
            throw new IllegalArgumentException("a search without a point in time");
        }
        return pit.group(1);
    }

    private static String withPit(Exchange exchange, String id) {
        return exchange.body().replace(pit(exchange), id);
    }

    private static void cutOff(ArrayNode hits, SplittableRandom random) {
        int keep = random.nextInt(Math.max(1, hits.size()));
        while (hits.size() > keep) {
            hits.remove(hits.size() - 1);
        }
    }

    /** Moves a hit to another number in its shard, in both sort values. */
    private static void renumber(JsonNode hit, int by) {
        ArrayNode sort = (ArrayNode) hit.get("sort");
        for (int i = 0; i < sort.size(); i++) {
            sort.set(i, sort.numberNode(sort.get(i).asLong() + by));
        }
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(byte[] latin1) {
        return new String(latin1, StandardCharsets.ISO_8859_1);
    }

    /** Carries out a fault. */
    @FunctionalInterface
    private interface Strike {
        void on(FaultStorm storm, Exchange exchange, SplittableRandom random) throws IOException, InterruptedException;
    }

    /** Changes an answer. */
    @FunctionalInterface
    private interface Change {
        void apply(ObjectNode answer, ArrayNode hits, SplittableRandom random);
    }
}
