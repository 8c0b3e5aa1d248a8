package org.chromaproxy.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Histories that go wrong, shortened; and that one element can be left out while the others stay as they are. */
class ShrinkerTest {
    private static final List<String> MADE_UP = madeUp();

    @BeforeAll
    static void listen() {
        Faults.listen(false);
    }

    private static List<String> madeUp() {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            all.add(Elements.Kind.FAULT.named(i));
            all.add(Elements.Kind.OPERATION.named("1." + i));
        }
        all.add(Elements.Kind.CLIENT.named(1));
        return all;
    }

    @Test
    void whatAMutantDoesWrongIsShownByAShortHistory() {
        MutantLoader mutant = new MutantLoader(HeartMutant.FAULT_IS_DONE.edits());
        Shrinker.Shrunk shrunk = Shrinker.shrink((without, ms) -> mutant.run(2, without, ms), Shrinker.MOST_RUNS)
                .orElseThrow();
        Simulation.Result last = mutant.run(2, shrunk.without(), shrunk.last().lengthMs());

        String summary = shrunk.summary();
        assertEquals(kind(shrunk.first()), kind(last), summary);
        assertEquals(shrunk.last().notes(), last.notes());
        assertTrue(last.events() < shrunk.first().events() / 2, summary);
        assertTrue(last.lengthMs() <= shrunk.first().lengthMs(), summary);
        assertEquals(1, Shrinker.count(last, Elements.Kind.CLIENT), summary);
        assertTrue(Shrinker.count(last, Elements.Kind.FAULT) <= 3, summary);
        assertTrue(Shrinker.count(last, Elements.Kind.OPERATION) <= 5, summary);
        assertTrue(last.notes().size() < 40, summary);
        // It is the mutant's doing: the heart as it is does nothing wrong there.
        assertNull(Simulation.run(2, shrunk.without(), last.lengthMs()).violation());
    }

    @Test
    void oneElementIsLeftOutAndWhatWasBeforeItStaysAsItIs() {
        Simulation.Result whole = Simulation.run(5);
        List<String> faults =
                whole.elements().stream().filter(Elements.Kind.FAULT::is).toList();
        String left = faults.get(faults.size() / 2);

        Simulation.Result part = Simulation.run(5, Set.of(left), Long.MAX_VALUE);

        int same = 0;
        while (whole.notes().get(same).equals(part.notes().get(same))) {
            same++;
        }
        assertTrue(whole.notes().get(same).contains("-- "), whole.notes().get(same));
        int before = whole.elements().indexOf(left);
        assertEquals(whole.elements().subList(0, before), part.elements().subList(0, before));
        Set<String> others = new HashSet<>(faults);
        others.remove(left);
        assertTrue(part.elements().containsAll(others), "its other faults come all the same");
        assertEquals(whole.lengthMs(), part.lengthMs());
    }

    @Test
    void whatIsNeededTogetherIsLeft() {
        Set<String> needed = Set.of(
                Elements.Kind.FAULT.named(17), Elements.Kind.OPERATION.named("1.3"), Elements.Kind.CLIENT.named(1));
        Shrinker.Shrunk shrunk = Shrinker.shrink(
                        (without, ms) ->
                                result(without, ms, there(without).containsAll(needed) && ms > 7_000 ? "7 bad" : null),
                        Shrinker.MOST_RUNS)
                .orElseThrow();

        assertEquals(needed, Set.copyOf(shrunk.last().elements()));
        assertTrue(shrunk.last().lengthMs() > 7_000 && shrunk.last().lengthMs() < 7_500, shrunk.summary());
        assertTrue(shrunk.runs() < 200, shrunk.summary());
    }

    @Test
    void somethingElseThatIsWrongIsNotTakenForTheSame() {
        String fault = Elements.Kind.FAULT.named(3);
        Shrinker.Shrunk shrunk = Shrinker.shrink(
                        (without, ms) ->
                                result(without, ms, there(without).contains(fault) ? "record 7 is lost" : "it hangs"),
                        Shrinker.MOST_RUNS)
                .orElseThrow();

        assertEquals(List.of(fault), shrunk.last().elements());
        assertEquals(
                Shrinker.kind("record 7 of coll-1 is lost [x]"), Shrinker.kind("record 123 of coll-2 is lost [y, z]"));
    }

    @Test
    void thereIsAnEndOfTrying() {
        Shrinker.Shrunk shrunk =
                Shrinker.shrink((without, ms) -> result(without, ms, "bad"), 3).orElseThrow();

        assertEquals(3, shrunk.runs());
    }

    @Test
    void aHistoryThatIsWellIsNotShortened() {
        assertEquals(Optional.empty(), Shrinker.shrink((without, ms) -> result(without, ms, null), 10));
    }

    private static String kind(Simulation.Result result) {
        return Shrinker.kind(assertNotNullValue(result.violation()));
    }

    private static String assertNotNullValue(@Nullable String text) {
        assertNotNull(text);
        return text;
    }

    private static List<String> there(Set<String> without) {
        return MADE_UP.stream().filter(element -> !without.contains(element)).toList();
    }

    private static Simulation.Result result(Set<String> without, long ms, @Nullable String violation) {
        return new Simulation.Result(
                1, violation, 1_000, 40, 40, 1, 0, Math.min(ms, 30_000), 0, there(without), List.of());
    }
}
