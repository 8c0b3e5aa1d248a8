"""What the scripts that drive a store of Chroma share: a transcript for each server, and embeddings that need no model.

usage of each: SCRIPT HOST:PORT...     prints an array with one transcript for each server, in that order
Ids that clients or servers make up are numbered in order of appearance, so that two servers give the same transcript.
"""

import asyncio
import hashlib
import inspect
import json
import re
import sys

DIMENSION = 6
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)
numbers = {}
transcript = []
server = {}


def embedding(text):
    """The same numbers for the same text, near to each other for nothing."""
    digest = hashlib.sha256(text.encode()).digest()
    return [(digest[i] - 127.5) / 64 for i in range(DIMENSION)]


def text(value):
    numbered = UUID.sub(lambda m: numbers.setdefault(m.group().lower(), "#%d" % (len(numbers) + 1)), value)
    return re.sub(r" at 0x[0-9a-f]+", "", numbered).replace("%(host)s:%(port)d" % server, "SERVER")


def plain(value):
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return text(value)
    if isinstance(value, dict):
        return {text(str(key)): plain(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if hasattr(value, "model_dump"):
        return plain(value.model_dump())
    if hasattr(value, "__dataclass_fields__"):
        return plain(vars(value))
    return text(str(value))


async def step(what, action):
    try:
        result = action()
        result = await result if inspect.isawaitable(result) else result
        transcript.append({"what": what, "result": plain(result)})
        return result
    except Exception as error:
        trace = getattr(error, "trace_id", None)
        transcript.append({"what": what, "error": type(error).__name__, "message": text(str(error)), "trace": trace})
        return None


def main(script):
    """Runs the script once for each server: what takes long is to import the libraries."""
    transcripts = []
    for address in sys.argv[1:]:
        host, port = address.split(":")
        server.update(host=host, port=int(port))
        numbers.clear()
        transcript.clear()
        asyncio.run(script())
        transcripts.append(list(transcript))
    print(json.dumps(transcripts, ensure_ascii=True))
