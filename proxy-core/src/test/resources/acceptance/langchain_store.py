"""Does everything that LangChain's Chroma store offers and prints what it saw, one JSON document."""

import chromadb
from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.indexing import InMemoryRecordManager, index
from transcripts import DIMENSION, embedding, main, server, step


class Hashed(Embeddings):
    def __init__(self, dimension=DIMENSION):
        self.dimension = dimension

    def embed_documents(self, texts):
        return [self.embed_query(each) for each in texts]

    def embed_query(self, text):
        return embedding(text)[:self.dimension]

    def embed_image(self, uris):
        return [self.embed_query(each) for each in uris]


def store(name, function=Hashed(), **arguments):
    return Chroma(collection_name=name, embedding_function=function, **server, **arguments)


def settings(chroma):
    collection = chroma._collection
    return [collection.name, collection.metadata, collection.configuration_json]


async def openings():
    client = chromadb.HttpClient(**server)
    await step("default collection", lambda: settings(Chroma(embedding_function=Hashed(), client=client)))
    await step("with metadata", lambda: settings(store("lc-meta", collection_metadata={"owner": "cms", "n": 1})))
    await step("the space in the metadata", lambda: settings(
        store("lc-legacy", collection_metadata={"hnsw:space": "cosine"})))
    for space in ["cosine", "l2", "ip"]:
        await step("space " + space, lambda: settings(
            store("lc-" + space, collection_configuration={"hnsw": {"space": space, "ef_search": 50}})))
    await step("bad space", lambda: store("lc-bad", collection_configuration={"hnsw": {"space": "none"}}))
    await step("bad name", lambda: store("x"))
    await step("bad metadata", lambda: store("lc-bad", collection_metadata={"a": {"b": 1}}))
    await step("opened again", lambda: settings(store("lc-meta", create_collection_if_not_exists=False)))
    await step("opened again with other metadata", lambda: settings(
        store("lc-meta", collection_metadata={"owner": "other"})))
    await step("not there", lambda: store("lc-nobody", create_collection_if_not_exists=False))
    await step("a host and a folder", lambda: store("lc-both", persist_directory="folder"))
    await step("no such tenant", lambda: store("lc-there", tenant="nobody"))
    await step("no such database", lambda: store("lc-there", database="nothing"))
    await step("with headers", lambda: settings(store("lc-headers", headers={"X-Application": "cms"})))


TEXTS = ["the quick fox", "the lazy dog", "été ☃ 😀", 'plain "quoted" \\ text', "a cold winter"]
METADATAS = [
    {"kind": "animal", "legs": 4, "weight": 7.25, "wild": True}, {"kind": "animal", "legs": 4, "wild": False},
    {"kind": "season"}, {"kind": "text", "legs": 0}, {"kind": "season", "tags": ["cold", "dark"]},
]


async def writes(chroma):
    await step("add texts", lambda: chroma.add_texts(TEXTS, METADATAS, ids=["a", "b", "c", "d", "e"]))
    await step("add texts without ids", lambda: chroma.add_texts(["no id at all", "none either"]))
    await step("add texts with some ids", lambda: chroma.add_texts(["an id", "no id here"], ids=["f", None]))
    await step("fewer metadatas than texts", lambda: chroma.add_texts(
        ["with metadata", "without"], [{"n": 1}], ids=["g", "h"]))
    await step("no texts", lambda: chroma.add_texts([]))
    await step("added again", lambda: chroma.add_texts(["the slow fox"], [{"legs": 3}], ids=["a"]))
    await step("nested metadata", lambda: chroma.add_texts(["nested"], [{"a": {"b": 1}}], ids=["n"]))
    await step("null in metadata", lambda: chroma.add_texts(["null"], [{"a": None, "b": 1}], ids=["null"]))
    await step("the same id twice", lambda: chroma.add_texts(["one", "two"], ids=["y", "y"]))
    await step("an empty id", lambda: chroma.add_texts(["empty"], ids=[""]))
    await step("another dimension", lambda: store("lc-store", Hashed(2)).add_texts(["short"], ids=["short"]))
    await step("no embeddings", lambda: store("lc-store", None).add_texts(["no vector"], ids=["z"]))
    await step("add documents", lambda: chroma.add_documents(
        [Document("page one", metadata={"source": "x", "page": 1}, id="doc-1"),
         Document("page two", metadata={"source": "y"})]))
    await step("add documents with ids", lambda: chroma.add_documents([Document("three")], ids=["doc-3"]))
    await step("add documents, async", lambda: chroma.aadd_documents(
        [Document("four", metadata={"source": "x"}, id="doc-4")]))
    await step("add texts, async", lambda: chroma.aadd_texts(["five"], [{"source": "z"}], ids=["doc-5"]))
    with open("image.bin", "wb") as image:
        image.write(bytes(range(32)))
    await step("add images", lambda: chroma.add_images(["image.bin"], [{"kind": "image"}], ids=["image"]))
    await step("add an image that is not there", lambda: chroma.add_images(["missing.bin"]))
    await step("update", lambda: chroma.update_document("b", Document("the energetic dog", metadata={"legs": 3})))
    await step("update several", lambda: chroma.update_documents(
        ["c", "missing"], [Document("summer", metadata={"warm": True}), Document("nobody", metadata={"n": 1})]))
    await step("update without metadata", lambda: chroma.update_document("d", Document("plain")))
    await step("update without embeddings", lambda: store("lc-store", None).update_document("d", Document("plain")))
    await step("everything", lambda: chroma.get(include=["documents", "metadatas", "embeddings"]))


