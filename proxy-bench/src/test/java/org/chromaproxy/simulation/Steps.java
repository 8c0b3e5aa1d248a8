package org.chromaproxy.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Sequences of the requests that the simulation's lanes send to servers, each drawn from its seed: of names and ids so few that they meet
 * each other, and of some that are not there.
 */
final class Steps {
    private static final int LEAST = 10;
    private static final int MOST = 40;
    private static final int IDS = 6;

    private static final String DATABASE =
            "/api/v2/tenants/" + ModelServer.TENANT + "/databases/" + ModelServer.DATABASE;
    private static final String COLLECTIONS = DATABASE + "/collections";
    private static final String NOWHERE = "/api/v2/tenants/chroma-proxy/databases/no-such-database/collections";
    private static final String RESERVED = "chroma-proxy:dimension";

    private final Chance chance;
    private int number;

    private Steps(Chance chance) {
        this.chance = chance;
    }

    /** The sequence of that seed. */
    static List<Step> of(long seed) {
        Steps steps = new Steps(new Chance(seed, "steps"));
        List<Step> all = new ArrayList<>();
        long length = steps.chance.between(LEAST, MOST);
        while (all.size() < length) {
            all.add(steps.next());
        }
        return all;
    }

    /** What reads all that a server holds of so many collections. */
    static List<Step> reading(int collections) {
        List<Step> all = new ArrayList<>();
        all.add(get(COLLECTIONS));
        all.add(get(DATABASE + "/collections_count"));
        for (int i = 0; i < collections; i++) {
            all.add(get(COLLECTIONS + "/{" + i + "}/count"));
            all.add(post(
                    COLLECTIONS + "/{" + i + "}/get", "{\"include\":[\"embeddings\",\"documents\",\"metadatas\"]}"));
        }
        return all;
    }

    private static Step get(String path) {
        return new Step("GET", path, "");
    }

    private static Step post(String path, String body) {
        return new Step("POST", path, body);
    }

    private Step next() {
        number++;
        int kind = number == 1 ? 0 : chance.below(100);
        if (kind < 10) {
            return create(COLLECTIONS);
        } else if (kind < 17) {
            return new Step("PUT", COLLECTIONS + "/" + collection(), renaming());
        } else if (kind < 22) {
            return new Step("DELETE", COLLECTIONS + "/" + (chance.happens(0.9) ? name() : collection()), "");
        } else if (kind < 32) {
            return catalogRead();
        } else if (kind < 34) {
            return ofTheProxy();
        } else if (kind < 42) {
            return post(COLLECTIONS + "/" + collection() + "/get", question());
        } else if (kind < 46) {
            return get(COLLECTIONS + "/" + collection() + "/count");
        } else if (kind < 62) {
            return post(COLLECTIONS + "/" + collection() + "/delete", deletion());
        }
        String[] operations = {"add", "add", "upsert", "upsert", "update"};
        String operation = any(operations);
        return post(COLLECTIONS + "/" + collection() + "/" + operation, writing(operation));
    }

    private String any(String... all) {
        return all[chance.below(all.length)];
    }

    /** Mostly the id of one that is, or was, there. */
    private String collection() {
        return chance.happens(0.94)
                ? "{" + chance.below(4) + "}"
                : chance.happens(0.7) ? Step.NOBODY.toString() : name();
    }

    /** The names of clients, and one such as the lanes give what is to be deleted later. */
    private String name() {
        return chance.happens(0.95) ? "coll-" + chance.below(3) : "chroma-proxy.deleted.x";
    }

    private Step create(String path) {
        return post(path, "{\"name\":\"" + name() + "\",\"get_or_create\":" + chance.happens(0.5) + "}");
    }

    private String renaming() {
        return "{\"new_name\":\"" + name() + "\"}";
    }

    private Step catalogRead() {
        return switch (chance.below(8)) {
            case 0 -> get(DATABASE);
            case 1 -> get(DATABASE + "/collections_count");
            case 2 -> get(COLLECTIONS);
            case 3 -> get(COLLECTIONS + "/" + collection());
            default -> get(COLLECTIONS + "/" + name());
        };
    }

    /** What is asked on the proxy's own behalf, and bodies that are tried where there is nothing. */
    private Step ofTheProxy() {
        return switch (chance.below(6)) {
            case 0 -> get("/api/v2/heartbeat");
            case 1 -> get(ModelServer.WITNESS);
            case 2 -> create(NOWHERE);
            case 3 -> new Step("PUT", NOWHERE + "/" + Step.NOBODY, renaming());
            case 4 -> get(DATABASE.replace(ModelServer.DATABASE, "none"));
            default -> get(DATABASE.replace(ModelServer.DATABASE, "none") + "/collections_count");
        };
    }

