package org.chromaproxy.drill.fault;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One fault.
 *
 * @param atMillis after the load began
 * @param forMillis from the beginning of the injection to the beginning of the healing
 */
public record Episode(long atMillis, long forMillis, Fault fault, Target target) {
    private static final Pattern TEXT = Pattern.compile("(\\w+) of (\\w+) at (\\d+) for (\\d+) ms");

    public Episode {
        if (!fault.targets().contains(target)) {
            throw new IllegalArgumentException(fault + " does not happen to " + target);
        }
    }

    long endMillis() {
        return atMillis + forMillis;
    }

    boolean clashes(Episode other) {
        return target.excludes(other.target)
                && atMillis < other.endMillis() + Schedule.BREATH_MS
                && other.atMillis < endMillis() + Schedule.BREATH_MS;
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return fault + " of " + target + " at " + atMillis + " for " + forMillis + " ms";
    }

    /** @throws IllegalArgumentException when the text is no episode */
    static Episode parse(String text) {
        Matcher parts = TEXT.matcher(text.strip());
        if (!parts.matches()) {
            throw new IllegalArgumentException("not an episode: " + text);
        }
        return new Episode(
                Long.parseLong(parts.group(3)),
                Long.parseLong(parts.group(4)),
                Fault.valueOf(parts.group(1)),
                Target.valueOf(parts.group(2)));
    }
}
