package org.chromaproxy.reload;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LogLevelsTest {
    private static final Logger LANE = LoggerFactory.getLogger("org.chromaproxy.lane.Faults");
    private static final Logger HEALTH = LoggerFactory.getLogger("org.chromaproxy.health.Probe");

    @AfterEach
    void asBefore() {
        LogLevels.apply("info");
    }

    @Test
    void oneLevelIsThatOfAllPackages() {
        LogLevels.apply("warn");
        assertFalse(LANE.isInfoEnabled());
        assertTrue(HEALTH.isWarnEnabled());
    }

    @Test
    void aPackageHasItsOwnUntilTheNextLevelsHaveNone() {
        LogLevels.apply("warn, lane=debug");
        assertTrue(LANE.isDebugEnabled());
        assertFalse(HEALTH.isInfoEnabled());
        LogLevels.apply("info, health = error");
        assertTrue(LANE.isInfoEnabled());
        assertFalse(LANE.isDebugEnabled());
        assertFalse(HEALTH.isWarnEnabled());
    }
}
