package org.chromaproxy.instance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.List;
import java.util.Set;
import org.chromaproxy.capability.Capabilities;
import org.chromaproxy.capability.Feature;
import org.junit.jupiter.api.Test;

class MixedReleasesTest {
    private final Instance older = new Instance("primary", 0, URI.create("http://127.0.0.1:1"));
    private final Instance newer = new Instance("replica", 1, URI.create("http://127.0.0.1:2"));
    private final MixedReleases mixed = new MixedReleases(List.of(older, newer));

    private static void sees(Instance instance, Set<Feature> features, Set<Feature> missing) {
        instance.capabilities(new Capabilities(Set.of("any"), features, missing));
    }

    @Test
    void whatOneHasAndAnotherLacksIsADifference() {
        sees(older, Set.of(Feature.LENIENT_KEYS), Set.of(Feature.LIST_METADATA, Feature.LIST_FILTERS));
        sees(newer, Set.of(Feature.LIST_METADATA), Set.of(Feature.LENIENT_KEYS));

        assertEquals(Set.of(Feature.LIST_METADATA, Feature.LENIENT_KEYS), mixed.differences());
    }

    @Test
    void onlyWhatAnUpgradeBringsIsWaitedFor() {
        sees(older, Set.of(Feature.LENIENT_KEYS), Set.of(Feature.LIST_METADATA));
        sees(newer, Set.of(Feature.LIST_METADATA), Set.of(Feature.LENIENT_KEYS));

        assertEquals(Set.of(Feature.LIST_METADATA), mixed.awaited(older));
        assertEquals(Set.of(), mixed.awaited(newer));
    }

    @Test
    void whatWasNeverSeenDoesNotCount() {
        sees(older, Set.of(), Set.of(Feature.LIST_METADATA));

        assertEquals(Set.of(), mixed.differences());
        assertEquals(Set.of(), mixed.awaited(older));
        assertFalse(mixed.differIn("POST", "/fork"));
    }

    @Test
    void writesAreRefusedUnlessAnOperatorWantsThemTaken() {
        assertTrue(mixed.refuses());
        mixed.refuse(false);
        assertFalse(mixed.refuses());
    }
}