    private String question() {
        String limit = chance.happens(0.4) ? "\"limit\":" + chance.below(4) + "," : "";
        String include = "\"include\":" + any("[]", "[]", "[\"metadatas\"]", "[\"embeddings\",\"metadatas\"]") + "}";
        return switch (chance.below(5)) {
            case 0 -> "{" + limit + include;
            case 1 -> "{\"limit\":" + chance.between(1, 500) + ",\"offset\":" + chance.below(4) + "," + include;
            case 2 -> "{\"ids\":" + quoted(ids(chance.below(4))) + "," + limit + include;
            case 3 -> "{\"ids\":" + quoted(ids(1 + chance.below(4))) + "," + where() + "," + limit + include;
            default -> "{" + where() + "," + limit + include;
        };
    }

    private String where() {
        return "\"where\":{\"" + any("k", "k", "op") + "\":\"" + chance.below(2) + "\"}";
    }

    private String deletion() {
        return switch (chance.below(12)) {
            // What shows that writes before it have had their effect, and a delete whose filter matched nothing.
            case 0, 1 -> "{\"ids\":[\"" + RESERVED + "\"]}";
            // Whether limits are known, and whether the delete as it stands would be accepted.
            case 2 -> "{\"limit\":0}";
            case 3 -> "{" + where() + ",\"limit\":" + any("0", "null") + "}";
            case 4 -> "{" + where() + ",\"limit\":" + chance.between(1, 3) + "}";
            case 5, 6 -> "{" + where() + "}";
            case 7 -> "{\"ids\":" + quoted(ids(1 + chance.below(3))) + "," + where() + "}";
            case 8 ->
                any(
                        "{}",
                        "{\"ids\":[]}",
                        "{\"ids\":[\"r0\"],\"limit\":1}",
                        "{\"ids\":[\"r0\"],\"where\":{\"k\":\"1\"},\"limit\":1}");
            default -> "{\"ids\":" + quoted(ids(1 + chance.below(3))) + "}";
        };
    }

    private String writing(String operation) {
        if (operation.equals("update") && chance.happens(0.3)) {
            return chance.happens(0.5)
                    ? "{\"ids\":[\"" + RESERVED + "\"],\"documents\":[\"-\"]}"
                    : "{\"ids\":[\"" + RESERVED + "\"],\"embeddings\":[[0" + ",0".repeat(chance.below(2) + 1) + "]]}";
        }
        // What several have written becomes one request, too.
        List<String> ids = ids(1 + chance.below(chance.happens(0.1) ? 12 : 3));
        String body = "{\"ids\":" + quoted(ids);
        if (chance.happens(operation.equals("update") ? 0.8 : 0.97)) {
            // Updates that have become one request: those without embeddings have nulls there.
            double without = operation.equals("update") ? 0.1 : 0.004;
            body += ",\"embeddings\":["
                    + repeated(uneven(ids.size()), () -> chance.happens(without) ? "null" : embedding()) + "]";
        }
        if (chance.happens(0.9)) {
            body += ",\"metadatas\":[" + repeated(uneven(ids.size()), this::metadata) + "]";
        }
        return body + "}";
    }

    /** Mostly that many; sometimes one more or less, as no request should have. */
    private int uneven(int size) {
        return chance.happens(0.95) ? size : size + (chance.happens(0.5) ? 1 : -1);
    }

    private static String repeated(int count, java.util.function.Supplier<String> part) {
        return IntStream.range(0, count).mapToObj(_ -> part.get()).collect(Collectors.joining(","));
    }

    private String embedding() {
        return "[" + number + ",0" + (chance.happens(0.04) ? ",0" : "") + "]";
    }

    private String metadata() {
        String k = "\"k\":\"" + chance.below(2) + "\"";
        return switch (chance.below(8)) {
            case 0 -> "null";
            case 1 -> "{" + k + "}";
            case 2 -> "{\"x\":\"" + number + "\"}";
            default -> "{\"op\":\"" + number % 4 + "\"," + k + "}";
        };
    }

    /** Some of them twice. */
    private List<String> ids(int count) {
        List<String> ids = new ArrayList<>();
        while (ids.size() < count) {
            String id = Client.id(IDS, chance);
            if (!ids.contains(id) || chance.happens(0.2)) {
                ids.add(id);
            }
        }
        return ids;
    }

    private static String quoted(List<String> ids) {
        return ids.stream().map(id -> "\"" + id + "\"").collect(Collectors.joining(",", "[", "]"));
    }
}
