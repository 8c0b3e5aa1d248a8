"""Runs a part of the tests that Chroma's Python client brings against a server, and prints how each ended, one JSON document.

usage: python_suite.py HOST PORT TESTS...     (paths within the package's tests)

The tests begin by a reset of the server, which a server in use does not offer. Here a reset is what a client can do itself: it
deletes every collection of the default database, after its records, and every other database of the default tenant. (Chroma 1.5.9
leaves array-valued metadata behind for the records that come later, where a collection is deleted with its records.) The servers that the tests' fixtures could
start in this process are Chroma's former ones, in Python, and their libraries are not needed; neither is the model that makes
embeddings of texts, in whose place stand numbers of the text.
"""

import contextlib
import hashlib
import json
import os
import sys
import types

HOST, PORT, TESTS = sys.argv[1], sys.argv[2], sys.argv[3:]
os.environ.update(CHROMA_INTEGRATION_TEST_ONLY="1", CHROMA_SERVER_HOST=HOST, CHROMA_SERVER_HTTP_PORT=PORT)

import chromadb
import numpy
import pytest
from chromadb.api.async_fastapi import AsyncFastAPI
from chromadb.api.fastapi import FastAPI
from chromadb.utils.embedding_functions.onnx_mini_lm_l6_v2 import ONNXMiniLM_L6_V2

TENANT = "default_tenant"
DATABASE = "default_database"
PAGE = 1000
# Many seconds each: thousands of records, hundreds of databases that are made one by one.
LONG = ("test_add_large", "limit_offset", "medium_dataset")


def reset(server):
    for database in server.list_databases(tenant=TENANT, limit=PAGE):
        if database["name"] != DATABASE:
            server.delete_database(database["name"], tenant=TENANT)
    for collection in server.list_collections(limit=PAGE, tenant=TENANT, database=DATABASE):
        ids = server._get(collection.id, include=[])["ids"]
        if ids:
            server._delete(collection.id, ids=ids)
        server.delete_collection(collection.name, tenant=TENANT, database=DATABASE)
    return True


async def reset_later(server):
    for database in await server.list_databases(tenant=TENANT, limit=PAGE):
        if database["name"] != DATABASE:
            await server.delete_database(database["name"], tenant=TENANT)
    for collection in await server.list_collections(limit=PAGE, tenant=TENANT, database=DATABASE):
        ids = (await server._get(collection.id, include=[]))["ids"]
        if ids:
            await server._delete(collection.id, ids=ids)
        await server.delete_collection(collection.name, tenant=TENANT, database=DATABASE)
    return True


def embed(_, input):
    digests = [hashlib.sha512(text.encode()).digest() * 6 for text in input]
    return [numpy.frombuffer(digest, dtype=numpy.uint8).astype(numpy.float32) / 255 for digest in digests]


class Outcomes:
    def __init__(self):
        self.found = {}

    def pytest_collection_modifyitems(self, items):
        """Keeps what talks to that server by the synchronous client; the rest would start others, or never asks one."""
        items[:] = [each for each in items if "[integration" in each.nodeid and not any(n in each.nodeid for n in LONG)]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        if report.when == "call" or report.outcome != "passed":
            self.found[item.nodeid] = [report.outcome, call.excinfo.typename if call.excinfo else ""]
        return report


def main():
    FastAPI.reset, AsyncFastAPI.reset = reset, reset_later
    ONNXMiniLM_L6_V2.__init__ = lambda *_, **__: None
    ONNXMiniLM_L6_V2.__call__ = embed
    former = types.ModuleType("chromadb.server.fastapi")
    former.FastAPI = object
    sys.modules["chromadb.server.fastapi"] = former
    package = os.path.dirname(os.path.dirname(chromadb.__file__))
    outcomes = Outcomes()
    with contextlib.redirect_stdout(sys.stderr):
        options = ["--rootdir", package, "-q", "--tb=short", "-p", "no:cacheprovider", "-p", "no:warnings"]
        tests = [os.path.join(package, "chromadb", "test", each) for each in TESTS]
        ended = pytest.main(options + ["--hypothesis-seed=7"] + tests, plugins=[outcomes])
    if ended not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        sys.exit("pytest ended with %s" % ended)
    print(json.dumps(outcomes.found, indent=1, sort_keys=True))


if __name__ == "__main__":
    main()
