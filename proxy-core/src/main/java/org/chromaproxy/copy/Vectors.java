package org.chromaproxy.copy;

import com.fasterxml.jackson.databind.JsonNode;

/** Compares vectors as instances print them. */
final class Vectors {
    /**
     * Relative to a component of a unit vector: eight steps of a 32-bit float. A server of cosine collections normalises
     * what it stores and scales it back when asked, which moves a component by at most two steps each time it is copied.
     */
    private static final double ROUNDING = 8 * 0x1p-23;
    /** Components below this move no distance that 32 bits can show. */
    private static final double NOTHING = 1e-10;

    private Vectors() {}

    /**
     * Whether two vectors are alike. They are stored as 32-bit floats; releases may print them differently.
     *
     * @param cosine whether the distance between them ignores their lengths: then they are alike if their unit vectors are
     *     equal within rounding
     */
    static boolean same(JsonNode one, JsonNode other, boolean cosine) {
        if (one.size() != other.size() || one.isArray() != other.isArray()) {
            return false;
        }
        boolean numbers = true;
        boolean equal = true;
        for (int i = 0; i < one.size(); i++) {
            boolean here = one.get(i).isNumber();
            boolean there = other.get(i).isNumber();
            numbers &= here && there;
            equal &= (here && there) ? Float.compare(value(one, i), value(other, i)) == 0 : here == there;
        }
        return equal || (cosine && numbers && sameDirection(one, other));
    }

    private static boolean sameDirection(JsonNode one, JsonNode other) {
        double here = length(one);
        double there = length(other);
        if (here == 0 || there == 0) {
            return here == there;
        }
        for (int i = 0; i < one.size(); i++) {
            double a = value(one, i) / here;
            double b = value(other, i) / there;
            if (Math.abs(a - b) > ROUNDING * Math.max(Math.abs(a), Math.abs(b)) + NOTHING) {
                return false;
            }
        }
        return true;
    }

    private static double length(JsonNode vector) {
        double sum = 0;
        for (int i = 0; i < vector.size(); i++) {
            double value = value(vector, i);
            sum += value * value;
        }
        return Math.sqrt(sum);
    }

    private static float value(JsonNode vector, int at) {
        return (float) vector.get(at).asDouble();
    }
}
