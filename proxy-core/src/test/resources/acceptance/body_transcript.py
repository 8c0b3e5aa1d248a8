"""Sends what Chroma refuses, or takes against expectation, and prints each answer, one JSON document.

usage: body_transcript.py HOST PORT
"""

import http.client
import json
import re
import sys

HOST, PORT = sys.argv[1], int(sys.argv[2])
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)
LENGTH = re.compile(r"length \[\{.*\}\]")
D = "/api/v2/tenants/default_tenant/databases/default_database"
NOWHERE = "/api/v2/tenants/default_tenant/databases/no-database"
UNKNOWN = "/collections/00000000-0000-4000-8000-00000000abcd"
transcript = []


def call(method, path, body=None):
    connection = http.client.HTTPConnection(HOST, PORT, timeout=60)
    headers = {"content-type": "application/json"}
    connection.request(method, path, body=body.encode() if isinstance(body, str) else body, headers=headers)
    answer = connection.getresponse()
    content = answer.read().decode("utf-8")
    connection.close()
    return answer.status, content, answer.getheader("chroma-trace-id")


def told(content):
    try:
        value = json.loads(content)
    except ValueError:
        return content
    if isinstance(value, dict) and "error" not in value:
        return {key: value[key] for key in sorted(value) if key not in ("id", "log_position", "version")}
    if isinstance(value, list):
        return "%d of them" % len(value)
    if isinstance(value, dict):
        # Chroma prints a map of its own in no order.
        value["message"] = LENGTH.sub("length", value["message"])
    return value


def show(method, path, body=None):
    status, content, trace = call(method, path, body)
    answer = json.dumps(told(content), sort_keys=True)
    shown = repr(body)[:200]
    transcript.append({"what": "%s %s %s" % (method, UUID.sub("ID", path), shown), "status": status, "trace": trace,
                       "answer": UUID.sub("ID", answer)})
    return content


def creates():
    known = '{"name":"known"%s}'
    rests = [
        '', ',"get_or_create":true', ',"get_or_create":"yes"', ',"get_or_create":null', ',"get_or_create":1',
        ',"get_or_create":true,"get_or_create":true', ',"name":"known"', ',"metadata":null,"metadata":null',
        ',"foo":1', ',"get_or_create":true,"foo":{"a":[1]}', ',"metadata":{"a":[1,2]},"get_or_create":true',
    ]
    for value in ['5', '"x"', '[]', '{}', 'true', '{"a":{"b":1}}', '{"a":null}', '{"hnsw:space":"bogus"}',
                  '{"hnsw:space":"cosine"}', '{"hnsw:M":-1}', '{"hnsw":{"space":"zz"}}', '{"hnsw":{"ef_search":-1}}',
                  '{"hnsw":{"space":"l2"},"spann":{"space":"l2"}}', '{"foo":1}', '{"hnsw":5}',
                  '{"defaults":{},"keys":{}}', '{"defaults":5,"keys":{}}', '{"x":1}']:
        for key in ["metadata", "configuration", "schema"]:
            for flag in ["", ',"get_or_create":true']:
                rests.append(',"%s":%s%s' % (key, value, flag))
    for rest in rests:
        show("POST", D + "/collections", known % rest)
    for body in ["", "{}", "[]", "null", "7", '"x"', "{", '{"name":"known"', '{"name":"known"}x', '{"name":"known"}{}',
                 '{"name":1}', '{"name":null}', '{"name":["known"]}', '{"name":"a"}', '{"name":""}',
                 '{"name":"nn\\u0000nn"}', '{"name":"\\ud800nn"}', b'\xef\xbb\xbf{"name":"known"}',
                 b'{"name":"\xff\xfe"}', '{"get_or_create":true}', '{"NAME":"known"}', '{"name":"known",}',
                 '{"name":"nnn","name":"nnn"}', '{"metadata":5}', '{"name":true,"metadata":5}']:
        show("POST", D + "/collections", body)
        show("POST", NOWHERE + "/collections", body)
    show("POST", NOWHERE + "/collections", '{"name":"known"}')


