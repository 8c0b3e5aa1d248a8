package org.chromaproxy.drill.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.SortedMap;

/** A {@code where} of the forms the load uses: {@code $and}, comparisons of whole numbers, equality, {@code $in}. */
final class Filter {
    private final JsonNode where;

    private Filter(JsonNode where) {
        this.where = where;
    }

    /** The filter of a body; one without a {@code where} matches everything. */
    static Filter of(JsonNode body) {
        return new Filter(body.path("where"));
    }

    boolean matches(StoredRecord stored) {
        return matches(where, stored.metadata());
    }

    private static boolean matches(JsonNode where, SortedMap<String, String> metadata) {
        for (Map.Entry<String, JsonNode> field : where.properties()) {
            if (!matches(field.getKey(), field.getValue(), metadata)) {
                return false;
            }
        }
        return true;
    }

    private static boolean matches(String key, JsonNode wanted, SortedMap<String, String> metadata) {
        if (key.equals("$and")) {
            for (JsonNode part : wanted) {
                if (!matches(part, metadata)) {
                    return false;
                }
            }
            return true;
        }
        String value = metadata.getOrDefault(key, StoredRecord.NONE);
        if (!wanted.isObject()) {
            return value.equals(wanted.toString());
        }
        return wanted.properties().stream().allMatch(test -> test(test.getKey(), test.getValue(), value));
    }

    private static boolean test(String operator, JsonNode wanted, String value) {
        return switch (operator) {
            case "$eq" -> value.equals(wanted.toString());
            case "$in" -> {
                for (JsonNode one : wanted) {
                    if (value.equals(one.toString())) {
                        yield true;
                    }
                }
                yield false;
            }
            case "$gte" -> number(value) && Long.parseLong(value) >= wanted.asLong();
            case "$lt" -> number(value) && Long.parseLong(value) < wanted.asLong();
            default -> throw new IllegalArgumentException("the model does not know " + operator);
        };
    }

    private static boolean number(String value) {
        return !value.isEmpty() && value.chars().allMatch(c -> c == '-' || Character.isDigit(c));
    }
}
