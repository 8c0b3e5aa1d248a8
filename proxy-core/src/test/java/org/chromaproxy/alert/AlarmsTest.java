package org.chromaproxy.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AlarmsTest {
    private static final long STEP = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int STEPS_OF_PAUSE = 600;
    private static final Condition.Words WORDS = new Condition.Words("it burns", "some is hot", "run", "it is cold");

    private final Alarms alarms = new Alarms(Duration.ofMinutes(5));
    private final List<String> told = new ArrayList<>();
    /** Some value the clock may well have. */
    private long now = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(20);

    private void look(String subject, long level, int times) {
        for (int i = 0; i < times; i++) {
            told.addAll(alarms.look(now, List.of(new Condition(subject, level, WORDS))));
            now += STEP;
        }
    }

    @Test
    void whatGoesWrongAndIsWellAgainIsOneAlertAndOneRecovery() {
        look("fire", 0, 10);
        look("fire", 1, 300);
        look("fire", 0, 300);
        assertEquals(2, told.size(), told.toString());
        assertEquals("ALERT: it burns\nData: some is hot\nWhat to do: run", told.get(0));
        assertEquals("RECOVERED: fire. it is cold", told.get(1));
    }

    @Test
    void aMomentIsNotWorthAnAlert() {
        look("fire", 1, 1);
        look("fire", 0, 100);
        assertEquals(List.of(), told);
    }

    @Test
    void flappingIsToldOnceWhileItLastsAndCounted() {
        for (int i = 0; i < 100; i++) {
            look("fire", 1, 4);
            look("fire", 0, 4);
        }
        assertEquals(1, told.size(), told.toString());
        look("fire", 0, 100);
        assertEquals(2, told.size(), told.toString());
        assertTrue(told.get(1).endsWith("It had come back 99 times meanwhile."), told.get(1));
    }

    @Test
    void slowFlappingIsAtMostOneAlertAndOneRecoveryPerPause() {
        for (int i = 0; i < 40; i++) {
            look("fire", 1, 70);
            look("fire", 0, 70);
        }
        int pauses = 40 * 140 / STEPS_OF_PAUSE;
        assertTrue(told.size() <= 2 * (pauses + 1), told.size() + " messages in " + pauses + " pauses");
        assertTrue(told.size() >= pauses, told.size() + " messages in " + pauses + " pauses");
    }

    @Test
    void oneThatIsStillWrongWhenThePauseEndsIsTold() {
        look("fire", 1, 2);
        look("fire", 0, 100);
        look("fire", 1, STEPS_OF_PAUSE);
        assertEquals(3, told.size(), told.toString());
    }

    @Test
    void moreOfItIsToldAgainAfterThePauseButLessIsNot() {
        look("letters", 3, 2);
        look("letters", 5, STEPS_OF_PAUSE);
        assertEquals(2, told.size(), told.toString());
        look("letters", 2, 2 * STEPS_OF_PAUSE);
        assertEquals(2, told.size(), told.toString());
        look("letters", 3, 2);
        assertEquals(3, told.size(), told.toString());
        look("letters", 0, 100);
        assertEquals(4, told.size(), told.toString());
    }

    @Test
    void subjectsDoNotDisturbEachOther() {
        look("fire", 1, 2);
        look("flood", 1, 2);
        assertEquals(2, told.size(), told.toString());
    }
}
