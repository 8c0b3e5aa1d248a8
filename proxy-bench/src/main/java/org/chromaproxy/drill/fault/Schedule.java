package org.chromaproxy.drill.fault;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What goes wrong in one run. Seeds that follow each other draw different pairs of fault and target; so many as there are
 * pairs draw each pair once: first alone, then with a second fault at the same time, then three times in a row on the
 * same target.
 */
public record Schedule(long seed, List<Episode> episodes) {
    /** Between two faults of one target. */
    static final long BREATH_MS = 700;

    private static final int FIRST_MS = 700;
    private static final int KINDS = 3;
    private static final double GOLDEN = 0.618;
    private static final String SEPARATOR = "; ";

    public Schedule {
        episodes = List.copyOf(episodes);
    }

    /** The seed's schedule. The same seed and filter give the same one. */
    public static Schedule of(long seed, Filter filter) {
        List<Filter.Pair> pairs = filter.pairs();
        long index = Math.floorMod(seed - 1, (long) KINDS * pairs.size());
        Filter.Pair pair = pairs.get((int) (index * stride(pairs.size()) % pairs.size()));
        // Neighbouring seeds give similar first numbers otherwise.
        Random random = new Random(seed * 0x9E3779B97F4A7C15L);
        List<Episode> episodes = new ArrayList<>();
        episodes.add(draw(pair, FIRST_MS, Math.max(1, (int) filter.loadMillis() / 3), random));
        switch ((int) (index / pairs.size())) {
            case 0 -> {}
            case 1 -> addOverlapping(episodes, pairs, random);
            default -> addRepeats(episodes, pairs, random);
        }
        return new Schedule(seed, episodes);
    }

    /** One line, as {@link #parse} reads it. */
    public String print() {
        return "seed " + seed + ": " + episodes.stream().map(Episode::toString).collect(Collectors.joining(SEPARATOR));
    }

    /** @throws IllegalArgumentException when the text is no schedule */
    public static Schedule parse(String text) {
        int colon = text.indexOf(':');
        if (!text.startsWith("seed ") || colon < 0) {
            throw new IllegalArgumentException("not a schedule: " + text);
        }
        long seed = Long.parseLong(text.substring("seed ".length(), colon).strip());
        String rest = text.substring(colon + 1).strip();
        return new Schedule(
                seed,
                rest.isEmpty()
                        ? List.of()
                        : Arrays.stream(rest.split(SEPARATOR.strip(), -1))
                                .map(Episode::parse)
                                .toList());
    }

    /** Whether it needs a proxy that stands by. */
    public boolean needsStandby() {
        return episodes.stream().anyMatch(episode -> episode.target() == Target.OWNER);
    }

    /** The instances that must be found to need a resync at the end. */
    public Set<Target> losers() {
        return episodes.stream()
                .filter(episode -> episode.fault().losesData())
                .map(Episode::target)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Target.class)));
    }

    private static void addOverlapping(List<Episode> episodes, List<Filter.Pair> pairs, Random random) {
        Episode first = episodes.getFirst();
        for (int tries = 0; tries < 50; tries++) {
            Filter.Pair pair = pairs.get(random.nextInt(pairs.size()));
            Episode second = draw(pair, (int) first.atMillis(), (int) first.forMillis(), random);
            if (!second.clashes(first)) {
                episodes.add(second);
                return;
            }
        }
    }

    private static void addRepeats(List<Episode> episodes, List<Filter.Pair> pairs, Random random) {
        List<Filter.Pair> same = pairs.stream()
                .filter(pair -> pair.target() == episodes.getFirst().target()
                        && !pair.fault().losesData())
                .toList();
        while (episodes.size() < KINDS && !same.isEmpty()) {
            long from = episodes.getLast().endMillis() + BREATH_MS;
            episodes.add(draw(same.get(random.nextInt(same.size())), (int) from, 800, random));
        }
    }

    private static Episode draw(Filter.Pair pair, int from, int within, Random random) {
        Fault fault = pair.fault();
        int length = fault.shortest() + random.nextInt(fault.longest() - fault.shortest() + 1);
        return new Episode(from + random.nextInt(within), length, fault, pair.target());
    }

    /** Coprime to the size, so that all are visited, and far from 1, so that neighbours differ. */
    private static int stride(int size) {
        int stride = Math.max(1, (int) (size * GOLDEN));
        while (gcd(stride, size) != 1) {
            stride++;
        }
        return stride;
    }

    private static int gcd(int one, int other) {
        return other == 0 ? one : gcd(other, one % other);
    }
}
