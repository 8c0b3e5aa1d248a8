"""Does everything the real Python client offers and prints what it saw, one JSON document.

usage: client_transcript.py HOST PORT PART     (sync, async, plain)
  sync    lists of numbers and, where the server takes them, base64 strings
  async   the asynchronous client
  plain   NumPy arrays, with a client that sends arrays instead of base64
Ids that servers make up are numbered in order of appearance, so that two servers give the same transcript.
"""

import asyncio
import inspect
import json
import re
import sys
import uuid

import chromadb
import numpy
from chromadb.api.fastapi import FastAPI
from chromadb.api.types import (
    BoolInvertedIndexConfig,
    FtsIndexConfig,
    HnswIndexConfig,
    IntInvertedIndexConfig,
    Schema,
    SparseVector,
    StringInvertedIndexConfig,
    VectorIndexConfig,
)

HOST, PORT, PART = sys.argv[1], int(sys.argv[2]), sys.argv[3]
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)
EVERYTHING = ["documents", "metadatas", "embeddings", "uris"]
UNKNOWN = uuid.UUID("00000000-0000-4000-8000-000000000001")
numbers = {str(UNKNOWN): "UNKNOWN"}
transcript = []


def text(value):
    # Chroma prints a map of its own in no order.
    value = re.sub(r"length \[\{.*\}\]", "length", value)
    numbered = UUID.sub(lambda m: numbers.setdefault(m.group().lower(), "#%d" % (len(numbers) + 1)), value)
    return numbered.replace("%s:%d" % (HOST, PORT), "SERVER")


def plain(value):
    if isinstance(value, str):
        return text(value)
    if isinstance(value, numpy.ndarray):
        return plain(value.tolist())
    if isinstance(value, numpy.generic):
        return value.item()
    if isinstance(value, dict):
        return {text(str(k)): plain(value[k]) for k in sorted(value, key=str)}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, (int, float, bool)) or value is None:
        return value
    if hasattr(value, "configuration_json"):
        return shown(value)
    return text(re.sub(r" at 0x[0-9a-f]+", "", str(value)))


def shown(collection):
    schema = collection.schema
    return {
        "id": plain(str(collection.id)),
        "name": collection.name,
        "metadata": plain(collection.metadata),
        "configuration": plain(collection.configuration_json),
        "schema": plain(schema.serialize_to_json()) if schema is not None else None,
        "tenant": collection.tenant,
        "database": collection.database,
    }


async def got(value):
    return await value if inspect.isawaitable(value) else value


async def step(what, action):
    try:
        result = await got(action())
        transcript.append({"what": what, "result": plain(result)})
        return result
    except Exception as error:
        trace = getattr(error, "trace_id", None)
        transcript.append({"what": what, "error": type(error).__name__, "message": text(str(error)), "trace": trace})
        return None


def vectors(rows):
    return [numpy.array(row, dtype=numpy.float32) for row in rows] if PART == "plain" else rows


async def server(client):
    await step("heartbeat", lambda: type_of(client.heartbeat()))
    await step("version", client.get_version)
    await step("identity", client.get_user_identity)
    await step("max batch", client.get_max_batch_size)
    await step("reset", client.reset)


async def type_of(value):
    return type(await got(value)).__name__


