"""Does everything that LlamaIndex's Chroma store offers and prints what it saw, one JSON document."""

import chromadb
from llama_index.core import Settings, StorageContext, VectorStoreIndex
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
)
from llama_index.vector_stores.chroma import ChromaVectorStore
from transcripts import embedding, main, server, step

PLAINLY = {"embedding_function": None}
# The default one is downloaded.
Settings.tokenizer = str.split


class Hashed(BaseEmbedding):
    def _get_text_embedding(self, text):
        return embedding(text)

    def _get_query_embedding(self, query):
        return embedding(query)

    async def _aget_query_embedding(self, query):
        return embedding(query)


def node(name, text, document=None, vector=None, **metadata):
    made = TextNode(id_=name, text=text, metadata=metadata, embedding=vector or embedding(text))
    if document is not None:
        made.relationships[NodeRelationship.SOURCE] = RelatedNodeInfo(node_id=document)
    return made


def seen(nodes):
    return [[each.node_id, each.get_content(), each.metadata, each.ref_doc_id] for each in nodes]


def result(found):
    return [found.ids, found.similarities, seen(found.nodes)]


def filters(*conditions, **arguments):
    return MetadataFilters(filters=list(conditions), **arguments)


def condition(key, value, operator=FilterOperator.EQ):
    return MetadataFilter(key=key, value=value, operator=operator)


async def openings(client):
    await step("of a collection", lambda: ChromaVectorStore(
        chroma_collection=client.get_or_create_collection("li-one", **PLAINLY)).client.name)
    await step("from a collection", lambda: ChromaVectorStore.from_collection(
        client.get_collection("li-one", **PLAINLY)).client.name)
    await step("from what is no collection", lambda: ChromaVectorStore.from_collection("li-one"))
    await step("by host and port", lambda: ChromaVectorStore(
        collection_name="li-two", **server, collection_kwargs=PLAINLY).client.name)
    await step("from parameters", lambda: ChromaVectorStore.from_params(
        "li-three", **server, headers={"X-Application": "cms"},
        collection_kwargs={"metadata": {"owner": "cms"}, "configuration": {"hnsw": {"space": "cosine"}}, **PLAINLY}
    ).client.configuration_json)
    await step("opened again", lambda: ChromaVectorStore.from_params(
        "li-three", **server, collection_kwargs=PLAINLY).client.metadata)
    await step("from no parameters", lambda: ChromaVectorStore.from_params("li-four"))
    await step("bad name", lambda: ChromaVectorStore.from_params("x", **server, collection_kwargs=PLAINLY))
    await step("kind", ChromaVectorStore.class_name)


async def writes(store):
    await step("add", lambda: store.add([
        node("a", "the quick fox", "book", kind="animal", legs=4, weight=7.25, wild=True),
        node("b", "the lazy dog", "book", kind="animal", legs=4, wild=False),
        node("c", "été ☃ 😀", "poem", kind="season", empty=None),
        node("d", 'plain "quoted" \\ text', kind="text", legs=0),
    ]))
    await step("add, async", lambda: store.async_add([node("e", "a cold winter", "poem", kind="season")]))
    await step("add again", lambda: store.add([node("a", "another fox"), node("f", "new", "poem")]))
    await step("add nothing", lambda: store.add([]))
    await step("add without an embedding", lambda: store.add([TextNode(id_="n", text="no vector")]))
    await step("another dimension", lambda: store.add([node("z", "short", vector=[1.0, 2.0])]))
    await step("nested metadata", lambda: store.add([node("n", "nested", a={"b": 1})]))
    await step("the same id twice", lambda: store.add([node("y", "one"), node("y", "two")]))
    await step("everything", lambda: store.client.get(include=["documents", "metadatas", "embeddings"]))


