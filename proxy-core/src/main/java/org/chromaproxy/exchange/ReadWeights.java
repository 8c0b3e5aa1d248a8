package org.chromaproxy.exchange;

import java.util.Map;
import org.chromaproxy.config.Config;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;

/** How reads are shared among the instances that may answer them. Immutable. */
public final class ReadWeights {
    private static final int[] NONE = {};

    private final double followers;
    private final int[] weights;

    private ReadWeights(double followers, int[] weights) {
        this.followers = followers;
        this.weights = weights;
    }

    /** By role alone. */
    public static ReadWeights ofRatio(double followers) {
        return new ReadWeights(followers, NONE);
    }

    /** As it is configured: an instance without a weight, where others have one, counts as 1. */
    public static ReadWeights of(Config.Sharing sharing, Instances instances) {
        Map<String, Integer> given = sharing.weights();
        if (given.isEmpty()) {
            return ofRatio(sharing.followerRatio());
        }
        int[] weights = new int[instances.size()];
        for (Instance instance : instances) {
            weights[instance.index()] = given.getOrDefault(instance.name(), 1);
        }
        return new ReadWeights(sharing.followerRatio(), weights);
    }

    /** Whether each instance has a weight of its own; else reads are shared by role. */
    public boolean given() {
        return weights.length > 0;
    }

    /** The share of reads that prefer a follower, where there are no weights. */
    public double followers() {
        return followers;
    }

    /** The weight of that instance; 0: it is read only where no other can be. */
    public int of(Instance instance) {
        return weights[instance.index()];
    }
}
