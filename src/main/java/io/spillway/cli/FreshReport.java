package io.spillway.cli;

import io.spillway.fault.Fault;
import io.spillway.fault.Printable;
import io.spillway.fault.SpillwayException;
import io.spillway.fresh.Ages;
import io.spillway.fresh.Finding;
import io.spillway.fresh.Freshness;
import io.spillway.progress.Amounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What {@code spillway fresh} says. Its first line is the whole result in the manner of the plug-ins of Nagios: a state, a
 * sentence, and behind a bar each dataset's age in seconds with its limit.
 */
final class FreshReport {
    /** Whoever has so many has the first ones to look at. */
    private static final int MOST_SHOWN = 20;

    private final List<Freshness> datasets;
    private final @Nullable Duration maxAge;
    private final List<Finding> findings = new ArrayList<>();

    /**
     * A report.
     *
     * @param missing what was found of no dataset in particular
     */
    FreshReport(List<Freshness> datasets, List<Finding> missing, @Nullable Duration maxAge) {
        this.datasets = datasets;
        this.maxAge = maxAge;
        findings.addAll(missing);
        datasets.forEach(each -> findings.addAll(each.findings()));
        findings.sort(Finding.worstFirst());
    }

    /** For people, where not even the links could be had. */
    static String unreached(SpillwayException e) {
        return "FRESH %s - %s%n".formatted(e.fault(), Printable.line(String.valueOf(e.getMessage())));
    }

    /** For people; ends with a line end. */
    String text() {
        StringBuilder text = new StringBuilder();
        text.append("FRESH ").append(Printable.line(summary())).append(ages()).append('\n');
        for (Freshness each : datasets) {
            text.append(Printable.line(line(each))).append('\n');
            shown(text, "problem", each.findings().stream().map(Finding::what).toList());
            shown(text, "note", each.notes());
        }
        return text.toString();
    }

    private String summary() {
        if (!findings.isEmpty()) {
            String more = findings.size() == 1 ? "" : " (and " + (findings.size() - 1) + " more)";
            return findings.get(0).fault() + " - " + findings.get(0).what() + more;
        }
        int files = datasets.stream().mapToInt(Freshness::files).sum();
        long bytes = datasets.stream().mapToLong(Freshness::bytes).sum();
        String facts = "%s files, %s".formatted(Amounts.count(files), Amounts.bytes(bytes));
        Freshness oldest =
                datasets.stream().max(Comparator.comparing(Freshness::age)).orElseThrow();
        String age = Ages.text(oldest.age());
        return datasets.size() == 1
                ? "OK - %s is %s old, %s".formatted(oldest.dataset(), age, facts)
                : "OK - %d datasets, the oldest, %s, is %s old, %s"
                        .formatted(datasets.size(), oldest.dataset(), age, facts);
    }

    private String ages() {
        String limit = maxAge == null ? "" : String.valueOf(maxAge.toSeconds());
        return datasets.stream()
                .map(each -> " %s=%ds;;%s"
                        .formatted(each.dataset(), Math.max(0, each.age().toSeconds()), limit))
                .collect(Collectors.joining("", datasets.isEmpty() ? "" : " |", ""));
    }

    private static String line(Freshness each) {
        String due = each.nextDue() == null ? "" : ", next due " + each.nextDue();
        String read = each.read() == 0 ? "" : ", " + each.read() + " read whole";
        String mirrors = each.mirrors() == 0 ? "" : ", mirrors: " + each.mirrors();
        return "%s: %s old%s, %d files, %s%s%s"
                .formatted(
                        each.dump(),
                        Ages.text(each.age()),
                        due,
                        each.files(),
                        Amounts.bytes(each.bytes()),
                        read,
                        mirrors);
    }

    private static void shown(StringBuilder text, String what, List<String> lines) {
        lines.stream()
                .limit(MOST_SHOWN)
                .forEach(line -> text.append("  ")
                        .append(what)
                        .append(": ")
                        .append(Printable.line(line))
                        .append('\n'));
        if (lines.size() > MOST_SHOWN) {
            text.append("  and ").append(lines.size() - MOST_SHOWN).append(" more\n");
        }
    }

    /** One object a line for each dataset; the failure is told as every command's. */
    String json() {
        return datasets.stream().map(each -> JsonText.line(facts(each)) + "\n").collect(Collectors.joining());
    }

    private static Map<String, Object> facts(Freshness each) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("type", "fresh");
        facts.put("dataset", each.dataset());
        facts.put("dump", each.dump());
        facts.put("address", each.address());
        facts.put("taken_at", each.takenAt());
        facts.put("age_seconds", each.age().toSeconds());
        if (each.nextDue() != null) {
            facts.put("next_due", each.nextDue());
        }
        facts.put("files", each.files());
        facts.put("bytes", each.bytes());
        facts.put("read", each.read());
        facts.put("mirrors", each.mirrors());
        facts.put("ok", each.findings().isEmpty());
        facts.put("problems", each.findings());
        facts.put("notes", each.notes());
        return facts;
    }

    /** The gravest of what is wrong, as the command's end; empty where nothing is. */
    Optional<SpillwayException> failure() {
        if (findings.isEmpty()) {
            return Optional.empty();
        }
        Fault worst = findings.get(0).fault();
        String all = findings.stream().limit(MOST_SHOWN).map(Finding::what).collect(Collectors.joining("; "));
        String more = findings.size() <= MOST_SHOWN ? "" : "; and " + (findings.size() - MOST_SHOWN) + " more";
        return Optional.of(new SpillwayException(worst, all + more, hint(worst)));
    }

    private static String hint(Fault worst) {
        return switch (worst) {
            case STALE -> "look at status.json, or at the daemon, for how the last attempts ended";
            case INTEGRITY ->
                "find out with  spillway verify  what is damaged, then publish a new dump, or run"
                        + "  spillway catalog";
            case DESTINATION_REFUSED -> "readers are turned away: look at the rights of the files";
            default -> "is the server up, and the address right?";
        };
    }
}
