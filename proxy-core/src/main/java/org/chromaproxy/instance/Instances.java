package org.chromaproxy.instance;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** All configured instances in their order of preference; the first is the primary. The list is immutable. */
public final class Instances implements Iterable<Instance> {
    private final List<Instance> all;
    private final MixedReleases releases;
    private final LackedRoutes lacked;

    public Instances(List<Instance> all) {
        this.all = List.copyOf(all);
        this.releases = new MixedReleases(this.all);
        this.lacked = new LackedRoutes(this.all);
    }

    /** In what they differ. */
    public MixedReleases releases() {
        return releases;
    }

    /** Routes that they do not have. */
    public LackedRoutes lacked() {
        return lacked;
    }

    public int size() {
        return all.size();
    }

    public Instance get(int index) {
        return all.get(index);
    }

    public Optional<Instance> byName(String name) {
        return all.stream().filter(instance -> instance.name().equals(name)).findFirst();
    }

    public Stream<Instance> stream() {
        return all.stream();
    }

    /** How many take requests now. */
    public int usable() {
        return (int) all.stream().filter(Instance::usable).count();
    }

    @Override
    public Iterator<Instance> iterator() {
        return all.iterator();
    }
}
