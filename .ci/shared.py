"""What the scripts in this folder share: processes that end with them, requests, waiting, the servers that they need.

    python3 .ci/shared.py chroma ARGUMENT...      becomes Chroma's own program, of the release that users install
"""
import glob
import http.client
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

NAME = os.path.basename(sys.argv[0])
PROJECT = os.path.realpath(os.path.join(os.path.dirname(__file__), ".."))
D = "/api/v2/tenants/default_tenant/databases/default_database"
CHROMA = "1.5.9"
PATIENCE = 120
# What a connection that breaks may raise.
BROKEN = (OSError, http.client.HTTPException)
started = []
# So that what was started is ended then, too.
signal.signal(signal.SIGTERM, lambda *_: fail("stopped"))


def fail(why):
    raise SystemExit(f"{NAME}: {why}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(what, condition, patience=PATIENCE):
    """What the condition answers, once it is true. A broken connection, or an answer that is not the JSON it expects, is not."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            found = condition()
            if found:
                return found
        except (*BROKEN, ValueError, TypeError, KeyError):
            pass
        time.sleep(0.1)
    fail(f"not so in {patience} s: {what}")


def start(command, log, user=None, environment=None):
    """A process in a session of its own."""
    with open(log, "ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, user=user, start_new_session=True, env=environment)
    started.append(process)
    return process


def kill(process):
    """Ends it by kill -9, with what it has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def kill_all(after=0):
    for process in reversed(started[after:]):
        kill(process)


def tails(*logs):
    """The ends of these files, for whoever has to find out why it failed."""
    for log in logs:
        if os.path.exists(log):
            with open(log, errors="replace") as file:
                print(f"--- {os.path.basename(log)}\n" + "".join(file.readlines()[-25:]), file=sys.stderr)


def text_of(body):
    """The digest of a client's transaction is of the bytes."""
    return None if body is None else json.dumps(body, separators=(",", ":"))


def call(base, method, path, body=None, timeout=PATIENCE, **headers):
    """Status, headers and text of one request."""
    request = urllib.request.Request(base + path, data=None if body is None else text_of(body).encode(), method=method)
    request.add_header("Content-Type", "application/json")
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def ask(base, method, path, body=None):
    """Status and JSON, or text, of one request."""
    status, _, text = call(base, method, path, body)
    try:
        return status, json.loads(text)
    except ValueError:
        return status, text


def install(packages):
    """Debian's packages, which are needed: {name: whether it is there}."""
    missing = [name for name, there in packages.items() if not there]
    if missing:
        as_root = [] if os.getuid() == 0 else ["sudo"]
        if as_root and not shutil.which("sudo"):
            fail(f"Debian's packages are needed: apt-get install {' '.join(missing)}")
        environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
        subprocess.run([*as_root, "apt-get", "update", "-q"], check=True)
        subprocess.run([*as_root, *environment, "apt-get", "install", "-q", "-y", "--no-install-recommends", *missing], check=True)


def git(*arguments):
    return subprocess.run(["git", "-C", PROJECT, *arguments], capture_output=True, text=True).stdout.strip()


def commit_of(name):
    """A commit's whole name. A clone that is too shallow fetches it: that commit alone, or else the whole history."""
    def found():
        return git("rev-parse", "--verify", "-q", name + "^{commit}")

    shallow = git("rev-parse", "--is-shallow-repository") == "true"
    for remote in git("remote").split():
        for what in (("--depth=1", remote, name), ("--unshallow", remote)) if shallow else ((remote, name),):
            if not found():
                git("fetch", "-q", "--no-tags", *what)
    return found() or fail(
        f"this clone's history has no commit {name}, and no remote of it gives it out. Fetch the history that has it (git fetch"
        f" --unshallow URL), or name a folder with that build's sources instead: .ci/{NAME} FOLDER")


def older_build(name):
    """The sources, with the jar, of a commit of the history (kept for the next run), or of that folder."""
    jar = "proxy-core/target/chroma-proxy.jar"
    install({"maven": shutil.which("mvn")})
    if os.path.isdir(name):
        source = os.path.realpath(name)
    else:
        commit = commit_of(name)
        source = os.path.join(PROJECT, ".build/older", commit)
        if not os.path.exists(os.path.join(source, jar)):
            shutil.rmtree(source, ignore_errors=True)
            os.makedirs(source)
            archive = subprocess.run(["git", "-C", PROJECT, "archive", commit], check=True, capture_output=True).stdout
            subprocess.run(["tar", "-x", "-C", source], input=archive, check=True)
    if not os.path.exists(os.path.join(source, jar)):
        subprocess.run(["mvn", "-q", "-B", "-ntp", "-Dmaven.test.skip=true", "package", "-pl", "proxy-core", "-am"], cwd=source,
                       check=True)
    return source


def postgres_programs():
    """The folder of Debian's PostgreSQL; installed if missing."""
    install({"postgresql": glob.glob("/usr/lib/postgresql/*/bin/initdb")})
    return sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]


