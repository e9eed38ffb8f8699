"""The Dockerfile, looked at as a linter would: there may be no engine where the tests run.

What it relies on in this repository is there, and what makes an image safe to run is in it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from slipring.cli.commands import slipring
from slipring.cli.dynamodb_local import understood
from slipring.settings import SETTINGS

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "deploy" / "Dockerfile").read_text()


def instructions() -> list[tuple[str, str]]:
    """Each instruction with its arguments, in order; lines that go on are one."""
    lines = [line for line in TEXT.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


INSTRUCTIONS = instructions()
LAST_STAGE = INSTRUCTIONS[max(place for place, (name, _) in enumerate(INSTRUCTIONS) if name == "FROM") :]


def last(wanted: str) -> str:
    """The arguments of an instruction that stands once in the last stage."""
    (found,) = [rest for name, rest in LAST_STAGE if name == wanted]
    return found


def test_every_instruction_is_one() -> None:
    """A word that no builder knows fails the build, and ADD may fetch from anywhere."""
    known = {"CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "RUN", "STOPSIGNAL", "USER",
             "VOLUME", "WORKDIR"}  # fmt: skip
    assert {name for name, _ in INSTRUCTIONS} == known


def test_base_images_have_a_version() -> None:
    """`latest` is another image every month."""
    images = [rest.split()[0] for name, rest in INSTRUCTIONS if name == "FROM"]
    assert images
    for image in images:
        assert re.fullmatch(r"python:3\.1[1-9]-slim", image), image


def test_what_is_copied_is_in_the_repository_and_reaches_the_builder() -> None:
    """.dockerignore leaves out everything but these."""
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    sources = [
        source
        for name, rest in INSTRUCTIONS
        if name == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    ]
    assert set(sources) == let_in
    for source in sources:
        assert (ROOT / source).exists(), source


def test_what_is_installed_is_locked() -> None:
    """Every download is compared with its hash, and the package itself fetches nothing."""
    commands = [part for name, rest in INSTRUCTIONS if name == "RUN" for part in rest.split("&&")]
    pip = [part for part in commands if " pip install " in part]
    assert len(pip) == 2
    assert "--require-hashes" in pip[0]
    assert "--no-deps" in pip[1] and "--no-build-isolation" in pip[1]


def test_it_runs_as_nobody_in_particular() -> None:
    """By number, so that orchestrators see that it is not root; and that one owns the only place that is written to."""
    user = last("USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    uid = user.partition(":")[0]
    assert last("VOLUME") == last("WORKDIR") == "/data"
    assert any(f"--owner={uid}" in rest and "/data" in rest for name, rest in LAST_STAGE if name == "RUN")


def test_it_needs_no_shell_and_nothing_to_write() -> None:
    """Commands are lists, so signals reach the server; without a volume it keeps everything in memory."""
    entry = json.loads(last("ENTRYPOINT"))
    assert entry[0] == "slipring"
    assert slipring.commands.keys() >= {entry[1]}
    asked = understood(json.loads(last("CMD")))
    assert (asked.settings, asked.warnings) == ({"store": "memory:"}, [])
    assert "PYTHONDONTWRITEBYTECODE=1" in last("ENV")


def test_its_health_is_told_by_our_own_command() -> None:
    """There is no curl in it. The check waits longer than the command does, which gives up after five seconds."""
    options, _, command = last("HEALTHCHECK").partition(" CMD ")
    assert json.loads(command) == ["slipring", "healthcheck"]
    timeout = re.search(r"--timeout=(\d+)s", options)
    assert timeout is not None and int(timeout[1]) > 5


def test_its_settings_are_settings() -> None:
    """It listens to other containers, on the port that it shows; which one it took, its health check finds where every
    container may write."""
    given = dict(part.split("=", 1) for part in last("ENV").split())
    names = {name for name in given if name.startswith("SLIPRING_")}
    assert names == {"SLIPRING_HOST", "SLIPRING_OPEN_ACCESS", "SLIPRING_URL_FILE"}
    assert given["SLIPRING_URL_FILE"].startswith("/dev/shm/")
    assert names <= {setting.variable for setting in SETTINGS.values()}
    assert last("EXPOSE") == str(SETTINGS["port"].default)
