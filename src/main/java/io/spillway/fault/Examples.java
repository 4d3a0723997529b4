package io.spillway.fault;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Summarizes many items of one kind as a few examples and a count. */
public final class Examples {
    /** Number of examples. */
    private static final int MOST = 3;

    private Examples() {}

    /** {@code a, b, c and 1,197 more}; all of them if there are few. */
    public static String of(List<String> names) {
        String first = String.join(", ", names.subList(0, Math.min(MOST, names.size())));
        return names.size() <= MOST ? first : String.format(Locale.ROOT, "%s and %,d more", first, names.size() - MOST);
    }

    /**
     * Groups names by the kind of their reasons, in the order in which the kinds first occur. Reasons are of one kind
     * if they differ only in the name they contain and in digits.
     *
     * @param reasons by name
     * @return for each kind its names, and the reason of the first of them
     */
    public static List<Group> byKind(Map<String, String> reasons) {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        reasons.forEach((name, reason) -> groups.computeIfAbsent(kind(name, reason), kind -> new ArrayList<>())
                .add(name));
        return groups.values().stream()
                .map(names -> new Group(names, reasons.getOrDefault(names.get(0), "")))
                .toList();
    }

    private static String kind(String name, String reason) {
        return reason.replace(name, "").replaceAll("[0-9]+", "#");
    }

    /**
     * Names with reasons of one kind.
     *
     * @param names at least one
     * @param first the reason of the first name
     */
    public record Group(List<String> names, String first) {
        /** Takes a copy. */
        public Group {
            names = List.copyOf(names);
        }
    }
}