def postgres(work):
    """A PostgreSQL of its own: the folder of its programs, its port, and psql to a database of it."""
    programs, folder, user = postgres_programs(), os.path.join(work, "pg"), None
    os.makedirs(folder)
    if os.getuid() == 0:
        user = "postgres"
        shutil.chown(folder, user)
    subprocess.run([os.path.join(programs, "initdb"), "-D", folder, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"],
                   check=True, user=user, stdout=subprocess.DEVNULL)
    port = free_port()
    start([os.path.join(programs, "postgres"), "-D", folder, "-p", str(port), "-c", "listen_addresses=127.0.0.1",
           "-c", f"unix_socket_directories={folder}"], os.path.join(work, "pg.log"), user)

    def psql(database, statement):
        return subprocess.run([os.path.join(programs, "psql"), "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-qAtc",
                               statement, database], capture_output=True, text=True)

    until("PostgreSQL answers", lambda: psql("postgres", "SELECT 1").returncode == 0)
    return programs, port, psql


def chroma_program():
    """The server of the release that users install: the tests' own, or one that is installed here, as they do."""
    tests = os.path.join(PROJECT, f".build/chroma/pypi-{CHROMA}")
    home = os.path.join(tests, "venv")
    if not os.path.exists(os.path.join(tests, ".complete")):
        home = os.path.join(PROJECT, ".build/ci-chroma")
        if not glob.glob(os.path.join(home, f"lib/python3*/site-packages/chromadb-{CHROMA}.dist-info")):
            install({"python3-venv": importlib.util.find_spec("ensurepip")})
            shutil.rmtree(home, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", home], check=True)
            wanted = os.path.join(PROJECT, f"proxy-core/src/main/resources/org/chromaproxy/local/pypi-{CHROMA}/requirements.txt")
            subprocess.run([os.path.join(home, "bin/python"), "-m", "pip", "install", "-q", "--disable-pip-version-check",
                            "--no-deps", "--require-hashes", "-r", wanted], check=True)
    # What the package's own script calls, without the client, which is not installed.
    return [os.path.join(home, "bin/python"), "-c",
            "import sys, chromadb_rust_bindings; chromadb_rust_bindings.cli(['chroma', *sys.argv[1:]])"]


def chroma(program, work, name):
    """A server that answers; its process (with its url and folder)."""
    folder, port = os.path.join(work, name), free_port()
    server = start([*program, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)],
                   os.path.join(work, name + ".log"))
    server.url, server.folder = f"http://127.0.0.1:{port}", folder
    until("Chroma answers, or has ended", lambda: server.poll() is not None or
          ask(server.url, "GET", "/api/v2/tenants/default_tenant")[0] == 200)
    if server.poll() is not None:
        fail(f"{name}: Chroma ended with status {server.returncode}")
    return server


def proxy(source, work, name, port, servers, database, **settings):
    """That checkout's proxy, by its launcher, in front of two servers; it may not be ready yet."""
    return start([os.path.join(source, "bin/chroma-proxy"), "serve"], os.path.join(work, name + ".log"), environment={
        **os.environ, "PRIMARY_URL": servers[0].url, "REPLICA_URL": servers[1].url, "HOST": "127.0.0.1", "PORT": str(port),
        "DATABASE_URL": database, "DATA_DIR": work, **settings})


def applied_everywhere(base):
    return ask(base, "GET", "/wal/status")[1]["wal_system"]["pending_writes"] == 0


if __name__ == "__main__" and sys.argv[1:2] == ["chroma"]:
    program = chroma_program()
    os.execv(program[0], [*program, *sys.argv[2:]])
