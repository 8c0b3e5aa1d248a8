package org.chromaproxy.drill.history;

import java.util.List;
import java.util.stream.Stream;

/** A whole run as its clients saw it; operations in the order they began. */
public record History(Run run, List<Operation> operations, List<Trouble> troubles, List<Sample> samples) {
    public History {
        operations = List.copyOf(operations);
        troubles = List.copyOf(troubles);
        samples = List.copyOf(samples);
    }

    public Stream<Operation> writes() {
        return operations.stream().filter(operation -> operation.kind().write());
    }

    public Stream<Operation> reads() {
        return operations.stream().filter(operation -> operation.kind().read());
    }
}
