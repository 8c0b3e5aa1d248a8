"""Single-record adds from many threads of the official client: host, port, collection, threads, adds."""

import sys
from concurrent.futures import ThreadPoolExecutor

import chromadb

host, port, name, threads, adds = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
collection = chromadb.HttpClient(host=host, port=port).get_collection(name, embedding_function=None)


def add(number):
    collection.add(
        ids=[f"p{number}"],
        embeddings=[[number / 2, 1.0]],
        metadatas=[{"number": number}] if number % 2 else None,
        documents=[f"text of {number}"] if number % 3 else None,
    )


with ThreadPoolExecutor(threads) as pool:
    list(pool.map(add, range(adds)))