async def collections(client):
    plainly = {"embedding_function": None}
    await step("create", lambda: client.create_collection("one", **plainly))
    metadata = {"owner": "cms", "year": 2026, "ratio": 0.5, "live": True, "big": 2**53}
    await step("create with metadata", lambda: client.create_collection("two", metadata=metadata, **plainly))
    await step("create again", lambda: client.create_collection("one", **plainly))
    for name in ["x", "", "a" * 600, "a b", "a..b", "-ab", "été"]:
        await step("create badly " + name[:9], lambda: client.create_collection(name, **plainly))
    await step("empty metadata", lambda: client.create_collection("empty", metadata={}, **plainly))
    await step("bad metadata", lambda: client.create_collection("bad", metadata={"a": {"b": 1}}, **plainly))
    for space in ["l2", "cosine", "ip"]:
        full = {"hnsw": {"space": space, "ef_construction": 120, "max_neighbors": 24, "ef_search": 60,
                         "num_threads": 2, "batch_size": 50, "sync_threshold": 500, "resize_factor": 1.5}}
        await step("hnsw " + space, lambda: client.create_collection("hnsw-" + space, configuration=full, **plainly))
    legacy = {"hnsw:space": "cosine", "hnsw:M": 12, "note": "legacy"}
    await step("legacy metadata", lambda: client.create_collection("legacy", metadata=legacy, **plainly))
    await step("bad legacy metadata",
               lambda: client.create_collection("legacy2", metadata={"hnsw:space": "none"}, **plainly))
    await step("spann", lambda: client.create_collection("spann", configuration={"spann": {"space": "l2"}}, **plainly))
    await step("both indexes", lambda: client.create_collection(
        "both", configuration={"hnsw": {"space": "l2"}, "spann": {"space": "l2"}}, **plainly))
    await step("bad space", lambda: client.create_collection(
        "bad-space", configuration={"hnsw": {"space": "none"}}, **plainly))
    await schemas(client, plainly)
    await step("default function", lambda: client.create_collection("default-function"))
    await step("get or create old", lambda: client.get_or_create_collection("two", **plainly))
    await step("get or create old with other metadata",
               lambda: client.get_or_create_collection("two", metadata={"other": 1}, **plainly))
    await step("get or create old with other configuration", lambda: client.get_or_create_collection(
        "two", configuration={"hnsw": {"space": "cosine"}}, **plainly))
    await step("get or create old badly", lambda: client.get_or_create_collection("two", metadata={}, **plainly))
    await step("get or create new", lambda: client.get_or_create_collection("three", metadata={"n": 3}, **plainly))
    two = await step("get", lambda: client.get_collection("two", **plainly))
    await step("get missing", lambda: client.get_collection("missing", **plainly))
    if hasattr(client, "get_collection_by_id"):
        await step("by id", lambda: client.get_collection_by_id(two.id, **plainly))
        await step("by unknown id", lambda: client.get_collection_by_id(UNKNOWN, **plainly))
    await step("count", client.count_collections)
    await step("list", lambda: names(client.list_collections()))
    await step("pages", lambda: pages(client))
    await step("none", lambda: names(client.list_collections(limit=0)))
    await step("beyond", lambda: names(client.list_collections(offset=1000)))
    await step("negative limit", lambda: names(client.list_collections(limit=-1)))
    await step("negative offset", lambda: names(client.list_collections(offset=-1)))
    await step("huge limit", lambda: names(client.list_collections(limit=2**31 + 5)))
    await step("huger limit", lambda: names(client.list_collections(limit=2**32)))
    three = await step("get three", lambda: client.get_collection("three", **plainly))
    await step("rename", lambda: three.modify(name="third", metadata={"renamed": True}))
    await step("renamed", lambda: client.get_collection("third", **plainly))
    await step("old name", lambda: client.get_collection("three", **plainly))
    await step("rename badly", lambda: three.modify(name="x"))
    await step("rename onto another", lambda: three.modify(name="one"))
    await step("reconfigure", lambda: two.modify(configuration={"hnsw": {"ef_search": 77}}))
    await step("reconfigured", lambda: client.get_collection("two", **plainly))
    await step("reconfigure badly", lambda: two.modify(configuration={"hnsw": {"space": "ip"}}))
    await step("change the space by metadata", lambda: two.modify(metadata={"hnsw:space": "ip"}))
    await step("fork", lambda: two.fork("forked"))
    await step("fork count", two.fork_count)
    await step("attach a function", lambda: two.attach_function(
        name="f", function="record_counter", output_collection="out", params={}))
    await step("delete", lambda: client.delete_collection("third"))
    await step("delete again", lambda: client.delete_collection("third"))
    await step("use after delete", three.count)
    await step("count after", client.count_collections)


