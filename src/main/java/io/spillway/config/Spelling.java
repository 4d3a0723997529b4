package io.spillway.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Suggests a known name for a misspelled one. */
public final class Spelling {
    /** Typos allowed in a short name; more would make it another word. */
    private static final int SLIPS = 2;

    /** In longer names, one typo per this many letters. */
    private static final int LETTERS_PER_SLIP = 3;

    private Spelling() {}

    /** The known name with the smallest edit distance, if it is small; case and underscores are ignored. */
    public static Optional<String> nearest(String unknown, Collection<String> known) {
        String written = plain(unknown);
        int limit = Math.max(SLIPS, written.length() / LETTERS_PER_SLIP);
        return known.stream()
                .filter(name -> distance(written, plain(name)) <= Math.min(limit, name.length() - 1))
                .min(Comparator.comparingInt(name -> distance(written, plain(name))));
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Levenshtein distance: insertions, deletions and replacements. */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int column = 0; column <= other.length(); column++) {
            row[column] = column;
        }
        for (int line = 1; line <= one.length(); line++) {
            int diagonal = row[0];
            row[0] = line;
            for (int column = 1; column <= other.length(); column++) {
                int replaced = diagonal + (one.charAt(line - 1) == other.charAt(column - 1) ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.min(replaced, Math.min(row[column], row[column - 1]) + 1);
            }
        }
        return row[other.length()];
    }
}
