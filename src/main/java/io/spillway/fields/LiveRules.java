package io.spillway.fields;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one kind that may still name the path so far, or a path below it. A further name leaves only the rules that
 * continue with it, and these are found by that name: where each field has a rule of its own, a field costs one look-up for
 * each of its names, not one for each rule. Immutable; thread-safe.
 */
final class LiveRules {
    private final List<FieldPattern> rules;
    private final boolean exactly;
    /** Indices in {@link #rules}, ascending. */
    private final int[] numbers;
    /** The positions in each of these rules, never 0. */
    private final long[] positions;
    /** Made at the first step; each thread may make its own, and all are equal. */
    private @Nullable Next next;

    /**
     * Which of the live rules a further name can match, as indices in {@link #numbers}.
     *
     * @param named by the composed form of the name that they continue with
     * @param open  those that continue with a star
     */
    private record Next(Map<String, List<Integer>> named, List<Integer> open) {}

    private LiveRules(List<FieldPattern> rules, boolean exactly, int[] numbers, long[] positions) {
        this.rules = rules;
        this.exactly = exactly;
        this.numbers = numbers;
        this.positions = positions;
    }

    /**
     * All rules, before the first name.
     *
     * @param exactly whether names match only in the rule's own encoding of letters with accents
     */
    static LiveRules start(List<FieldPattern> rules, boolean exactly) {
        return new LiveRules(
                rules,
                exactly,
                IntStream.range(0, rules.size()).toArray(),
                rules.stream().mapToLong(FieldPattern::start).toArray());
    }

    /** Those that remain after another name. */
    LiveRules step(String name) {
        if (numbers.length == 0) {
            return this;
        }
        int[] visited = candidates(name);
        int[] left = new int[visited.length];
        long[] at = new long[visited.length];
        int count = 0;
        for (int candidate : visited) {
            FieldPattern rule = rules.get(numbers[candidate]);
            long before = positions[candidate];
            long after = exactly ? rule.stepExactly(before, name) : rule.step(before, name);
            if (after != 0) {
                left[count] = numbers[candidate];
                at[count] = after;
                count++;
            }
        }
        return new LiveRules(rules, exactly, Arrays.copyOf(left, count), Arrays.copyOf(at, count));
    }

    /** Indices in {@link #numbers} of the rules that a step with this name looks at, ascending. */
    int[] candidates(String name) {
        Next known = next;
        if (known == null) {
            known = index();
            next = known;
        }
        List<Integer> named = known.named().getOrDefault(FieldPattern.composed(name), List.of());
        return IntStream.concat(
                        named.stream().mapToInt(Integer::intValue),
                        known.open().stream().mapToInt(Integer::intValue))
                .sorted()
                .toArray();
    }

    private Next index() {
        Map<String, List<Integer>> named = new HashMap<>();
        List<Integer> open = new ArrayList<>();
        for (int i = 0; i < numbers.length; i++) {
            Set<String> names = rules.get(numbers[i]).nextNames(positions[i]);
            if (names == null) {
                open.add(i);
            } else {
                for (String each : names) {
                    named.computeIfAbsent(each, n -> new ArrayList<>()).add(i);
                }
            }
        }
        return new Next(named, open);
    }

    /** Number of rules that may still name something. */
    int size() {
        return numbers.length;
    }

    /** The index of the first rule that names the path so far, or -1. */
    int naming() {
        for (int i = 0; i < numbers.length; i++) {
            if (rules.get(numbers[i]).names(positions[i])) {
                return numbers[i];
            }
        }
        return -1;
    }

    /** Whether a test of a rule and its positions is true of any of them. */
    boolean any(BiPredicate<FieldPattern, Long> test) {
        return IntStream.range(0, numbers.length).anyMatch(i -> test.test(rules.get(numbers[i]), positions[i]));
    }
}
