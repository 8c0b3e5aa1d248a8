package org.chromaproxy.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import org.chromaproxy.local.ChromaRelease;
import org.chromaproxy.route.CollectionIds;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.upstream.UpstreamResponse;

/**
 * Executes a sequence on the model and on a real server, and compares each answer as far as anybody in the simulation reads it: the status,
 * the name of the error, what the lanes make of it, names, dimensions and numbers, records whole; ids of collections by the order in which
 * they were made.
 */
final class Comparison {
    /**
     * The first difference in a sequence.
     *
     * @param kind what differences of the same cause have in common
     * @param text for people
     */
    record Difference(String kind, String text) {}

    private final ModelServer modelServer;
    private final Side model;
    private final Side real;
    private final List<String> course = new ArrayList<>();

    private Comparison(ModelServer server, Side real) {
        Chance ids = new Chance(0, "ids");
        this.modelServer = server;
        this.model = new Side("the model", request -> server.execute(request, ModelServer.Effect.EXECUTED, ids));
        this.real = real;
    }

    /** One of the two. */
    private static final class Side {
        private final String name;
        private final Function<UpstreamRequest, UpstreamResponse> server;
        private final List<UUID> ids = new ArrayList<>();

        Side(String name, Function<UpstreamRequest, UpstreamResponse> server) {
            this.name = name;
            this.server = server;
        }

        /** The answer, in the form in which those of the two are equal. */
        String told(Step step, UpstreamResponse answer) {
            return answer.status() + " " + step.verdict(answer) + " " + content(step, answer);
        }

        UpstreamResponse ask(Step step) {
            return server.apply(step.to(ids));
        }

        private String content(Step step, UpstreamResponse answer) {
            JsonNode tree = answer.tree();
            if (!answer.success()) {
                return tree.path("error").asText("no error of Chroma's");
            } else if (tree.isArray()) {
                TreeSet<String> all = new TreeSet<>();
                tree.forEach(each -> all.add(collection(each)));
                return all.toString();
            } else if (tree.path("ids").isArray()) {
                return records(tree);
            } else if (tree.path("id").isTextual() && step.path().contains("/collections")) {
                return collection(tree);
            } else if (tree instanceof ObjectNode object) {
                // Of a database, and the time.
                object.remove(List.of("id", "nanosecond heartbeat", "resource_name"));
                return tree.path("tenant").isTextual() ? "a database" : object.toString();
            }
            return tree.toString();
        }

        private String collection(JsonNode tree) {
            UUID id = CollectionIds.parse(tree.path("id").asText()).orElseThrow();
            if (!ids.contains(id)) {
                ids.add(id);
            }
            return "{" + ids.indexOf(id) + "} " + tree.path("name") + " dimension " + tree.path("dimension")
                    + " metadata " + tree.path("metadata") + " tenant " + tree.path("tenant");
        }

        private static String records(JsonNode tree) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < tree.path("ids").size(); i++) {
                text.append(tree.path("ids").get(i).asText())
                        .append(numbers(tree.path("embeddings").path(i)));
                TreeMap<String, String> metadata = new TreeMap<>();
                JsonNode fields = tree.path("metadatas").path(i);
                fields.properties()
                        .forEach(field ->
                                metadata.put(field.getKey(), field.getValue().toString()));
                text.append(fields.isNull() ? "null" : metadata)
                        .append(tree.path("documents").path(i))
                        .append("; ");
            }
            return text + " of " + tree.path("embeddings").getNodeType() + " "
                    + tree.path("metadatas").getNodeType();
        }

        private static List<Double> numbers(JsonNode embedding) {
            List<Double> numbers = new ArrayList<>();
            embedding.forEach(number -> numbers.add(number.asDouble()));
            return numbers;
        }
    }

    /** Executes all of it and reads what there is then; the first difference, if there is any. */
    static Optional<Difference> of(List<Step> steps, ChromaRelease release, Chroma chroma) {
        ModelServer server = new ModelServer("model", release, new Timeline(0), ServerObserver.NONE, new Bodies());
        try (Chroma.Database database = chroma.database()) {
            Comparison comparison = new Comparison(server, new Side("Chroma " + release, database::send));
            Optional<Difference> found = comparison.first(steps);
            return found.isPresent() ? found : comparison.first(Steps.reading(comparison.model.ids.size()));
        }
    }

    private Optional<Difference> first(List<Step> steps) {
        for (Step step : steps) {
            UpstreamResponse shown = model.ask(step);
            UpstreamResponse told = real.ask(step);
            String left = model.told(step, shown);
            String right = real.told(step, step.path().endsWith("/get") ? allowed(step, shown, told) : told);
            course.add(step.toString());
            if (!left.equals(right)) {
                String text = String.join("\n    ", course) + "\n  " + model.name + " says " + left + "\n  " + real.name
                        + " says " + right;
                return Optional.of(new Difference(step.kindOfRequest() + ": " + word(left) + ", " + word(right), text));
            }
            course.set(course.size() - 1, step + " -> " + left);
        }
        return Optional.empty();
    }

    /** The real server's answer to a get; the model's as far as either is right. */
    private UpstreamResponse allowed(Step step, UpstreamResponse shown, UpstreamResponse told) {
        Optional<ModelCollection> held = CollectionIds.parse(
                        step.to(model.ids).uri().split("/", -1)[8])
                .flatMap(modelServer::byId)
                .map(found -> found.records);
        boolean embeddings = shown.tree().path("embeddings").isArray();
        if (held.isEmpty() || !embeddings) {
            return told;
        }
        ModelCollection records = held.get();
        if (told.status() == 500 && records.mayFailToReadEmbeddings()) {
            return shown;
        }
        JsonNode tree = told.tree();
        if (tree.path("embeddings") instanceof ArrayNode all) {
            for (int i = 0; i < all.size(); i++) {
                String id = tree.path("ids").path(i).asText();
                List<Double> numbers = Side.numbers(all.get(i));
                boolean left = records.embeddingLeft(id)
                        .filter(text -> Side.numbers(ModelCollection.parse(text.getBytes(UTF_8)))
                                .equals(numbers))
                        .isPresent();
                if (left) {
                    all.set(i, records.embedding(id));
                }
            }
        }
        return ModelAnswers.json(told.status(), tree.toString());
    }

    private static String word(String answer) {
        return answer.substring(0, answer.indexOf(' '));
    }

    /** A shorter sequence that differs in the same way: without groups of steps, at last without single ones. */
    static List<Step> shortened(List<Step> steps, String kind, Function<List<Step>, Optional<Difference>> compare) {
        List<Step> left = new ArrayList<>(steps);
        for (int group = steps.size() / 2; group >= 1; group /= 2) {
            int at = 0;
            while (at < left.size()) {
                List<Step> fewer = new ArrayList<>(left);
                fewer.subList(at, Math.min(at + group, fewer.size())).clear();
                if (compare.apply(fewer)
                        .filter(found -> found.kind.equals(kind))
                        .isPresent()) {
                    left = fewer;
                } else {
                    at += group;
                }
            }
        }
        return left;
    }
}
