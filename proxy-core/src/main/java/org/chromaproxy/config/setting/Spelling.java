package org.chromaproxy.config.setting;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Which known name was probably meant. */
final class Spelling {
    private static final int SHORT = 8;

    private Spelling() {}

    /** The known name that differs by a letter or two, case and dashes aside. */
    static Optional<String> nearest(String name, Collection<String> known) {
        String plain = plain(name);
        int most = plain.length() < SHORT ? 1 : plain.length() < 2 * SHORT ? 2 : 3;
        return known.stream()
                .filter(word -> distance(plain, plain(word)) <= most)
                .min(Comparator.comparingInt(word -> distance(plain, plain(word))));
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace('-', '_');
    }

    /** Letters to insert, take out, replace or swap with their neighbour (optimal string alignment). */
    private static int distance(String from, String to) {
        int[][] steps = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                steps[i][j] = i == 0 || j == 0 ? i + j : least(from, to, steps, i, j);
            }
        }
        return steps[from.length()][to.length()];
    }

    private static int least(String from, String to, int[][] steps, int i, int j) {
        boolean same = from.charAt(i - 1) == to.charAt(j - 1);
        int least = Math.min(steps[i - 1][j - 1] + (same ? 0 : 1), Math.min(steps[i - 1][j], steps[i][j - 1]) + 1);
        boolean swapped =
                i > 1 && j > 1 && from.charAt(i - 1) == to.charAt(j - 2) && from.charAt(i - 2) == to.charAt(j - 1);
        return swapped ? Math.min(least, steps[i - 2][j - 2] + 1) : least;
    }
}
