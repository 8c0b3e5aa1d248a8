package org.chromaproxy.acceptance;

import static dev.langchain4j.store.embedding.filter.Filter.not;
import static dev.langchain4j.store.embedding.filter.MetadataFilterBuilder.metadataKey;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.chroma.ChromaApiVersion;
import dev.langchain4j.store.embedding.chroma.ChromaEmbeddingStore;
import dev.langchain4j.store.embedding.filter.Filter;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.chromaproxy.acceptance.harness.TranscriptRecorder;

/** Does everything that LangChain4j's Chroma store offers. */
final class LangChain4jScript {
    private static final int DIMENSION = 6;
    private static final UUID KNOWN = UUID.fromString("0f0e0d0c-0b0a-4908-8706-050403020100");

    private final String url;
    private final TranscriptRecorder recorder;

    private LangChain4jScript(String url) {
        this.url = url;
        this.recorder = new TranscriptRecorder(url);
    }

    /** What was seen on that server. */
    static JsonNode run(String url) {
        LangChain4jScript script = new LangChain4jScript(url);
        script.openings();
        ChromaEmbeddingStore store = script.store(builder -> builder.collectionName("l4j-store"));
        script.writes(store);
        script.searches(store);
        script.removals(store);
        return script.recorder.steps();
    }

    private ChromaEmbeddingStore store(UnaryOperator<ChromaEmbeddingStore.Builder> settings) {
        return settings.apply(ChromaEmbeddingStore.builder()
                        .apiVersion(ChromaApiVersion.V2)
                        .baseUrl(url)
                        .timeout(Duration.ofSeconds(60)))
                .build();
    }

    private void openings() {
        open("with defaults", builder -> builder);
        open("with a name", builder -> builder.collectionName("l4j-other"));
        open("again", builder -> builder.collectionName("l4j-other"));
        open("with a bad name", builder -> builder.collectionName("x"));
        open(
                "in a tenant and a database of its own",
                builder -> builder.tenantName("l4j").databaseName("stock").collectionName("l4j-there"));
        open(
                "there again",
                builder -> builder.tenantName("l4j").databaseName("stock").collectionName("l4j-there"));
        open("in another database", builder -> builder.tenantName("l4j").databaseName("more"));
        open("in a tenant with a bad name", builder -> builder.tenantName("x"));
        open("in a database with a bad name", builder -> builder.databaseName("x"));
        open("by the first API", builder -> builder.apiVersion(ChromaApiVersion.V1));
        ChromaEmbeddingStore there =
                store(builder -> builder.tenantName("l4j").databaseName("stock").collectionName("l4j-there"));
        recorder.step("add there", () -> there.add("there", embedding("there")));
        recorder.step("search there", () -> matches(there, "there", request -> request));
    }

    private void open(String how, UnaryOperator<ChromaEmbeddingStore.Builder> settings) {
        recorder.step("open " + how, () -> {
            store(settings);
        });
    }

    private void writes(ChromaEmbeddingStore store) {
        recorder.step("search what is empty", () -> matches(store, "the quick fox", request -> request));
        recorder.step("add a vector", () -> store.add(embedding("a vector alone")));
        recorder.step("add with an id", () -> store.add("own-id", embedding("with an id")));
        recorder.step("add a segment", () -> store.add(embedding("the quick fox"), segment("the quick fox", 4)));
        recorder.step(
                "add a segment without metadata",
                () -> store.add(embedding("plain \"quoted\" \\ text"), TextSegment.from("plain \"quoted\" \\ text")));
        recorder.step(
                "add vectors", () -> store.addAll(List.of(embedding("one of two"), embedding("the other of two"))));
        recorder.step(
                "add segments",
                () -> store.addAll(
                        List.of(embedding("the lazy dog"), embedding("été ☃ 😀")),
                        List.of(segment("the lazy dog", 3), segment("été ☃ 😀", 0))));
        recorder.step(
                "add segments with ids",
                () -> store.addAll(
                        List.of("a", "b"),
                        List.of(embedding("a cold winter"), embedding("a hot summer")),
                        List.of(segment("a cold winter", 1), segment("a hot summer", 2))));
        recorder.step(
                "add an id again",
                () -> store.addAll(List.of("a"), List.of(embedding("changed")), List.of(segment("changed", 9))));
        recorder.step(
                "add an id twice",
                () -> store.addAll(
                        List.of("y", "y"),
                        List.of(embedding("one"), embedding("two")),
                        List.of(segment("one", 1), segment("two", 2))));
        recorder.step("add nothing", () -> store.addAll(List.of(), List.of(), List.of()));
        recorder.step(
                "add fewer segments than vectors",
                () -> store.addAll(
                        List.of("p", "q"), List.of(embedding("p"), embedding("q")), List.of(segment("p", 1))));
        recorder.step("add another dimension", () -> store.add("short", Embedding.from(new float[] {1, 2})));
        recorder.step("add an empty id", () -> store.add("", embedding("empty")));
        recorder.step(
                "add what is no number",
                () -> store.add("nan", Embedding.from(new float[] {Float.NaN, 0, 0, 0, 0, 0})));
        List<String> many = IntStream.range(0, 300).mapToObj(i -> "many " + i).toList();
        recorder.step(
                "add many",
                () -> store.addAll(
                        many,
                        many.stream().map(LangChain4jScript::embedding).toList(),
                        many.stream().map(each -> segment(each, each.length())).toList()));
    }

