package org.chromaproxy.simulation;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.chromaproxy.upstream.UpstreamRequest;

/** How likely each fate is now: fair most of the time, with spells of one or two kinds of trouble. */
final class Weather {
    private static final double PROBES = 0.1;

    private final List<Fate> fates;
    private final Map<Fate, Double> odds = new EnumMap<>(Fate.class);

    /** @param fates what may become of requests, beside being well */
    Weather(List<Fate> fates) {
        this.fates = fates;
    }

    /** Every request is executed and answered from now on. */
    void clear() {
        odds.clear();
    }

    /** Another spell of trouble, of kinds and strength that chance decides. */
    String change(Chance chance) {
        odds.clear();
        int kinds = chance.below(3);
        for (int i = 0; i < kinds; i++) {
            double strength = chance.happens(0.2) ? 0.5 : 0.08;
            // Lanes that wait for an answer are rare otherwise, as each of them waits for long.
            Fate any = fates.get(chance.below(fates.size()));
            Fate slow = chance.happens(0.5) ? Fate.SLOW : Fate.SILENT;
            odds.put(chance.happens(0.25) && fates.contains(slow) ? slow : any, strength);
        }
        return odds.toString();
    }

    /** Whether anything but good may happen. */
    boolean troubled() {
        return !odds.isEmpty();
    }

    Fate fate(UpstreamRequest request, Chance chance) {
        boolean read = request.method().equals("GET") || request.uri().endsWith("/get");
        // Else a server would be down as long as the weather is bad, and nothing else be seen of that.
        double share = ModelServer.isOfTheProxy(request) ? PROBES : 1;
        for (Map.Entry<Fate, Double> each : odds.entrySet()) {
            if (chance.happens(each.getValue() * share)) {
                return read ? asRead(each.getKey()) : each.getKey();
            }
        }
        return Fate.WELL;
    }

    /** A read has no effect that could be hidden. */
    private static Fate asRead(Fate fate) {
        return fate == Fate.HIDDEN ? Fate.UNHEARD : fate;
    }
}