async def schemas(client, plainly):
    cosine = Schema().create_index(VectorIndexConfig(space="cosine", hnsw=HnswIndexConfig(ef_construction=90)))
    await step("schema with a space", lambda: client.create_collection("schema-space", schema=cosine, **plainly))
    fewer = Schema().delete_index(StringInvertedIndexConfig(), "raw").delete_index(IntInvertedIndexConfig(), "number")
    collection = await step("schema without indexes",
                            lambda: client.create_collection("schema-fewer", schema=fewer, **plainly))
    await step("unindexed add", lambda: collection.add(
        ids=["a", "b"], embeddings=[[1.0, 2.0], [2.0, 1.0]],
        metadatas=[{"raw": "r", "number": 1, "other": "o"}, {"fresh": True}]))
    await step("unindexed where", lambda: collection.get(where={"raw": "r"}))
    await step("unindexed number", lambda: collection.get(where={"number": {"$gt": 0}}))
    await step("indexed where", lambda: collection.get(where={"other": "o"}))
    await step("discovered", lambda: client.get_collection("schema-fewer", **plainly))
    everywhere = Schema().delete_index(BoolInvertedIndexConfig()).create_index(StringInvertedIndexConfig(), "kept")
    await step("schema of all keys", lambda: client.create_collection("schema-all", schema=everywhere, **plainly))
    await step("no full text", lambda: Schema().delete_index(FtsIndexConfig(), "#document"))
    await step("schema and configuration", lambda: client.create_collection(
        "schema-both", schema=cosine, configuration={"hnsw": {"space": "l2"}}, **plainly))


async def names(listed):
    return sorted(each.name for each in await got(listed))


async def pages(client):
    found = []
    sizes = []
    for offset in range(0, 20, 3):
        page = await got(client.list_collections(limit=3, offset=offset))
        sizes.append(len(page))
        found += [each.name for each in page]
    return {"sizes": sizes, "names": sorted(found), "stable": len(set(found)) == len(found)}


async def writes(collection):
    await step("add", lambda: collection.add(
        ids=["a", "b", "c", "d"],
        embeddings=vectors([[1, 0, 0], [0.9, 0.1, 0], [0, 1, 1e-7], [0.3333333, -2.5, 0]]),
        documents=["the quick fox", "the lazy dog", "été ☃ 😀", 'plain "quoted" \\ text'],
        metadatas=[{"kind": "animal", "legs": 4, "weight": 7.25, "wild": True, "tags": ["red", "quick"]},
                   {"kind": "animal", "legs": 4, "weight": 20.5, "wild": False, "sizes": [1, 2, 3]},
                   {"kind": "season", "ratios": [0.5, 1.5], "flags": [True, False]},
                   {"kind": "text", "legs": 0}],
        uris=["uri:a", "uri:b", "uri:c", "uri:d"]))
    await step("add again", lambda: collection.add(ids=["a", "e"], embeddings=vectors([[5, 5, 5], [1, 1, 1.5]])))
    await step("another dimension", lambda: collection.add(ids=["z"], embeddings=vectors([[1, 2]])))
    await step("twice in one", lambda: collection.add(ids=["y", "y"], embeddings=vectors([[1, 2, 3], [1, 2, 3]])))
    await step("no embeddings", lambda: collection.add(ids=["z"], documents=["no vector"]))
    await step("nothing", lambda: collection.add(ids=[], embeddings=[]))
    await step("lengths differ", lambda: collection.add(ids=["p", "q"], embeddings=vectors([[1, 2, 3]])))
    await step("empty id", lambda: collection.add(ids=[""], embeddings=vectors([[1, 2, 3]])))
    await step("ids of numbers", lambda: collection.add(ids=[1], embeddings=vectors([[1, 2, 3]])))
    await step("null in an add", lambda: collection.add(
        ids=["n"], embeddings=vectors([[1, 2, 3]]), metadatas=[{"gone": None, "kept": 1}]))
    await step("nested metadata", lambda: collection.add(
        ids=["n2"], embeddings=vectors([[1, 2, 3]]), metadatas=[{"a": {"b": 1}}]))
    await step("mixed list", lambda: collection.add(
        ids=["n3"], embeddings=vectors([[1, 2, 3]]), metadatas=[{"a": [1, "b"]}]))
    await step("sparse vector", lambda: collection.add(
        ids=["s"], embeddings=vectors([[3, 2, 1]]),
        metadatas=[{"sparse": SparseVector(indices=[1, 5], values=[0.5, 0.25])}]))
    await step("special numbers", lambda: collection.add(ids=["inf"], embeddings=vectors([[1, 2, float("inf")]])))
    await step("count", collection.count)
    await step("update", lambda: collection.update(
        ids=["b", "missing"], embeddings=vectors([[0.5, 0.5, 0.5], [0, 0, 0]]),
        documents=["the energetic dog", "nobody"], metadatas=[{"legs": 3, "weight": None}, {"legs": 9}]))
    await step("update of metadata alone", lambda: collection.update(ids=["d"], metadatas=[{"z": None, "kind": "t"}]))
    await step("update of arrays", lambda: collection.update(ids=["a"], metadatas=[{"tags": ["slow"]}]))
    await step("upsert", lambda: collection.upsert(
        ids=["c", "f"], embeddings=vectors([[0, 0, 1], [1, 1, 0]]),
        documents=["winter", "new"], metadatas=[{"cold": True}, {"kind": "new"}]))
    await step("upsert without vectors", lambda: collection.upsert(ids=["g"], metadatas=[{"kind": "new"}]))
    await step("everything", lambda: collection.get(include=EVERYTHING))


