package org.chromaproxy.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Ratios are taken within a round, and the middle one counts. */
class SamplesTest {
    private static final String RATE = "requests/s";

    private final Samples samples = new Samples();

    private void round(double mine, double theirs) {
        samples.add("mine", RATE, mine);
        samples.add("theirs", RATE, theirs);
    }

    @Test
    void aRatioIsTheMedianOfTheRoundsOwnRatios() {
        round(10, 20);
        // A disturbed round is slow for both: the ratio of the medians would be 8 / 10.
        round(1, 1);
        round(8, 10);

        assertEquals(OptionalDouble.of(0.8), samples.ratio("mine", "theirs", RATE));
        assertEquals(OptionalDouble.of(8), samples.median("mine", RATE));
    }

    @Test
    void aDifferenceIsTakenWithinTheRoundToo() {
        round(110, 100);
        round(500, 460);
        round(130, 100);

        assertEquals(OptionalDouble.of(30), samples.difference("mine", "theirs", RATE));
    }

    @Test
    void theMedianOfAnEvenNumberLiesBetweenTheMiddleTwo() {
        assertEquals(OptionalDouble.of(2.5), Samples.median(List.of(4.0, 1.0, 2.0, 3.0)));
    }

    @Test
    void withoutAPartnerThereIsNoRatio() {
        samples.add("mine", RATE, 10);

        assertTrue(samples.ratio("mine", "theirs", RATE).isEmpty());
    }

    @Test
    void aRoundThatWasCutShortDoesNotCount() {
        round(10, 20);
        samples.add("mine", RATE, 10);

        assertEquals(OptionalDouble.of(0.5), samples.ratio("mine", "theirs", RATE));
    }
}
