package org.chromaproxy.drill.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The collections the clients share. Cold ones come and go; what a client finds here may just have been deleted. */
final class Shelves {
    private final List<Shelf> hot;
    private final List<Shelf> cold = new ArrayList<>();

    Shelves(List<Shelf> hot) {
        this.hot = List.copyOf(hot);
    }

    Shelf hot(Random random) {
        return hot.get(random.nextInt(hot.size()));
    }

    /** The hot one of that number. */
    Shelf hot(int number) {
        return hot.get(number % hot.size());
    }

    /** A cold one, or a hot one while there is none. */
    synchronized Shelf cold(Random random) {
        return cold.isEmpty() ? hot(random) : cold.get(random.nextInt(cold.size()));
    }

    synchronized void put(Shelf shelf) {
        cold.removeIf(other -> other.id().equals(shelf.id()));
        cold.add(shelf);
    }

    synchronized void gone(Shelf shelf) {
        cold.removeIf(other -> other.id().equals(shelf.id()));
    }

    synchronized int coldOnes() {
        return cold.size();
    }
}