async def reads(store):
    fox = embedding("the quick fox")

    async def query(what, filters=None, mode=VectorStoreQueryMode.DEFAULT, vector=fox, top=3, **arguments):
        asked = VectorStoreQuery(query_embedding=vector, similarity_top_k=top, filters=filters, mode=mode)
        await step("query " + what, lambda: result(store.query(asked, **arguments)))

    for operator, value in {
        "EQ": 4, "NE": 4, "GT": 3, "LT": 4, "GTE": 4, "LTE": 0, "IN": [0, 9], "NIN": [4], "CONTAINS": "x", "ANY": [4],
    }.items():
        only = filters(condition("legs", value, FilterOperator[operator]))
        await query("by " + operator, only)
        await step("nodes by " + operator, lambda: seen(store.get_nodes(None, only)))
    animals = condition("kind", "animal")
    await query("by and", filters(animals, condition("weight", 7.25), condition=FilterCondition.AND))
    await query("by or", filters(animals, condition("kind", "season"), condition=FilterCondition.OR))
    await query("by not", filters(animals, condition=FilterCondition.NOT))
    await query("by nested filters", filters(
        animals, filters(condition("legs", 0), condition("weight", 7.25), condition=FilterCondition.OR)))
    await query("without filters", filters())
    await query("by where", where={"kind": "animal"})
    await query("by where and filters", filters(animals), where={"kind": "animal"})
    await query("by document", where_document={"$contains": "fox"})
    await query("badly", where={"$bad": 1})
    await query("more than there are", top=100)
    await query("none", top=0)
    await query("of another dimension", vector=[1.0])
    await query("no vector", vector=None)
    await query("no vector by filter", filters(animals), vector=None)
    await query("diverse", mode=VectorStoreQueryMode.MMR)
    await query("diverse with a threshold", filters(animals), mode=VectorStoreQueryMode.MMR, mmr_threshold=0.3)
    await query("diverse of few", mode=VectorStoreQueryMode.MMR, mmr_prefetch_k=4)
    await query("diverse of many", mode=VectorStoreQueryMode.MMR, mmr_prefetch_factor=2.0)
    await query("diverse badly", mode=VectorStoreQueryMode.MMR, mmr_threshold=2)
    await query("sparse", mode=VectorStoreQueryMode.SPARSE)
    await step("query, async", lambda: later(store.aquery(VectorStoreQuery(query_embedding=fox, similarity_top_k=2))))
    await step("nodes", lambda: seen(store.get_nodes(["a", "nope", "c"])))
    await step("all nodes", lambda: seen(store.get_nodes(None)))
    await step("nodes of both", lambda: seen(store.get_nodes(["a", "d"], filters(animals))))
    await step("nodes, async", lambda: nodes_later(store.aget_nodes(["a"])))


async def later(query):
    return result(await query)


async def nodes_later(nodes):
    return seen(await nodes)


async def indexes(client):
    collection = client.get_or_create_collection("li-index", **PLAINLY)
    store = ChromaVectorStore(chroma_collection=collection)
    function = Hashed()
    index = await step("index", lambda: id_of(VectorStoreIndex(
        [TextNode(id_="n%d" % i, text="text %d" % i, metadata={"half": i % 2}) for i in range(20)],
        storage_context=StorageContext.from_defaults(vector_store=store), embed_model=function)))
    await step("counted", collection.count)
    index = VectorStoreIndex.from_vector_store(store, embed_model=function)
    await step("retrieve", lambda: scored(index.as_retriever(similarity_top_k=3).retrieve("text 7")))
    retriever = index.as_retriever(
        similarity_top_k=3, filters=filters(condition("half", 1)), vector_store_query_mode="mmr")
    await step("retrieve diverse", lambda: scored(retriever.retrieve("text 7")))
    await step("retrieve, async", lambda: scored_later(retriever.aretrieve("text 8")))
    await step("insert", lambda: index.insert_nodes([TextNode(id_="late", text="a late text")]))
    await step("delete nodes", lambda: index.delete_nodes(["n1", "n2"]))
    await step("retrieve what was inserted", lambda: scored(index.as_retriever().retrieve("a late text")))
    await step("all", lambda: seen(store.get_nodes(None)))


def id_of(index):
    return type(index).__name__


def scored(found):
    return [[each.node.node_id, each.score, each.node.metadata] for each in found]


async def scored_later(found):
    return scored(await found)


async def deletes(client, store):
    await step("delete a document", lambda: store.delete("book"))
    await step("delete a document, async", lambda: store.adelete("nobody"))
    await step("delete nodes", lambda: store.delete_nodes(["c", "never"]))
    await step("delete nodes by filter", lambda: store.delete_nodes(filters=filters(condition("kind", "text"))))
    await step("delete nodes by both", lambda: store.delete_nodes(["e"], filters(condition("kind", "season"))))
    await step("delete nodes, async", lambda: store.adelete_nodes(["f"]))
    await step("delete no nodes", store.delete_nodes)
    await step("left", lambda: seen(store.get_nodes(None)))
    await step("add after that", lambda: store.add([node("g", "one"), node("h", "two")]))
    await step("clear", store.clear)
    await step("cleared", lambda: seen(store.get_nodes(None)))
    await step("clear again", store.clear)
    await step("add to what is empty", lambda: store.add([node("i", "three")]))
    await step("clear, async", store.aclear)
    await step("drop the collection", lambda: client.delete_collection("li-store"))
    await step("add to what is gone", lambda: store.add([node("j", "four")]))
    await step("query what is gone", lambda: store.query(VectorStoreQuery(query_embedding=embedding("x"))))
    await step("delete from what is gone", lambda: store.delete("book"))


async def script():
    client = chromadb.HttpClient(**server)
    await openings(client)
    store = ChromaVectorStore(chroma_collection=client.get_or_create_collection("li-store", **PLAINLY))
    await writes(store)
    await reads(store)
    await indexes(client)
    await deletes(client, store)


main(script)
