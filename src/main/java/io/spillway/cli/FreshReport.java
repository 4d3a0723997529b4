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
 * The output of {@code spillway fresh}. Its first line follows the Nagios plug-in format: a state, a sentence, and
 * after a bar each dataset's age in seconds with its limit.
 */
final class FreshReport {
    /** Limits the output; the first findings are enough to start with. */
    private static final int MOST_SHOWN = 20;

    private final List<Freshness> datasets;
    private final @Nullable Duration maxAge;
    private final List<Finding> findings = new ArrayList<>();

    /**
     * Creates a report.
     *
     * @param missing findings that belong to no dataset
     */
    FreshReport(List<Freshness> datasets, List<Finding> missing, @Nullable Duration maxAge) {
        this.datasets = datasets;
        this.maxAge = maxAge;
        findings.addAll(missing);
        datasets.forEach(each -> findings.addAll(each.findings()));
        findings.sort(Finding.worstFirst());
    }

    /** Text for people when not even the links could be read. */
    static String unreached(SpillwayException e) {
        return "FRESH %s - %s%n".formatted(e.fault(), Printable.line(String.valueOf(e.getMessage())));
    }

    /** Text for people; ends with a line end. */
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

    /** One object per line for each dataset. The failure is printed as for every command. */
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

    /** The most severe finding as the command's failure, or empty if there is none. */
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
            case STALE -> "check status.json or the daemon for the outcome of the last attempts";
            case INTEGRITY ->
                "run  spillway verify  to find what is damaged, then publish a new dump, or run  spillway catalog";
            case DESTINATION_REFUSED -> "readers are refused: check the permissions of the files";
            default -> "check that the server is up and the URL is correct";
        };
    }
}
