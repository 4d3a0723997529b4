package io.spillway.source.elasticsearch;

import io.spillway.source.Document;
import io.spillway.source.Document.Range;

/**
 * The sort values of a hit of a search on a point in time that is sorted by {@code _doc}: {@code [_doc, _shard_doc]}.
 * {@code _doc} is Lucene's number of the document in its shard. {@code _shard_doc}, which Elasticsearch adds as a
 * tiebreak, has the shard's number in its upper 32 bits and the same document number in its lower ones: it is a
 * {@linkplain Document#place() place}. Nested and deleted documents have numbers too, so numbers have gaps. A server that
 * does not add the tiebreak returns {@code [_doc]}, which is sufficient if only one shard is searched.
 */
final class SortValues {
    private SortValues() {}

    /**
     * The form of sort values.
     *
     * @param shard number of the only shard of the hits if their sort values are {@code [_doc]}; -1 if they are
     *              {@code [_doc, _shard_doc]}
     */
    record Form(int shard) {
        /** {@code [_doc, _shard_doc]}. */
        static final Form NAMING_THE_SHARD = new Form(-1);

        /** The place in these sort values, or {@link Document#NO_PLACE} if they have another form. */
        long place(byte[] bytes, Range sort) {
            return shard < 0 ? SortValues.place(bytes, sort) : SortValues.placeIn(shard, bytes, sort);
        }
    }

    private static long placeIn(int shard, byte[] bytes, Range sort) {
        int at = sort.start();
        if (at >= sort.end() || bytes[at] != '[') {
            return Document.NO_PLACE;
        }
        at = blanks(bytes, at + 1, sort.end());
        int end = digits(bytes, at, sort.end());
        long doc = number(bytes, at, end);
        at = blanks(bytes, end, sort.end());
        boolean whole = at == sort.end() - 1 && bytes[at] == ']';
        return whole && doc >= 0 && doc <= Integer.MAX_VALUE ? ((long) shard << 32) | doc : Document.NO_PLACE;
    }

    /** The place in these sort values, or {@link Document#NO_PLACE} if they have another form. */
    static long place(byte[] bytes, Range sort) {
        int at = sort.start();
        if (at >= sort.end() || bytes[at] != '[') {
            return Document.NO_PLACE;
        }
        at = blanks(bytes, at + 1, sort.end());
        int end = digits(bytes, at, sort.end());
        long doc = number(bytes, at, end);
        at = blanks(bytes, end, sort.end());
        if (doc < 0 || at >= sort.end() || bytes[at] != ',') {
            return Document.NO_PLACE;
        }
        at = blanks(bytes, at + 1, sort.end());
        end = digits(bytes, at, sort.end());
        long place = number(bytes, at, end);
        at = blanks(bytes, end, sort.end());
        boolean whole = at == sort.end() - 1 && bytes[at] == ']';
        return whole && place >= 0 && Document.numberOf(place) == doc ? place : Document.NO_PLACE;
    }

    /** Whether the first place comes after the second one in the order of {@code [_doc, _shard_doc]}. */
    static boolean isAfter(long place, long other) {
        return Long.compare(order(place), order(other)) > 0;
    }

    /** The sort values of this place. */
    static String of(long place) {
        return "[" + Document.numberOf(place) + "," + place + "]";
    }

    private static long order(long place) {
        return ((long) Document.numberOf(place) << 32) | Document.shardOf(place);
    }

    private static int blanks(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
            at++;
        }
        return at;
    }

    private static int digits(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
            at++;
        }
        return at;
    }

    /** The digits in {@code [from, end)} as a number, or -1 if there is none or it exceeds 2^63 - 1. */
    private static long number(byte[] bytes, int from, int end) {
        if (from == end) {
            return -1;
        }
        long number = 0;
        for (int at = from; at < end; at++) {
            int digit = bytes[at] - '0';
            if (number > (Long.MAX_VALUE - digit) / 10) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }
}