async def reads(chroma):
    async def get(what, **arguments):
        await step("get " + what, lambda: chroma.get(**arguments))

    await get("all")
    await get("by id", ids="a")
    await get("by ids", ids=["b", "nope", "a"], include=["documents", "embeddings"])
    await get("where", where={"$and": [{"kind": "season"}, {"tags": {"$contains": "cold"}}]})
    await get("where badly", where={"$bad": 1})
    await get("two keys", where={"kind": "animal", "legs": 4})
    await get("document", where_document={"$contains": "fox"})
    await get("page", limit=2, offset=1)
    await get("negative limit", limit=-1)
    await get("badly", include=["everything"])
    await step("by ids", lambda: chroma.get_by_ids(["a", "nope", "doc-1"]))
    await step("by ids, async", lambda: chroma.aget_by_ids(["a"]))
    fox = embedding("the quick fox")
    await step("similar", lambda: chroma.similarity_search("the quick fox"))
    await step("similar among animals", lambda: chroma.similarity_search("fox", k=3, filter={"kind": "animal"}))
    await step("similar with both filters", lambda: chroma.similarity_search(
        "fox", k=3, filter={"legs": {"$gte": 0}}, where_document={"$contains": "a"}))
    await step("similar in a list of ids", lambda: chroma.similarity_search("fox", k=3, ids=["a", "c"]))
    await step("similar, filtered badly", lambda: chroma.similarity_search("fox", filter={"$bad": 1}))
    await step("more than there are", lambda: len(chroma.similarity_search("fox", k=1000)))
    await step("none", lambda: chroma.similarity_search("fox", k=0))
    await step("fewer than none", lambda: chroma.similarity_search("fox", k=-1))
    await step("with score", lambda: chroma.similarity_search_with_score("fox", k=3, filter={"kind": {"$ne": "text"}}))
    await step("with vectors", lambda: chroma.similarity_search_with_vectors("fox", k=2))
    await step("by vector", lambda: chroma.similarity_search_by_vector(fox, k=2, filter={"legs": 3}))
    await step("by a vector of another dimension", lambda: chroma.similarity_search_by_vector([1.0, 2.0]))
    await step("by vector with score",
               lambda: chroma.similarity_search_by_vector_with_relevance_scores(fox, k=2))
    await step("with relevance", lambda: chroma.similarity_search_with_relevance_scores("fox", k=2))
    await step("with enough relevance", lambda: chroma.similarity_search_with_relevance_scores(
        "the slow fox", k=5, score_threshold=0.99))
    await step("by image", lambda: chroma.similarity_search_by_image("image.bin", k=1))
    await step("by image with score", lambda: chroma.similarity_search_by_image_with_relevance_score("image.bin", k=1))
    await step("diverse", lambda: chroma.max_marginal_relevance_search("fox", k=3, fetch_k=6, lambda_mult=0.3))
    await step("diverse by vector", lambda: chroma.max_marginal_relevance_search_by_vector(
        fox, k=2, fetch_k=4, filter={"kind": "animal"}))
    await step("hybrid", lambda: hybrid(chroma))
    for kind in ["similarity", "mmr", "similarity_score_threshold", "unknown"]:
        await step("search by " + kind, lambda: chroma.search("fox", kind, k=2))
    for kind, arguments in {"similarity": {"k": 2}, "mmr": {"k": 2, "fetch_k": 5},
                            "similarity_score_threshold": {"score_threshold": 0.1, "k": 2}}.items():
        retriever = chroma.as_retriever(search_type=kind, search_kwargs=arguments)
        await step("retrieve by " + kind, lambda: retriever.invoke("the lazy dog"))
        await step("retrieve by %s, async" % kind, lambda: retriever.ainvoke("the lazy dog"))
    await step("similar, async", lambda: chroma.asimilarity_search("fox", k=2))
    await step("with score, async", lambda: chroma.asimilarity_search_with_score("fox", k=2))
    await step("with relevance, async", lambda: chroma.asimilarity_search_with_relevance_scores("fox", k=2))
    await step("by vector, async", lambda: chroma.asimilarity_search_by_vector(fox, k=2))
    await step("diverse, async", lambda: chroma.amax_marginal_relevance_search("fox", k=2))
    await step("search, async", lambda: chroma.asearch("fox", "mmr", k=2))
    await step("similar without a function", lambda: store("lc-store", None).similarity_search("fox"))
    await step("fork", lambda: settings(chroma.fork("lc-fork")))