    private void searches(ChromaEmbeddingStore store) {
        search(store, "default", request -> request);
        search(store, "two", request -> request.maxResults(2));
        search(
                store,
                "more than there are",
                request -> request.maxResults(1_000).minScore(0.9));
        search(store, "near", request -> request.maxResults(10).minScore(0.8));
        search(store, "of another dimension", request -> request.queryEmbedding(Embedding.from(new float[] {1, 2})));
        filters()
                .forEach((what, filter) ->
                        search(store, what, request -> request.maxResults(4).filter(filter)));
    }

    private static Map<String, Filter> filters() {
        Map<String, Filter> filters = new LinkedHashMap<>();
        filters.put("equal text", metadataKey("name").isEqualTo("the lazy dog"));
        filters.put("equal UUID", metadataKey("uuid").isEqualTo(KNOWN));
        filters.put("equal int", metadataKey("legs").isEqualTo(4));
        filters.put("equal long", metadataKey("big").isEqualTo(1L << 40));
        filters.put("equal float", metadataKey("ratio").isEqualTo(0.5f));
        filters.put("equal double", metadataKey("weight").isEqualTo(7.25));
        filters.put("not equal", metadataKey("legs").isNotEqualTo(4));
        filters.put("greater", metadataKey("legs").isGreaterThan(3));
        filters.put("greater or equal", metadataKey("weight").isGreaterThanOrEqualTo(7.25));
        filters.put("less", metadataKey("legs").isLessThan(3));
        filters.put("less or equal", metadataKey("legs").isLessThanOrEqualTo(3));
        filters.put("greater text", metadataKey("name").isGreaterThan("a"));
        filters.put("between", metadataKey("legs").isBetween(1, 3));
        filters.put("in", metadataKey("legs").isIn(3, 4));
        filters.put("in texts", metadataKey("name").isIn("the lazy dog", "nobody"));
        filters.put("not in", metadataKey("legs").isNotIn(7, 8, 9));
        filters.put("contains", metadataKey("name").containsString("dog"));
        filters.put(
                "and",
                metadataKey("legs").isGreaterThan(2).and(metadataKey("weight").isLessThan(8.0)));
        filters.put(
                "or", metadataKey("legs").isEqualTo(3).or(metadataKey("legs").isEqualTo(0)));
        filters.put("not", not(metadataKey("legs").isEqualTo(3)));
        filters.put(
                "nested",
                not(metadataKey("legs").isEqualTo(3).or(metadataKey("legs").isIn(0, 7, 8, 9))));
        filters.put("unknown key", metadataKey("nobody").isEqualTo(1));
        filters.put("reserved key", metadataKey("$bad").isEqualTo(1));
        return filters;
    }

    private void search(
            ChromaEmbeddingStore store,
            String what,
            UnaryOperator<EmbeddingSearchRequest.EmbeddingSearchRequestBuilder> settings) {
        recorder.step("search " + what, () -> matches(store, "the quick fox", settings));
    }

    private void removals(ChromaEmbeddingStore store) {
        recorder.step("remove", () -> store.remove("own-id"));
        recorder.step("remove what is not there", () -> store.remove("never"));
        recorder.step("remove ids", () -> store.removeAll(List.of("a", "never")));
        recorder.step("remove no ids", () -> store.removeAll(List.of()));
        recorder.step(
                "remove by filter", () -> store.removeAll(metadataKey("legs").isEqualTo(4)));
        recorder.step(
                "remove by a bad filter",
                () -> store.removeAll(metadataKey("$bad").isEqualTo(4)));
        search(store, "what is left", request -> request.maxResults(5));
        ChromaEmbeddingStore other = store(builder -> builder.collectionName("l4j-store"));
        recorder.step("remove all", () -> store.removeAll());
        search(store, "after that", request -> request);
        recorder.step("add after that", () -> store.add("new", embedding("new")));
        recorder.step("add by a store that had it open", () -> other.add("late", embedding("late")));
        search(other, "by a store that had it open", request -> request);
        search(store, "what was added", request -> request);
    }

    private static Object matches(
            ChromaEmbeddingStore store,
            String text,
            UnaryOperator<EmbeddingSearchRequest.EmbeddingSearchRequestBuilder> settings) {
        var request = settings.apply(EmbeddingSearchRequest.builder().queryEmbedding(embedding(text)));
        return store.search(request.build()).matches().stream()
                .map(LangChain4jScript::shown)
                .toList();
    }

    private static Map<String, Object> shown(EmbeddingMatch<TextSegment> match) {
        Map<String, Object> shown = new TreeMap<>();
        shown.put("id", match.embeddingId());
        shown.put("score", match.score());
        shown.put("vector", match.embedding().vectorAsList());
        TextSegment segment = match.embedded();
        shown.put("text", segment == null ? Collections.emptyList() : segment.text());
        shown.put(
                "metadata",
                segment == null ? Map.of() : new TreeMap<>(segment.metadata().toMap()));
        return shown;
    }

    private static TextSegment segment(String text, int legs) {
        return TextSegment.from(
                text,
                new Metadata()
                        .put("name", text)
                        .put("uuid", legs == 4 ? KNOWN : new UUID(legs, text.hashCode()))
                        .put("legs", legs)
                        .put("big", 1L << (legs * 10 % 50))
                        .put("ratio", legs / 8f)
                        .put("weight", legs * 7.25 / 4));
    }

    /** The same numbers for the same text. */
    private static Embedding embedding(String text) {
        Random random = new Random(text.hashCode());
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return Embedding.from(vector);
    }
}
