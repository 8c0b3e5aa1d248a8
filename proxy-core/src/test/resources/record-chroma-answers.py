#!/usr/bin/env python3
"""Records how a running Chroma answers every kind of write, as lines of chroma-answers.json.

    record-chroma-answers.py PORT RELEASE

The server has to run on loopback, on an empty folder. Lines of one release replace those of the same release.
"""
import http.client
import json
import sys
import uuid

port, release = int(sys.argv[1]), sys.argv[2]
T = "/api/v2/tenants"
D = T + "/default_tenant/databases/default_database"
name = "c" + uuid.uuid4().hex[:8]
nowhere = str(uuid.uuid4())


def ask(method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    sent = None if body is None else body if isinstance(body, str) else json.dumps(body)
    given = {} if sent is None else {"content-type": "application/json"}
    given.update(headers or {})
    connection.request(method, path, sent, given)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.getheader("content-type") or "", text


def record(kind, verdict, what, method, path, body=None, headers=None):
    status, content_type, text = ask(method, path, body, headers)
    print(json.dumps({"release": release, "kind": kind, "what": what, "status": status, "type": content_type,
                      "body": text, "verdict": verdict}))
    return text


one = {"ids": ["a"], "embeddings": [[1, 2]]}
record("CREATE_TENANT", "APPLIED", "made", "POST", T, {"name": name})
record("CREATE_TENANT", "REFUSED", "there already", "POST", T, {"name": name})
record("CREATE_TENANT", "REFUSED", "no name", "POST", T, {})
record("CREATE_TENANT", "REFUSED", "name too short", "POST", T, {"name": "a"})
record("MODIFY_TENANT", "APPLIED", "changed", "PATCH", T + "/" + name, {"resource_name": "abc"})
record("MODIFY_TENANT", "REFUSED", "no name", "PATCH", T + "/" + name, {})
record("CREATE_DATABASE", "APPLIED", "made", "POST", T + "/default_tenant/databases", {"name": name})
record("CREATE_DATABASE", "REFUSED", "there already", "POST", T + "/default_tenant/databases", {"name": name})
record("DELETE_DATABASE", "APPLIED", "deleted", "DELETE", T + "/default_tenant/databases/" + name)
record("DELETE_DATABASE", "MISSING", "not there", "DELETE", T + "/default_tenant/databases/" + name)
made = record("CREATE_COLLECTION", "APPLIED", "made", "POST", D + "/collections", {"name": name})
record("CREATE_COLLECTION", "REFUSED", "there already", "POST", D + "/collections", {"name": name})
record("CREATE_COLLECTION", "APPLIED", "found", "POST", D + "/collections", {"name": name, "get_or_create": True})
record("CREATE_COLLECTION", "REFUSED", "name of a wrong type", "POST", D + "/collections", {"name": 5})
record("CREATE_COLLECTION", "REFUSED", "not JSON", "POST", D + "/collections", "{")
record("CREATE_COLLECTION", "REFUSED", "no such database", "POST", D + "x/collections", {"name": "abcd"})
C = D + "/collections/" + json.loads(made)["id"]
record("ADD", "APPLIED", "added", "POST", C + "/add", one)
record("UPSERT", "APPLIED", "upserted", "POST", C + "/upsert", one)
record("UPDATE", "APPLIED", "updated", "POST", C + "/update", one)
record("DELETE", "APPLIED", "deleted by id", "POST", C + "/delete", {"ids": ["zzz"]})
record("DELETE", "APPLIED", "deleted by filter", "POST", C + "/delete", {"where": {"x": 1}})
record("DELETE", "APPLIED", "deleted nothing", "POST", C + "/delete", {})
record("DELETE", "REFUSED", "no ids", "POST", C + "/delete", {"ids": []})
for kind in ("ADD", "UPSERT", "UPDATE", "DELETE"):
    operation = "/" + kind.lower()
    record(kind, "REFUSED", "not JSON", "POST", C + operation, "{")
    record(kind, "REFUSED", "no body", "POST", C + operation)
    record(kind, "REFUSED", "type not JSON", "POST", C + operation, one, {"content-type": "text/plain"})
    record(kind, "REFUSED", "not an id", "POST", D + "/collections/xyz" + operation, one)
    record(kind, "MISSING", "no such collection", "POST", D + "/collections/" + nowhere + operation, one)
    record(kind, "REFUSED", "body too large", "POST", C + operation, '{"ids":["' + "a" * (41 << 20) + '"]}')
    record(kind, "REFUSED", "too many headers", "POST", C + operation, one, {f"x-{i}": "1" for i in range(100)})
record("ADD", "REFUSED", "wrong dimension", "POST", C + "/add", {"ids": ["q"], "embeddings": [[1]]})
record("ADD", "REFUSED", "no embeddings", "POST", C + "/add", {"ids": ["q"]})
record("DELETE", "FAULT", "1,100 terms", "POST", C + "/delete", {"where": {"$or": [{"a": i} for i in range(1100)]}})
record("DELETE", "FAULT", "40,000 values", "POST", C + "/delete", {"where": {"a": {"$in": list(range(40000))}}})
record("MODIFY_COLLECTION", "APPLIED", "changed", "PUT", C, {"new_metadata": {"a": 1}})
record("MODIFY_COLLECTION", "REFUSED", "name of a wrong type", "PUT", C, {"new_name": 5})
record("MODIFY_COLLECTION", "MISSING", "not there", "PUT", D + "/collections/" + nowhere, {"new_name": "abcd"})
record("OTHER", "REFUSED", "fork", "POST", C + "/fork", {"new_name": "abcde"})
record("OTHER", "REFUSED", "attach", "POST", C + "/functions/attach",
       {"name": "f", "function_id": "x", "output_collection": "zz", "params": {}})
record("OTHER", "REFUSED", "detach", "POST", C + "/attached_functions/f/detach", {"delete_output": True})
record("OTHER", "REFUSED", "add_input", "POST", D + "/attached_functions/f/add_input", {"input_collection_id": nowhere})
record("OTHER", "REFUSED", "commit", "POST", C + "/conditional/commit", {})
record("OTHER", "REFUSED", "a known path, another method", "PUT", C + "/add", {})
record("DELETE_COLLECTION", "APPLIED", "deleted", "DELETE", D + "/collections/" + name)
record("DELETE_COLLECTION", "MISSING", "not there", "DELETE", D + "/collections/" + name)
