package org.chromaproxy.drill;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.chromaproxy.drill.fault.Episode;
import org.chromaproxy.drill.fault.Fault;
import org.chromaproxy.drill.fault.Target;
import org.junit.jupiter.api.Test;

/** The slice leaves nothing out. */
class SliceTest {
    @Test
    void everyFaultThatSchedulesDrawIsInTheSlice() {
        Set<Fault> drawn = EnumSet.allOf(Fault.class);
        drawn.remove(Fault.LOSE_COMMITS);

        assertEquals(
                drawn,
                Slice.SCHEDULES.stream()
                        .flatMap(schedule -> schedule.episodes().stream())
                        .map(Episode::fault)
                        .collect(Collectors.toSet()));
    }

    @Test
    void everyTargetIsInTheSlice() {
        assertEquals(
                EnumSet.allOf(Target.class),
                Slice.SCHEDULES.stream()
                        .flatMap(schedule -> schedule.episodes().stream())
                        .map(Episode::target)
                        .collect(Collectors.toSet()));
    }
}