async def reads(collection):
    async def get(what, **arguments):
        await step("get " + what, lambda: collection.get(**arguments))

    async def query(what, **arguments):
        rows = arguments.pop("rows", [[1, 0, 0]])
        await step("query " + what, lambda: collection.query(query_embeddings=vectors(rows), **arguments))

    await get("default")
    await get("by id", ids=["c", "a", "nope"], include=EVERYTHING)
    await get("by one id", ids="a")
    await get("no ids", ids=[])
    await get("page", limit=2, offset=1)
    await get("limit 0", limit=0)
    await get("negative limit", limit=-1)
    await get("ids only", include=[])
    await get("bad include", include=["everything"])
    await get("distances", include=["distances"])
    for what, where in {
        "equal": {"kind": "animal"}, "and": {"$and": [{"legs": {"$gte": 3}}, {"wild": {"$eq": True}}]},
        "or": {"$or": [{"kind": "season"}, {"weight": {"$gt": 7}}]}, "in": {"kind": {"$in": ["text", "season"]}},
        "not in": {"kind": {"$nin": ["animal"]}}, "not equal": {"legs": {"$ne": 4}}, "less": {"legs": {"$lt": 4}},
        "at most": {"weight": {"$lte": 7.25}}, "array": {"tags": {"$contains": "slow"}},
        "array of numbers": {"sizes": {"$contains": 2}}, "array lacks": {"tags": {"$not_contains": "slow"}},
        "unknown key": {"nobody": 1}, "bad operator": {"$bad": 1}, "bad value": {"kind": {"$eq": {}}},
        "two keys": {"kind": "animal", "legs": 4}, "empty": {}, "single and": {"$and": [{"legs": 4}]},
        "mixed in": {"kind": {"$in": ["a", 1]}}, "empty in": {"kind": {"$in": []}}, "id": {"#id": {"$in": ["a"]}},
    }.items():
        await get("where " + what, where=where)
    for what, document in {
        "contains": {"$contains": "dog"}, "lacks": {"$not_contains": "the"}, "regex": {"$regex": "^the .*g$"},
        "not regex": {"$not_regex": "dog"}, "bad regex": {"$regex": "("}, "empty": {"$contains": ""},
        "or": {"$or": [{"$contains": "dog"}, {"$contains": "winter"}]}, "bad": {"$bad": "x"},
    }.items():
        await get("document " + what, where_document=document)
    await step("peek", lambda: collection.peek(limit=2))
    await query("one", n_results=3)
    await query("two", rows=[[1, 0, 0], [0, 0, 1]], n_results=2, include=["distances", "embeddings", "uris"])
    await query("filtered", n_results=5, where={"kind": "animal"})
    await query("by document", n_results=5, where_document={"$contains": "dog"})
    await query("among ids", n_results=5, ids=["c", "d"])
    await query("too many", n_results=100)
    await query("none", n_results=0)
    await query("negative", n_results=-1)
    await query("bad dimension", rows=[[1, 0]], n_results=1)
    await step("query nothing", lambda: collection.query(query_embeddings=[]))
    await step("indexing status", lambda: keys(collection.get_indexing_status()))
    await step("search", lambda: search(collection))


async def keys(value):
    return sorted(vars(await got(value)))


def search(collection):
    from chromadb.execution.expression.plan import Search

    return collection.search(Search())