def modifications(path):
    for body in ["", "{}", "[]", "null", '{"new_name":1}', '{"new_name":"x"}', '{"new_name":null}', '{"foo":1}',
                 '{"new_name":"aaa","new_name":"bbb"}', '{"new_metadata":5}', '{"new_configuration":5}',
                 '{"new_configuration":{"hnsw":{"x":1}}}', '{"new_name":"abcd"', '{"new_metadata":{"a":{"b":1}}}']:
        show("PUT", D + path, body)
    show("PUT", D + path, '{"new_name":"other","new_metadata":5}')


def records(path):
    for operation in ["add", "update", "upsert", "delete", "get", "query"]:
        for body in ["", "{}", "[]", "null", '{"ids":5}', '{"ids":[5]}', '{"ids":["a"],"ids":["a"]}', '{"ids":[]}',
                     '{"ids":["a"],"embeddings":5}', '{"ids":["a"],"embeddings":[["x"]]}', '{"ids":["a"]',
                     '{"ids":["a"],"embeddings":[[1,2],[3,4]]}', '{"ids":["a"],"embeddings":[[1,2]],"metadatas":{}}',
                     '{"ids":["a"],"embeddings":[[1,2]],"documents":[1]}', '{"ids":["a"],"limit":-1}',
                     '{"ids":["a"],"where":5}', '{"where":{"a":{"$x":1}}}', '{"query_embeddings":5}', '{"include":5}',
                     '{"include":["x"]}', '{"n_results":"x","query_embeddings":[[1,2]]}']:
            show("POST", D + path + "/" + operation, body)


def containers():
    for path in ["/api/v2/tenants", "/api/v2/tenants/default_tenant/databases"]:
        for body in ["", "{}", "[]", '{"name":1}', '{"name":null}', '{"name":"ddd","name":"ddd"}', '{"name":"x"}',
                     '{"name":""}', '{"name":"ddd","foo":1}', '{"name":"ddd"}', '{"name":"ddd"']:
            show("POST", path, body)
    for body in ["", "{}", '{"resource_name":1}', '{"resource_name":"x"}']:
        show("PATCH", "/api/v2/tenants/default_tenant", body)


def lists():
    numbers = ["0", "1", "2147483647", "2147483648", "4294967295", "4294967296", "18446744073709551616", "-1", "",
               "abc", "+1", "%2B1", "1.0", "%31", "01", "1%20", "null", "%", "%FF", "1;offset=1", "0x1", "1e3"]
    for number in numbers:
        for key in ["limit", "offset"]:
            show("GET", D + "/collections?%s=%s" % (key, number))
            show("GET", "/api/v2/tenants/default_tenant/databases?%s=%s" % (key, number))
    for query in ["limit=1&limit=2", "offset=0&offset=0", "limit=1&lim%69t=2", "limit", "foo=1", "=1", "LIMIT=1", "&&",
                  "limit=x&offset=y", "offset=y&limit=x"]:
        show("GET", D + "/collections?" + query)
        show("GET", D + "/collections_count?" + query)
    show("GET", NOWHERE + "/collections")
    show("GET", NOWHERE + "/collections_count")


def missing():
    for database in [D, NOWHERE]:
        for name in ["nobody", "00000000-0000-4000-8000-00000000abcd"]:
            show("GET", database + "/collections/" + name)
            show("DELETE", database + "/collections/" + name)
        show("GET", database + UNKNOWN + "/count")
        for operation in ["get", "query", "add", "update", "upsert", "delete"]:
            show("POST", database + UNKNOWN + "/" + operation,
                 '{"ids":["a"],"embeddings":[[1]],"query_embeddings":[[1]]}')
        show("PUT", database + UNKNOWN, '{"new_name":"hallo"}')
    show("GET", NOWHERE)
    show("DELETE", NOWHERE)
    show("GET", "/api/v2/tenants/nobody")


def main():
    created = json.loads(show("POST", D + "/collections", '{"name":"known","metadata":{"first":true}}'))
    show("POST", D + "/collections", '{"name":"other"}')
    path = "/collections/" + created["id"]
    show("POST", D + path + "/add", '{"ids":["kept"],"embeddings":[[1,2]]}')
    creates()
    modifications(path)
    records(path)
    containers()
    lists()
    missing()
    show("POST", D + path + "/get", '{"include":["embeddings","metadatas"]}')
    print(json.dumps(transcript, indent=1))


main()