def hybrid(chroma):
    from chromadb import K, Knn, Search

    return chroma.hybrid_search(Search().where(K("kind") == "animal").rank(Knn(query=embedding("fox"))).limit(2))


async def relevance():
    """Each space has a score of its own, and a store may bring another."""
    for space in ["cosine", "l2", "ip"]:
        chroma = store("lc-" + space)
        await step("fill " + space, lambda: chroma.add_texts(TEXTS, ids=list("abcde")))
        await step("relevance by " + space, lambda: chroma.similarity_search_with_relevance_scores("a dog", k=5))
    own = store("lc-l2", relevance_score_fn=lambda distance: 1 / (1 + distance))
    await step("relevance by a function", lambda: own.similarity_search_with_relevance_scores("a dog", k=5))


async def makings():
    connection = {"embedding": Hashed(), **server}
    made = await step("from texts", lambda: Chroma.from_texts(
        TEXTS, metadatas=METADATAS, ids=list("abcde"), collection_name="lc-from", **connection))
    await step("made of texts", lambda: made.get())
    made = await step("from documents", lambda: Chroma.from_documents(
        [Document("one", id="1"), Document("two", metadata={"n": 2}, id="2")], collection_name="lc-documents",
        collection_metadata={"made": "of documents"}, **connection))
    await step("made of documents", lambda: made.get(include=["documents", "metadatas", "embeddings"]))
    made = await step("from texts, async", lambda: Chroma.afrom_texts(
        ["one", "two"], ids=["1", "2"], collection_name="lc-async", **connection))
    await step("made of texts, async", lambda: made.get())
    made = await step("from documents, async", lambda: Chroma.afrom_documents(
        [Document("three", id="3")], collection_name="lc-async", **connection))
    await step("made of documents, async", lambda: made.get())
    many = ["text %d" % i for i in range(6000)]
    made = await step("from more than a batch", lambda: Chroma.from_texts(
        many, ids=many, collection_name="lc-many", **connection))
    await step("counted", lambda: made._collection.count())
    await step("one of many", lambda: made.similarity_search_with_score("text 5999", k=1))
    await step("more than a batch of updates", lambda: made.update_documents(
        many, [Document(each, metadata={"n": i % 10}) for i, each in enumerate(many)]))
    await step("some of many", lambda: made.get(where={"n": 3}, limit=20))


async def indexing():
    """Indexes documents as pipelines do: again what is there, then what has changed, then without what is gone."""
    chroma = store("lc-index")
    records = InMemoryRecordManager("lc-index")
    records.create_schema()

    def documents(*texts):
        return [Document(each, metadata={"source": each[0]}) for each in texts]

    for cleanup in [None, "incremental", "full"]:
        for texts in [("a1", "b1"), ("a1", "b2"), ("a3",)]:
            await step("index %s, %s" % (texts, cleanup), lambda: index(
                documents(*texts), records, chroma, cleanup=cleanup, source_id_key="source",
                key_encoder="sha256"))
            await step("indexed", lambda: chroma.get()["documents"])


async def deletes(chroma):
    await step("delete", lambda: chroma.delete(["a", "never"]))
    await step("delete, async", lambda: chroma.adelete(["b"]))
    await step("delete where", lambda: chroma.delete(where={"source": "x"}))
    await step("delete by document", lambda: chroma.delete(where_document={"$contains": "plain"}))
    await step("delete where badly", lambda: chroma.delete(where={"$bad": 1}))
    await step("delete nothing", chroma.delete)
    await step("delete no ids", lambda: chroma.delete([]))
    await step("left", chroma.get)
    other = store("lc-store")
    await step("reset the collection", chroma.reset_collection)
    await step("empty", chroma.get)
    await step("a store that had it open", other.get)
    await step("a store that had it open writes", lambda: other.add_texts(["late"], ids=["late"]))
    await step("add to the new one", lambda: chroma.add_texts(["new"], ids=["new"]))
    await step("delete the collection", chroma.delete_collection)
    await step("use after that", lambda: chroma.add_texts(["late"]))
    await step("search after that", lambda: chroma.similarity_search("fox"))
    await step("delete it again", chroma.delete_collection)
    await step("opened again, empty", lambda: store("lc-store").get())


async def script():
    await openings()
    chroma = store("lc-store")
    await writes(chroma)
    await reads(chroma)
    await relevance()
    await makings()
    await indexing()
    await deletes(chroma)


main(script)