async def deletes(client, collection):
    await step("delete ids", lambda: collection.delete(ids=["a", "never"]))
    await step("delete where", lambda: collection.delete(where={"kind": "animal"}))
    await step("delete document", lambda: collection.delete(where_document={"$contains": "winter"}))
    await step("delete limited", lambda: collection.delete(where={"kind": {"$ne": "?"}}, limit=1))
    await step("delete ids limited", lambda: collection.delete(ids=["d"], limit=1))
    await step("delete limited alone", lambda: collection.delete(limit=1))
    await step("delete nothing", collection.delete)
    await step("delete no ids", lambda: collection.delete(ids=[]))
    await step("delete badly", lambda: collection.delete(where={"$bad": 1}))
    await step("left", lambda: collection.get(include=EVERYTHING))
    many = ["many-%d" % i for i in range(600)]
    await step("many", lambda: collection.add(
        ids=many, embeddings=vectors([[float(i), i / 7, 1.0] for i in range(600)]), documents=many))
    await step("many counted", collection.count)
    await step("one of many", lambda: collection.get(ids=["many-599"], include=EVERYTHING))
    over = ["over-%d" % i for i in range(5462)]
    await step("over the batch", lambda: collection.add(ids=over, embeddings=[[1.0, 1.0, 1.0]] * len(over)))
    await step("drop", lambda: client.delete_collection(collection.name))
    await step("get after drop", collection.get)
    await step("add after drop", lambda: collection.add(ids=["q"], embeddings=vectors([[1, 2, 3]])))
    await step("query after drop", lambda: collection.query(query_embeddings=vectors([[1, 2, 3]])))
    await step("modify after drop", lambda: collection.modify(name="again"))


async def administration(admin, connect):
    await step("create tenant", lambda: admin.create_tenant("acme"))
    await step("create tenant again", lambda: admin.create_tenant("acme"))
    await step("create tenant badly", lambda: admin.create_tenant("x"))
    await step("get tenant", lambda: admin.get_tenant("acme"))
    await step("get no tenant", lambda: admin.get_tenant("nobody"))
    await step("create database", lambda: admin.create_database("stock", "acme"))
    await step("create database again", lambda: admin.create_database("stock", "acme"))
    await step("create database badly", lambda: admin.create_database("x", "acme"))
    await step("get database", lambda: without_id(admin.get_database("stock", "acme")))
    await step("get no database", lambda: admin.get_database("none", "acme"))
    await step("list databases", lambda: names_of(admin, "acme"))
    client = await step("connect", connect("acme", "stock"))
    await step("create there", lambda: client.create_collection("one", embedding_function=None))
    await step("list there", lambda: names(client.list_collections()))
    await step("delete database", lambda: admin.delete_database("stock", "acme"))
    await step("delete database again", lambda: admin.delete_database("stock", "acme"))
    await step("get deleted database", lambda: admin.get_database("stock", "acme"))
    await step("gone with it", lambda: client.get_collection("one", embedding_function=None))
    await step("list in what is gone", lambda: names(client.list_collections()))
    await step("create in what is gone", lambda: client.create_collection("lost", embedding_function=None))
    await step("connect to nobody", connect("nobody", "nothing"))
    await step("connect to nothing", connect("acme", "nothing"))


async def without_id(database):
    found = await got(database)
    return {key: found[key] for key in found if key != "id"}


async def names_of(admin, tenant):
    return sorted(each["name"] for each in await got(admin.list_databases(tenant=tenant)))


async def records(client):
    collection = await step("records", lambda: client.create_collection("records-" + PART, embedding_function=None))
    await writes(collection)
    await reads(collection)
    kept = await step("kept", lambda: client.create_collection(
        "kept-" + PART, configuration={"hnsw": {"space": "cosine"}}, metadata={"stays": True}, embedding_function=None))
    await writes(kept)
    await deletes(client, collection)


async def main():
    if PART == "async":
        client = await chromadb.AsyncHttpClient(host=HOST, port=PORT)
        await records(client)
    elif PART == "plain":
        FastAPI.supports_base64_encoding = lambda self: False
        await records(chromadb.HttpClient(host=HOST, port=PORT))
    else:
        client = chromadb.HttpClient(host=HOST, port=PORT)
        await server(client)
        await collections(client)
        await records(client)
        settings = chromadb.Settings(chroma_api_impl="chromadb.api.fastapi.FastAPI",
                                     chroma_server_host=HOST, chroma_server_http_port=PORT)

        def connect(tenant, database):
            return lambda: chromadb.HttpClient(host=HOST, port=PORT, tenant=tenant, database=database)

        await administration(chromadb.AdminClient(settings), connect)
    print(json.dumps(transcript, indent=1, ensure_ascii=True))


asyncio.run(main())
