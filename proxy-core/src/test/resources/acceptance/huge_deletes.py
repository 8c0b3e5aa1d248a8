"""Deletes of more records than a client may add at once, and what is told and left of each; prints one JSON document.

usage: huge_deletes.py HOST PORT
"""

import json
import sys

import chromadb

KEPT, BATCH = 12_000, 4_000
client = chromadb.HttpClient(host=sys.argv[1], port=int(sys.argv[2]))
collection = client.create_collection("huge-deletes", embedding_function=None)
transcript = []


def step(what, action):
    try:
        told = {"result": action()}
    except Exception as error:
        told = {"error": type(error).__name__, "message": str(error)}
    left = collection.get(include=[], limit=3)["ids"]
    transcript.append({"what": what, **told, "count": collection.count(), "first": left})


def add(start, end):
    for i in range(start, end, BATCH):
        numbers = range(i, min(end, i + BATCH))
        collection.add(
            ids=["r-%d" % number for number in numbers],
            embeddings=[[number, 1.0] for number in numbers],
            metadatas=[{"half": number % 2} for number in numbers],
        )


def names(start, end):
    return ["r-%d" % number for number in range(start, end)]


step("add", lambda: add(0, KEPT))
step("ids, most of which are not there", lambda: collection.delete(ids=names(1, 50_001)))
step("add again", lambda: add(0, KEPT))
step("a filter", lambda: collection.delete(where={"half": 1}))
step("two ids more than a piece", lambda: collection.delete(ids=names(0, 2_002)))
step("one that is named twice", lambda: collection.delete(ids=names(2_002, 6_002) + ["r-2002"]))
step("none of them there", lambda: collection.delete(ids=names(100_000, 200_000)))
step("a filter with a limit", lambda: collection.delete(where={"half": 0}, limit=2_500))
step("the rest", lambda: collection.delete(ids=names(0, KEPT)))
client.delete_collection("huge-deletes")
print(json.dumps(transcript))
