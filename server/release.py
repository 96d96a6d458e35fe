#!/usr/bin/python3
"""The release program: brings a release of the backend up on this machine, and back to an older one.

One file, standard library and boto3 (Debian's python3-boto3). It lies in <root>/srv/<product>/bin/, from where it knows
both; what else it must know is in <root>/etc/<product>/environment.json, which the user data writes.

    release deploy ID                      migrate, then go live
    release deploy-without-migrating ID    go live alone, on the other machines of a fleet
    release install ID                     a machine that boots: without migrating, nothing where it is live already
    release rollback [ID]                  the release before, or ID, with the environment that it had
    release rollback-fresh [ID]            the same with secrets as they are now
    release maintenance-on|maintenance-off the page instead of the product
    release status                         what is live
    release run WORDS                      a command of the live release, such as `manage.py shell`

Two slots, blue and green: the idle one is started and asked for its health on its own socket, then the link that nginx
opens at each request is renamed to it. Whatever fails before that leaves the live slot alone.

    releases/<id>/      release.json, app/, venv/, venv.json, .complete
                        env: the environment that it last went live with (0600)
    slots/<slot>        link to its release
    slots/<slot>.env    the slot's environment (0600)
    live.sock           link to the socket of the live slot
    current, previous   links to releases, for people and for a rollback

Standard output has a JSON line for each step as it begins (`started`) and ends (`done` or `failed`), and a last one,
`end`, with the exit code. Exit codes: `Exit`, and docs/runbook.md. A run that was killed at any moment is cleared up by
the next one.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import http.client
import json
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

SCHEMAS = (1, 2)  # of release.json; units of the first read their environment in the release, which both slots may have
RELEASE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
ORIGIN_SECRET = re.compile(r"[A-Za-z0-9_-]{16,128}")  # nothing that nginx reads as more than itself
DIGEST_LENGTH = 12  # the id ends in so much of its release.json's SHA-256
KEEP = 3  # releases on disk
SLOTS = ("blue", "green")
BACKGROUND = ("worker", "scheduler")
PROBES = 5  # good answers in a row, each on a connection of its own: several workers are asked
PROBE_SECONDS = 60.0
PROBE_PAUSE = 0.2
ANSWER_SECONDS = 5.0  # for the whole of an answer about health
VERIFY_PROBES, VERIFY_SECONDS = 3, 10.0
SETTLE_SECONDS = 3.0  # a worker that lives so long has read its settings
LATELY = 600.0  # seconds since systemd started a unit again in which it is not trusted to stay up
TURN_SECONDS = 10.0  # leader.py asks for the lock every 2 s
TURN = "this machine has the scheduler"  # what leader.py says
WORKER_STOPS_FETCHING = 5.0
LITERAL_SINCE = 254  # systemd-run knows --expand-environment from here on
DRAIN_SECONDS = 2.0  # connections that the old slot's socket has in its queue are accepted meanwhile
ROOM = 300 * 1024 * 1024  # bytes that must stay free besides a release's own
CHUNK = 1024 * 1024
NOTHING = "none"  # SSM has no optional parameters
# By itself botocore asks for the server's role once, for a second: too little for a machine at work.
# infra/environment_variables.py gives the product the same.
METADATA = {"metadata_service_timeout": 10, "metadata_service_num_attempts": 4}
FILES, FOLDERS = ("manifest.json", "requirements.txt", "leader.py"), ("app", "wheelhouse")  # all that an artifact has
UNREADABLE = (tarfile.TarError, EOFError, ValueError, KeyError, TypeError, FileNotFoundError, RecursionError)
# pip runs as root, and a line of any other kind, such as an option or a path, may have it run what the artifact brings.
PINNED = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]*===?[A-Za-z0-9.!+_-]+(?:[ \t]--hash=[a-z0-9]+:[0-9a-f]+)+")
SUMS = "venv.json"  # of each file in venv/ as it was installed: its SHA-256, or where a link points to


UNGUARDED = "it takes no lock, and would run on every machine of the fleet; a new package has leader.py"


class Exit(IntEnum):
    """Exit codes; docs/runbook.md says what to do for each."""

    DONE = 0
    USAGE = 64
    ARTIFACT = 65
    UNKNOWN_RELEASE = 66
    AWS = 69
    PROGRAM = 70
    DISK = 71
    INSTALL = 72
    MIGRATION = 73
    SYSTEM = 74
    LOCKED = 75
    UNHEALTHY = 76
    SITE = 77
    ENVIRONMENT = 78
    BACKGROUND = 79
    INTERRUPTED = 130


class Failure(Exception):
    """What went wrong, with its exit code; the message is for an operator, and holds no secret."""

    def __init__(self, code: Exit, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Damaged(Failure):
    """A release.json that is not the one of its id: what is on the disk can be fetched again."""


class Report:
    """JSON lines on standard output."""

    def line(self, step: str, state: str, **more: object) -> None:
        """One line, at once; nothing where nobody reads any more, which must stop neither a deploy nor its undoing."""
        moment = datetime.now(UTC).isoformat(timespec="milliseconds")
        try:
            print(json.dumps({"time": moment, "step": step, "state": state, **more}), flush=True)
        except OSError:
            sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for what else is said

    @contextmanager
    def step(self, name: str, **more: object) -> Iterator[dict[str, object]]:
        """A step; what its block puts into the dictionary is in the line that says it is done."""
        self.line(name, "started", **more)
        began, found = time.monotonic(), dict[str, object]()
        try:
            yield found
        except BaseException as error:
            failure = as_failure(error)
            seconds = round(time.monotonic() - began, 3)
            self.line(name, "failed", seconds=seconds, code=int(failure.code), message=failure.message)
            raise failure from error
        self.line(name, "done", seconds=round(time.monotonic() - began, 3), **found)


def as_failure(error: BaseException) -> Failure:
    """Any exception as a failure with its code."""
    if isinstance(error, Failure):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Failure(Exit.INTERRUPTED, "interrupted; what was begun is stopped")
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
        return Failure(Exit.DISK if full else Exit.SYSTEM, f"{where}{error.strerror or error}")
    return Failure(Exit.PROGRAM, f"{type(error).__name__}: {error}")


# Files


def write(path: Path, text: str, mode: int = 0o644) -> None:
    """Writes the file whole or not at all, also where the power fails."""
    draft = path.with_name(f".{path.name}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, mode)
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    draft.replace(path)
    sync(path.parent)


def link(path: Path, target: str) -> None:
    """Makes the link point to the target in one step: whoever opens it finds the old target or the new one."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target)
    draft.replace(path)
    sync(path.parent)


def sync(directory: Path) -> None:
    """Waits until the names in the directory are on the disk."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path) -> str | None:
    """The file's text; None where there is no such file."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def target_of(path: Path) -> str | None:
    """Last part of what the link points to; None where there is no link."""
    try:
        return path.readlink().name
    except OSError:
        return None


def quoted(name: str, value: str) -> str:
    """A secret's value as a value of a systemd EnvironmentFile (systemd.exec(5)); the same rule as infra/quoting.py."""
    if re.search(r"[\x00-\x08\x0b-\x1f\x7f]", value):
        raise Failure(
            Exit.ENVIRONMENT, f"the secret {name} has a control character, which no environment file can hold"
        )
    return '"' + re.sub(r'(["\\`$])', r"\\\1", value) + '"'


def exactly(secret: str) -> str:
    """A line of nginx's map for one value of the header: a plain string there is of any case, a pattern is not."""
    return f'"~^{secret}$" 1;\n'


def secret_in(line: str) -> str:
    """The value of such a line, also of one that an older program wrote."""
    word = line.strip().removesuffix(" 1;")[1:-1]
    found = re.fullmatch(rf"~\^({ORIGIN_SECRET.pattern})\$", word)
    return found[1] if found else re.sub(r"\\(.)", r"\1", word)


def anew(line: str) -> str:
    """The line as this program writes it; as it is where its value is none that this program would take."""
    value = secret_in(line)
    return exactly(value) if ORIGIN_SECRET.fullmatch(value) else line


# What the machine and the release are


@dataclass(frozen=True)
class Machine:
    """This machine: where things are, and the settings that its user data wrote."""

    root: Path
    product: str
    settings: Mapping[str, Any]

    @classmethod
    def of(cls, program: Path) -> Machine:
        """The machine whose <root>/srv/<product>/bin/ holds the program."""
        product, root = program.parents[1].name, program.parents[3]
        file = root / "etc" / product / "environment.json"
        try:
            settings = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise Failure(Exit.ENVIRONMENT, f"{file}: cannot be read ({error}); the user data writes it") from None
        return cls(root, product, settings)

    @property
    def home(self) -> Path:
        """Releases, slots and the live socket."""
        return self.root / "srv" / self.product

    @property
    def units(self) -> Path:
        """Where systemd finds units of the administrator."""
        return self.root / "etc/systemd/system"

    @property
    def site(self) -> Path:
        """nginx's site."""
        return self.root / f"etc/nginx/sites-available/{self.product}.conf"

    @property
    def origin_secrets(self) -> Path:
        """Values that CloudFront may send, for nginx."""
        return self.root / "etc" / self.product / "origin-secrets.map"

    @property
    def live(self) -> Path:
        """Link to the live slot's socket."""
        return self.home / "live.sock"

    @property
    def page(self) -> Path:
        """The page that is served instead of the product while it is there."""
        return self.home / "maintenance.html"

    def release(self, release_id: str) -> Path:
        """Directory of a release."""
        return self.home / "releases" / release_id

    def socket(self, slot: str) -> Path:
        """The socket of a slot's web unit."""
        return self.root / f"run/{self.product}-{slot}/web.sock"

    def unit(self, part: str, slot: str) -> str:
        """Name of a slot's unit. The file has the instance's name: the other slot keeps the unit of its own release."""
        return f"{self.product}-{part}@{slot}.service"

    def live_slot(self) -> str | None:
        """The slot that nginx is sent to; None before the first release."""
        try:
            found = self.live.readlink().parent.name.removeprefix(f"{self.product}-")
        except OSError:
            return None
        return found if found in SLOTS else None

    def in_slot(self, slot: str | None) -> str | None:
        """Id of the release in a slot."""
        return target_of(self.home / "slots" / slot) if slot else None

    def idle_slot(self) -> str:
        """The slot that the next release is started in."""
        live = self.live_slot()
        return next(one for one in SLOTS if one != live)

    def environment(self, slot: str) -> Path:
        """A slot's environment; each has its own, so that the live release can be tried with a new one in the other."""
        return self.home / f"slots/{slot}.env"

    def environment_in_use(self, slot: str) -> Path:
        """The environment that a slot's web unit reads; what an older program put in place reads its release's own."""
        own = "/slots/%i/env\n" in (read(self.units / self.unit("web", slot)) or "")
        return self.home / f"slots/{slot}/env" if own else self.environment(slot)

    def releases(self) -> list[Path]:
        """Directories of releases, whole or not; a link that somebody put there is none."""
        found = sorted((self.home / "releases").iterdir())
        return [one for one in found if one.is_dir() and not one.is_symlink()]

    def complete(self, release_id: str) -> bool:
        """Whether the release is whole on this disk; a copy of one that somebody made has its name in the mark."""
        with suppress(OSError):
            return (self.release(release_id) / ".complete").read_bytes() == f"{release_id}\n".encode()
        return False


@dataclass(frozen=True)
class Release:
    """One release, as its release.json describes it."""

    id: str
    described: Mapping[str, Any]
    body: bytes

    @classmethod
    def of(cls, release_id: str, body: bytes, machine: Machine) -> Release:
        """Reads release.json; raises Failure for one that was altered or is odd, of another schema, place or Python."""
        digest = hashlib.sha256(body).hexdigest()[:DIGEST_LENGTH]
        if not release_id.endswith(f"-{digest}"):
            raise Damaged(Exit.ARTIFACT, f"{release_id}: its release.json was altered (its digest is {digest})")
        described = parsed(body)
        if described is None:
            raise Damaged(Exit.ARTIFACT, f"{release_id}: its release.json is none")
        if described["schema"] not in SCHEMAS:
            found, known = repr(described["schema"])[:20], " and ".join(map(str, SCHEMAS))
            raise Failure(Exit.ARTIFACT, f"{release_id}: schema {found}, this program knows {known}; deploy again")
        if wrong := [key for key, fits in KEYS.items() if not fits(described.get(key))]:
            raise Failure(Exit.ARTIFACT, f"{release_id}: {wrong[0]} in its release.json is not as it has to be")
        own = tuple(machine.settings[key] for key in ("product", "environment"))
        if (described["product"], described["environment"]) != own:
            place = f"{described['product']} in {described['environment']}"
            raise Failure(Exit.ARTIFACT, f"{release_id} is of {place}, this machine of {own[0]} in {own[1]}")
        here = (python_version(), machine_platform())
        if (described["python"], described["platform"]) != here:
            wanted = f"Python {described['python']} on {described['platform']}"
            raise Failure(Exit.ARTIFACT, f"{release_id} is for {wanted}, this machine has {here[0]} on {here[1]}")
        return cls(release_id, described, body)

    @property
    def version(self) -> str:
        """What the release's health check must answer."""
        return str(self.described["version"])

    def file(self, name: str) -> str | None:
        """One of the rendered files that travel with the release."""
        text = self.described["files"].get(name)
        return None if text is None else str(text)

    def unit(self, part: str) -> str | None:
        """One of its units, reading the slot's environment whatever its schema."""
        text = self.file(f"{part}.service")
        return text and text.replace("/slots/%i/env\n", "/slots/%i.env\n")


def parsed(body: bytes) -> dict[str, Any] | None:
    """The object that release.json is; None for anything else."""
    try:
        found = json.loads(body.decode())
        json.dumps(found, ensure_ascii=False).encode()  # half of a surrogate pair is in no file
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and "schema" in found else None


def is_like(pattern: str) -> Callable[[object], bool]:
    """Whether a value is a text of this form."""
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def is_texts(value: object, names: str = ".*") -> bool:
    """Whether a value is an object of texts under names of this form."""
    named = is_like(names)
    return isinstance(value, dict) and all(named(name) and isinstance(text, str) for name, text in value.items())


def is_artifact(value: object) -> bool:
    """Whether a value says which artifact it is, and how many bytes."""
    return (
        isinstance(value, dict)
        and is_like(r"[0-9a-f]{64}")(value.get("sha256"))
        and type(value.get("bytes")) is int
        and value["bytes"] >= 0
    )


KEYS: Mapping[str, Callable[[object], bool]] = {  # of release.json, that this program reads
    **dict.fromkeys(("product", "environment", "version", "python", "platform", "platform_sha256"), is_like(".*")),
    "artifact": is_artifact,
    "health_path": is_like(r"/[!-~]*"),
    "host": is_like(r"[!-~]+"),
    "secrets_store": is_like("ssm|secretsmanager"),
    "secrets": partial(is_texts, names=r"[A-Za-z_][A-Za-z0-9_]*"),
    "files": is_texts,
}


def ours(member: tarfile.TarInfo, place: str) -> tarfile.TarInfo | None:
    """A filter of tarfile: refuses what no artifact has, above all a virtual environment, which root would run."""
    parts = member.name.split("/")
    inside = parts[0] in FOLDERS and ".." not in parts and (member.isfile() or member.isdir())
    if not inside and not (member.isfile() and member.name in FILES):
        raise tarfile.FilterError(f"{member.name!r} is in no artifact")
    return tarfile.data_filter(member, place)


def python_version() -> str:
    """Such as 3.13: what wheels must fit."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def machine_platform() -> str:
    """Such as linux-x86_64."""
    return f"{platform.system().lower()}-{platform.machine()}"


# AWS


class Cloud:
    """What the program reads from AWS: the artifacts bucket, parameters and secrets."""

    def __init__(self, machine: Machine) -> None:
        import boto3
        import botocore.session
        from botocore.config import Config

        core = botocore.session.Session()
        for name, value in METADATA.items():
            core.set_config_variable(name, value)
        self._machine = machine
        self._config = Config(connect_timeout=3, read_timeout=20, retries={"total_max_attempts": 4, "mode": "standard"})
        self._session = boto3.Session(botocore_session=core, region_name=machine.settings["region"])

    def descriptor(self, release_id: str) -> bytes:
        """release.json of a release."""
        with self._asking(f"releases/{release_id}/release.json"):
            return bytes(self._get(f"releases/{release_id}/release.json")["Body"].read())

    def artifact(self, wanted: Mapping[str, Any], file: Path) -> None:
        """Fetches the artifact into the file; raises Failure unless it is exactly the one that was packaged."""
        key, digest, size = f"releases/artifacts/{wanted['sha256']}.tar.gz", hashlib.sha256(), 0
        with self._asking(key), file.open("wb") as output:
            for chunk in self._get(key)["Body"].iter_chunks(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                if size > wanted["bytes"]:
                    break
                output.write(chunk)
        if (digest.hexdigest(), size) != (wanted["sha256"], wanted["bytes"]):
            raise Failure(Exit.ARTIFACT, f"s3 {key}: {size} bytes that are not the artifact that was packaged")

    def secret(self, name: str, store: str) -> str:
        """A secret's value."""
        with self._asking(name, missing=f"the secret {name} is not set; set it with `diceytech secrets set`"):
            if store == "ssm":
                client = self._client("ssm")
                return str(client.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
            return str(self._client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])

    def parameter(self, name: str) -> str | None:
        """An SSM parameter; None where there is none."""
        with self._asking(name):
            client = self._client("ssm")
            try:
                return str(client.get_parameter(Name=name)["Parameter"]["Value"])
            except client.exceptions.ParameterNotFound:
                return None

    def _get(self, key: str) -> Any:
        return self._client("s3").get_object(Bucket=self._machine.settings["artifacts_bucket"], Key=key)

    def _client(self, service: str) -> Any:
        return self._session.client(service, config=self._config)

    @contextmanager
    def _asking(self, what: str, missing: str | None = None) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

        try:
            yield
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "unknown")
            if code in ("NoSuchKey", "404"):
                raise Failure(Exit.UNKNOWN_RELEASE, f"the artifacts bucket has no {what}") from None
            if code in ("ParameterNotFound", "ResourceNotFoundException"):
                raise Failure(Exit.ENVIRONMENT, missing or f"{what} is not there") from None
            why = f"{code}: it is not there, or the server may not read it" if code == "AccessDenied" else code
            raise Failure(Exit.AWS, f"AWS refuses {what} ({error.operation_name}: {why})") from None
        except (BotoCoreError, HTTPClientError) as error:
            text = " ".join(str(error).split())
            raise Failure(Exit.AWS, f"AWS does not answer for {what} ({text})") from None


# Programs of the machine


def run(command: list[str], code: Exit, what: str, *, seconds: float = 300.0) -> str:
    """Runs a program to its end, which is killed if this one is; raises Failure with the program's last line."""
    words = ["setpriv", "--pdeathsig", "KILL", *command]
    try:
        done = subprocess.run(  # noqa: S603 - ours
            words,
            capture_output=True,
            encoding="utf-8",
            errors="replace",  # a journal holds any bytes
            timeout=seconds,
            check=False,
            cwd="/",  # Python and pip take modules and files from where they are: not from a release's, as root
        )
    except subprocess.TimeoutExpired:
        raise Failure(code, f"{what} did not end within {seconds:.0f} s") from None
    if done.returncode:
        raise Failure(code, f"{what}: {last_line(done.stderr or done.stdout)}")
    return done.stdout


def pip_wheel() -> Path | None:
    """The pip that the system's Python gives to new environments: run from its wheel it need not be installed first."""
    import ensurepip
    import sysconfig

    places = [Path(ensurepip.__file__).parent / "_bundled", Path(sysconfig.get_config_var("WHEEL_PKG_DIR") or "/none")]
    found = sorted(wheel for place in places for wheel in place.glob("pip-*.whl"))
    return found[-1] if found else None


def last_line(text: str) -> str:
    """The line that says most, cut: the last one that names an exception, else the last one."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(\w+\.)*\w*(Error|Exception|NotFound)\b", line)]
    return (errors or lines or ["it said nothing"])[-1][:400]


def restarts(shown: Mapping[str, str]) -> int:
    """How often systemd has started a unit again since somebody else started it."""
    return int(shown.get("NRestarts") or 0)


def unsteady(shown: Mapping[str, str]) -> str | None:
    """Why a unit that systemd shows so cannot be said to stay up; None where it does."""
    times = restarts(shown)
    again = f"started again {times} time{'s' * (times != 1)}"
    if shown.get("ActiveState") != "active":
        state = f"is {shown.get('SubState') or shown.get('ActiveState') or 'unknown'}"
        return f"{state}, {again}" if times else state
    up = time.monotonic() - int(shown.get("ExecMainStartTimestampMonotonic") or 0) / 1e6
    return f"{again}, {up:.0f} s ago" if times and up < LATELY else None


class Systemd:
    """The few things that are asked of systemd."""

    def __call__(self, *words: str, seconds: float = 200.0) -> str:
        """`systemctl WORDS`; raises Failure."""
        return run(["systemctl", *words], Exit.SYSTEM, f"systemctl {' '.join(words)}", seconds=seconds)

    def show(self, unit: str) -> dict[str, str]:
        """How a unit is: its states, how often systemd started it again, and when it started (us, monotonic)."""
        asked = "ActiveState,SubState,NRestarts,ExecMainStartTimestampMonotonic"
        text = self("show", f"--property={asked}", unit)
        return dict(line.partition("=")[::2] for line in text.splitlines())

    def active(self, unit: str) -> bool:
        """Whether the unit runs, or is on its way up or down."""
        return self.show(unit).get("ActiveState") in ("active", "activating", "deactivating", "reloading")

    def enabled(self, unit: str) -> bool:
        """Whether the unit starts with the machine."""
        with suppress(Failure):
            return self("is-enabled", unit).strip() == "enabled"
        return False

    def said(self, unit: str, since: float) -> str:
        """What the unit wrote since then (seconds since 1970), in one line."""
        text = self.wrote(unit, since)
        return "its journal cannot be read" if text is None else last_line(text)

    def wrote(self, unit: str, since: float) -> str | None:
        """What the unit wrote since then; None where the journal cannot be read."""
        words = [
            "journalctl",
            f"_SYSTEMD_UNIT={unit}",
            f"--since=@{since:.0f}",
            "--output=cat",
            "--lines=80",
            "--no-pager",
        ]
        with suppress(Failure):
            return run(words, Exit.SYSTEM, "journalctl")
        return None


def ask(connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str], version: str) -> str | None:
    """Asks for health; None where the version answers that it is well, else what is wrong."""
    late = threading.Event()
    try:
        connection.request("GET", path, headers=dict(headers))
        with bounded(connection.sock, late):
            answer = connection.getresponse()
            body = answer.read(64 * 1024).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        return f"no answer ({late_answer(path) if late.is_set() else error or type(error).__name__})"
    finally:
        connection.close()
    if late.is_set():
        return late_answer(path)
    if answer.status != 200:
        return f"{path} answers {answer.status}: {' '.join(body.split())[:200]}"
    try:
        found = json.loads(body)["version"]
    except (ValueError, KeyError, TypeError):
        return f"{path} answers 200 without a version in JSON"
    return None if found == version else f"{path} answers version {str(found)[:80]}, not {version}"


@contextmanager
def bounded(waiting: socket.socket, late: threading.Event) -> Iterator[None]:
    """Ends the connection when its answer takes too long: a time-out is of each byte, and they may come one by one."""

    def end() -> None:
        late.set()
        with suppress(OSError):
            waiting.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(ANSWER_SECONDS, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def late_answer(path: str) -> str:
    """What is wrong with an answer that does not end."""
    return f"{path} does not end its answer within {ANSWER_SECONDS:.0f} s"


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = str(path)

    def connect(self) -> None:
        """Opens the socket."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


# What is installed


def sums(room: Path) -> Iterator[tuple[str, str]]:
    """Each file of a virtual environment with its SHA-256, and each link with where it points to."""
    for path in sorted(room.rglob("*")):
        if path.is_symlink():
            yield str(path.relative_to(room)), f"-> {path.readlink()}"
        elif path.is_file():
            yield str(path.relative_to(room)), hashlib.sha256(path.read_bytes()).hexdigest()


def installed(release: Path) -> Iterator[tuple[str, bytes | str | None]]:
    """Each file's bytes and each link's target, as they were installed; None for one that no longer is so."""
    try:
        wanted = dict(json.loads((release / SUMS).read_bytes()))
    except (OSError, ValueError, TypeError):
        yield SUMS, None
        return
    for name, digest in wanted.items():
        path = release / "venv" / name
        try:
            if path.is_symlink():
                target = str(path.readlink())
                yield name, target if digest == f"-> {target}" else None
            else:
                data = path.read_bytes()
                yield name, data if digest == hashlib.sha256(data).hexdigest() else None
        except OSError:
            yield name, None


# The work


class Releases:
    """The machine's releases and slots."""

    def __init__(self, machine: Machine, report: Report) -> None:
        self.machine, self.report, self.systemd = machine, report, Systemd()
        self._cloud: Cloud | None = None

    @property
    def cloud(self) -> Cloud:
        """AWS, once it is needed: a rollback to what is on the disk needs none."""
        self._cloud = self._cloud or Cloud(self.machine)
        return self._cloud

    # Clearing up after a run that was killed

    def recover(self) -> None:
        """Brings what an interrupted run has left to the state of the live slot; says what it found."""
        machine, found = self.machine, list[str]()
        live = machine.live_slot()
        for slot in SLOTS:
            self._stop_migration(slot, found)
            if slot != live:
                self._stop_left_over(slot, found)
        for directory in machine.releases():
            if (directory / ".complete").exists():  # with another's name in it: a copy, which is not ours to remove
                continue
            if self._in_use(directory.name):
                found.append(
                    f"left {directory.name}: it is live, although its .complete is gone; deploy another release"
                )
            else:
                self._mend(partial(shutil.rmtree, directory), f"removed the unfinished {directory.name}", found)
        self._mend_environments(live, found)
        if live is not None:
            self._mend_live(live, found)
        if found:
            self.report.line("recover", "done", found=found)

    def _mend_environments(self, live: str | None, found: list[str]) -> None:
        """For machines of schema 1, whose program wrote a release's `env` before that was proved.

        It kept the one before beside it, under the slot that was live; where that slot still is, it was killed before
        the switch.
        """
        own = [one for one in self.machine.releases() if self.machine.complete(one.name) or self._in_use(one.name)]
        for kept in [file for one in own for file in sorted(one.glob("env.before-*"))]:
            name = kept.parent.name
            if kept.name == f"env.before-{live}":
                back = partial(kept.replace, kept.with_name("env"))
                self._mend(back, f"put the environment of {name} back", found)
            else:
                self._mend(kept.unlink, f"removed {kept.name} of {name}", found)

    def _in_use(self, release_id: str) -> bool:
        """Whether the live slot links to the release; any slot, where nobody knows which one is live."""
        live = self.machine.live_slot()
        return release_id in [self.machine.in_slot(slot) for slot in ([live] if live else SLOTS)]

    def _stop_migration(self, slot: str, found: list[str]) -> None:
        unit = self.machine.unit("migrate", slot)
        if (self.machine.units / unit).exists() and self.systemd.active(unit):
            self.systemd("stop", unit)
            found.append(f"stopped {unit}")

    def _stop_left_over(self, slot: str, found: list[str]) -> None:
        left = [unit for unit in self._units(slot) if self.systemd.active(unit) or self.systemd.enabled(unit)]
        if left:
            self._retire(slot)
            found.append(f"stopped {', '.join(left)}")

    def _mend_live(self, live: str, found: list[str]) -> None:
        release_id, unguarded = self.machine.in_slot(live), self._unguarded(live)
        for unit in self._units(live):
            if not self.systemd.enabled(unit):
                if unit == unguarded:
                    found.append(f"left {unit} out: {UNGUARDED}")
                    continue
                self._mend(partial(self.systemd, "enable", unit), f"enabled {unit}", found)
            if self.systemd.enabled(unit) and not self.systemd.active(unit):
                self._mend(partial(self.systemd, "start", unit), f"started {unit}", found)
        if release_id is None or not self.machine.complete(release_id):
            return
        if target_of(self.machine.home / "current") != release_id:
            self._mend(partial(self._remember, release_id), f"current is {release_id}", found)
        own, used = self.machine.release(release_id) / "env", read(self.machine.environment_in_use(live))
        if used is not None and read(own) != used:
            self._mend(partial(write, own, used, 0o600), f"kept the environment of {release_id}", found)
        with suppress(Failure, OSError):  # of an older program: its site cannot be known
            site = self._described(release_id).file("nginx-site") or ""
            if read(self.machine.site) != site:
                self._mend(partial(self._use_site, site), "put the live release's nginx site back", found)

    def _mend(self, step: Callable[[], object], what: str, found: list[str]) -> None:
        """A step of clearing up that may fail: a new release is often what mends the rest."""
        try:
            step()
            found.append(what)
        except (Failure, OSError) as error:
            found.append(f"not done: {what} ({error})")

    def _units(self, slot: str) -> list[str]:
        """The slot's units that are installed, the web unit first, without the migration's."""
        names = (self.machine.unit(part, slot) for part in ("web", *BACKGROUND))
        return [name for name in names if (self.machine.units / name).exists()]

    def _background(self, slot: str) -> list[str]:
        return [unit for unit in self._units(slot) if "-web@" not in unit]

    def _unguarded(self, slot: str) -> str | None:
        """The scheduler's unit where each machine of a fleet would run its command: a release from before leader.py."""
        unit = self.machine.unit("scheduler", slot)
        text = read(self.machine.units / unit)
        led = text is not None and "leader.py" in text and (self.machine.home / "slots" / slot / "leader.py").exists()
        return None if text is None or led or self._single(slot) else unit

    def _single(self, slot: str) -> bool:
        """Whether the release is for a single server."""
        release_id = self.machine.in_slot(slot)
        with suppress(Failure, OSError):  # of an older program: it may be of a fleet
            return release_id is not None and self._described(release_id).described.get("server_mode") == "single"
        return False

    # Getting a release

    def obtain(self, release_id: str, *, fresh_environment: bool = True) -> Release:
        """The release, whole on this disk, and its environment in the idle slot; fetched and installed where it is not.

        A release that never was live has no environment of its own: it gets one with secrets as they are now.
        """
        machine, directory = self.machine, self.machine.release(release_id)
        if machine.complete(release_id):
            release = self._mended(release_id)
            had = None if fresh_environment else read(directory / "env")
            if had is not None:
                write(machine.environment(machine.idle_slot()), had, 0o600)
                return release
            with self.report.step("environment") as said:
                said.update(self._write_environment(release))
            return release
        if self._in_use(release_id):
            raise Failure(
                Exit.ARTIFACT, f"{release_id} is live, although its .complete is gone; deploy another release"
            )
        if directory.is_dir() and not directory.is_symlink():  # its .complete names it not, so it may be anything
            shutil.rmtree(directory)
        try:
            return self._fetch(release_id, directory)
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise

    def _fetch(self, release_id: str, directory: Path) -> Release:
        with self.report.step("fetch") as said:
            release = Release.of(release_id, self.cloud.descriptor(release_id), self.machine)
            said["bytes"] = release.described["artifact"]["bytes"]
            self._prune(also_keep=release_id)
            self._refuse_full_disk(release)
            directory.mkdir()
            self.cloud.artifact(release.described["artifact"], directory / "artifact.tar.gz")
        with self.report.step("unpack") as said:
            said["files"] = self._unpack(release, directory)
        with self.report.step("install") as said:
            said.update(self._make_venv(directory))
        with self.report.step("environment") as said:
            said.update(self._write_environment(release))
        self._seal(release, directory)
        return release

    def _described(self, release_id: str) -> Release:
        """A release that is on this disk."""
        return Release.of(release_id, (self.machine.release(release_id) / "release.json").read_bytes(), self.machine)

    def _mended(self, release_id: str) -> Release:
        """A release that is on this disk; its release.json is fetched again where it is damaged, and is what it was."""
        with suppress(Damaged, OSError):  # any other failure is of what was written, and is so again when fetched
            return self._described(release_id)
        with self.report.step("release.json"):
            release = Release.of(release_id, self.cloud.descriptor(release_id), self.machine)
            write(self.machine.release(release_id) / "release.json", release.body.decode())
        return release

    def _refuse_full_disk(self, release: Release) -> None:
        needed = 6 * int(release.described["artifact"]["bytes"]) + ROOM
        free = shutil.disk_usage(self.machine.home).free
        if free < needed:
            raise Failure(Exit.DISK, f"{free >> 20} MiB are free, a release needs {needed >> 20}; make room")

    def _unpack(self, release: Release, directory: Path) -> int:
        """Unpacks the artifact and holds every file against the manifest; gives their number."""
        file = directory / "artifact.tar.gz"
        try:
            with tarfile.open(file) as archive:
                archive.extractall(directory, filter=ours)  # noqa: S202 - tarfile's filter for data, and more
            manifest = json.loads((directory / "manifest.json").read_bytes())
            wanted, version = dict(manifest["files"]), manifest["version"]
            lines = (directory / "requirements.txt").read_bytes().splitlines()
        except UNREADABLE as error:
            raise Failure(Exit.ARTIFACT, f"{release.id}: its artifact cannot be read ({error})") from None
        file.unlink()
        (directory / "manifest.json").unlink()
        every = [one for one in directory.rglob("*") if one.is_symlink() or not one.is_dir()]
        found = {str(one.relative_to(directory)): one for one in every}
        if wrong := sorted(found.keys() ^ wanted.keys()):
            raise Failure(Exit.ARTIFACT, f"{release.id}: {wrong[0]} is not as the manifest says")
        for name, path in found.items():
            if path.is_symlink() or hashlib.sha256(path.read_bytes()).hexdigest() != wanted[name]:
                raise Failure(Exit.ARTIFACT, f"{release.id}: {name} is not as the manifest says")
        if version != release.version:
            raise Failure(Exit.ARTIFACT, f"{release.id}: its artifact is of version {version}")
        if not all(map(PINNED.fullmatch, lines)):
            raise Failure(Exit.ARTIFACT, f"{release.id}: its requirements.txt has a line that is no pin with hashes")
        if lacking := [name for name in FOLDERS if not (directory / name).is_dir()]:
            raise Failure(Exit.ARTIFACT, f"{release.id}: its artifact has no {lacking[0]}/")
        return len(found)

    def _make_venv(self, directory: Path) -> dict[str, object]:
        """The virtual environment, at its final path, with all bytecode made; says where it was taken from."""
        twin = next((one for one in self._alike(directory) if self._copy_venv(one, directory)), None)
        made = [directory / "app"]
        if twin is None:
            self._install(directory)
            made.append(directory / "venv/lib")
        shutil.rmtree(directory / "wheelhouse")
        # The system's Python, which made the environment, without the packages: root must not run what is in a .pth.
        compiling = [sys.executable, "-I", "-S", "-m", "compileall", "-q", "-j", "0", *map(str, made)]
        with suppress(Failure):  # a file that is no Python of this version, such as a template, stops nothing
            run(compiling, Exit.INSTALL, "compileall")
        write(directory / SUMS, json.dumps(dict(sums(directory / "venv")), indent=0))
        return {} if twin is None else {"as_in": twin.name}

    def _alike(self, directory: Path) -> list[Path]:
        """Releases on this disk with the same requirements, each of which names what it is by its hash."""
        requirements, library = (directory / "requirements.txt").read_bytes(), f"venv/lib/python{python_version()}"
        found = []
        for one in reversed(self.machine.releases()):
            with suppress(OSError):  # one whose requirements are lost is no twin of any other
                alike = (one / "requirements.txt").read_bytes() == requirements
                if alike and self.machine.complete(one.name) and (one / library).is_dir():
                    found.append(one)
        return found

    def _copy_venv(self, twin: Path, directory: Path) -> bool:
        """Copies what was installed there; False, and nothing is copied, unless all of it is as it was installed.

        A copy, and no link: what is written into the one in place must not change the other, which a rollback goes to.
        """
        room, place, here = directory / "venv", str(twin).encode(), str(directory).encode()
        for name, content in installed(twin):
            path = room / name
            if content is None:
                shutil.rmtree(room, ignore_errors=True)
                return False
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str):
                path.symlink_to(content)
                continue
            names_place = path.parent == room / "bin" or name == "pyvenv.cfg"
            path.write_bytes(content.replace(place, here) if names_place else content)
            shutil.copystat(twin / "venv" / name, path)
        return (room / "bin/python").exists()

    def _install(self, directory: Path) -> None:
        """A virtual environment from the wheels alone."""
        if (directory / "venv").exists():  # root would run what is in it
            raise Failure(Exit.ARTIFACT, f"{directory / 'venv'}: is there before it was made")
        python, wheel = str(directory / "venv/bin/python"), pip_wheel()
        without = ["--without-pip"] if wheel else []
        run([sys.executable, "-I", "-m", "venv", *without, str(directory / "venv")], Exit.INSTALL, "venv")
        pip = [python, "-I", f"{wheel}/pip"] if wheel else [python, "-I", "-m", "pip"]
        pip += ["--disable-pip-version-check", "install", "--quiet", "--no-index", "--no-compile", "--require-hashes"]
        pip += ["--only-binary=:all:", "--root-user-action=ignore", "--find-links", str(directory / "wheelhouse")]
        run([*pip, "--requirement", str(directory / "requirements.txt")], Exit.INSTALL, "pip")

    def _write_environment(self, release: Release) -> dict[str, object]:
        """Writes the idle slot's environment, with secrets as they are now; says whether the platform has changed."""
        described = release.described
        lines = [release.file("django.env") or ""]
        for variable, name in described["secrets"].items():
            value = self.cloud.secret(name, described["secrets_store"])
            lines.append(f"{variable}={quoted(name, value)}\n")
        self._write_origin_secrets()
        now = self.cloud.parameter(self.machine.settings["platform_parameter"]) or ""
        write(self.machine.environment(self.machine.idle_slot()), "".join(lines), 0o600)
        changed = hashlib.sha256(now.encode()).hexdigest() != described["platform_sha256"]
        return {"platform_changed": True, "note": "the platform has changed since; deploy again"} if changed else {}

    def _write_origin_secrets(self) -> None:
        """The value of now and the one before, which CloudFront may send until the next `up`."""
        settings, file = self.machine.settings, self.machine.origin_secrets
        value = self.cloud.secret(settings["origin_secret"], settings["secrets_store"])
        if not ORIGIN_SECRET.fullmatch(value):
            wanted = "letters, digits, hyphens and underscores, 16 to 128 of them"
            raise Failure(
                Exit.ENVIRONMENT, f"the secret {settings['origin_secret']} must have {wanted}; set another one"
            )
        new = exactly(value)
        before = [anew(line) for line in (read(file) or "").splitlines(keepends=True) if line.strip()]
        if read(file) != (text := "".join([new, *(line for line in before if line != new)][:2])):
            write(file, text, 0o600)

    def _seal(self, release: Release, directory: Path) -> None:
        write(directory / "release.json", release.body.decode())
        os.sync()  # everything that was unpacked and installed, before the mark that says so
        write(directory / ".complete", f"{release.id}\n")

    # Going live

    def bring_up(self, release: Release, *, migrate: bool) -> None:
        """Starts the release in the idle slot, and makes it live once it is well; raises Failure, all undone."""
        machine = self.machine
        live = machine.live_slot()
        slot = machine.idle_slot()
        before = read(machine.site)
        try:
            with self.report.step("units", slot=slot):
                self._put_into(slot, release)
            if migrate:
                with self.report.step("migrate"):
                    self._migrate(slot)
            with self.report.step("start"):
                began = self._start(slot)
            with self.report.step("probe") as said:
                said["answers"] = self._probe(slot, release, began)
            with self.report.step("background") as said:
                said.update(self._start_background(slot))
            with self.report.step("site") as said:
                said["reloaded"] = self._use_site(release.file("nginx-site") or "")
            self._switch(slot, live, release)
            self._try_scheduler(slot, live, began)
        except BaseException:
            self._undo(slot, live, before)
            raise
        write(machine.release(release.id) / "env", read(machine.environment(slot)) or "", 0o600)
        self._remember(release.id)
        with self.report.step("drain"):
            if live is not None:
                time.sleep(DRAIN_SECONDS)
                self._retire(live)
        with self.report.step("prune") as said:
            said["removed"] = self._prune(also_keep=release.id)

    def _put_into(self, slot: str, release: Release) -> None:
        machine = self.machine
        link(machine.home / "slots" / slot, f"../releases/{release.id}")
        for part in ("web", "migrate", *BACKGROUND):
            file, text = machine.units / machine.unit(part, slot), release.unit(part)
            if text is not None:
                write(file, text)
            elif file.exists():
                file.unlink()
        self.systemd("daemon-reload")

    def _migrate(self, slot: str) -> None:
        unit, began = self.machine.unit("migrate", slot), time.time()
        try:
            self.systemd("start", unit, seconds=240.0)
        except Failure:
            raise Failure(Exit.MIGRATION, f"the migration failed: {self.systemd.said(unit, began)}") from None
        finally:
            with suppress(Failure):
                self.systemd("stop", unit)
                self.systemd("reset-failed", unit)

    def _start(self, slot: str) -> float:
        """Starts the slot's web unit; gives when. That it started says nothing yet of its workers."""
        unit, began = self.machine.unit("web", slot), time.time()
        try:
            self.systemd("start", unit)
        except Failure:
            raise Failure(Exit.UNHEALTHY, f"the release does not start: {self.systemd.said(unit, began)}") from None
        return began

    def _probe(self, slot: str, release: Release, began: float) -> int:
        """Asks the slot on its own socket until it was well several times in a row."""
        unit, path = self.machine.unit("web", slot), self.machine.socket(slot)
        headers = {"Host": str(release.described["host"]), "X-Forwarded-Proto": "https"}
        wrong, good, deadline = "it was not asked", 0, time.monotonic() + PROBE_SECONDS
        while good < PROBES:
            if self._fell(unit):
                raise Failure(Exit.UNHEALTHY, f"the release does not start: {self.systemd.said(unit, began)}")
            if time.monotonic() > deadline:
                raise Failure(Exit.UNHEALTHY, f"not well within {PROBE_SECONDS:.0f} s: {wrong}")
            found = ask(
                UnixConnection(path, ANSWER_SECONDS), release.described["health_path"], headers, release.version
            )
            wrong, good = (found, 0) if found else (wrong, good + 1)
            time.sleep(PROBE_PAUSE)
        return good

    def _fell(self, unit: str) -> bool:
        """Whether a unit that was started is down, or was started again by systemd."""
        shown = self.systemd.show(unit)
        return shown.get("ActiveState") != "active" or restarts(shown) > 0

    def _start_background(self, slot: str) -> dict[str, object]:
        """Starts the slot's worker and scheduler, which waits for its turn (leader.py); says their units."""
        began, unguarded = time.time(), self._unguarded(slot)
        units = [unit for unit in self._background(slot) if unit != unguarded]
        for unit in units:
            self.systemd("start", unit)
        if units:
            time.sleep(SETTLE_SECONDS)
        for unit in units:
            if self._fell(unit):
                raise Failure(Exit.BACKGROUND, f"{unit} does not stay up: {self.systemd.said(unit, began)}")
        note = {} if unguarded is None else {"note": f"{unguarded} is left out: {UNGUARDED}"}
        return {"units": units, **note}

    def _try_scheduler(self, slot: str, live: str | None, began: float) -> None:
        """Ends the old scheduler, for whose lock the new one has waited, and looks whether its command stays up.

        The old slot still serves, so that a failure is switched back. On a fleet another machine may have the lock.
        """
        unit = self.machine.unit("scheduler", slot)
        if unit not in self._background(slot) or "leader.py" not in (read(self.machine.units / unit) or ""):
            return
        if unit == self._unguarded(slot):
            return
        with self.report.step("scheduler") as said:
            old = self.machine.unit("scheduler", live) if live else None
            if old is not None and (self.machine.units / old).exists():
                self.systemd("stop", old)
            deadline = time.monotonic() + TURN_SECONDS
            while TURN not in (self.systemd.wrote(unit, began) or "") and not self._fell(unit):
                if time.monotonic() > deadline:
                    said["note"] = "another machine has the scheduler: its command was not tried here"
                    return
                time.sleep(PROBE_PAUSE)
            time.sleep(SETTLE_SECONDS)
            if self._fell(unit):
                why = self.systemd.said(unit, began)
                raise Failure(Exit.BACKGROUND, f"{unit} does not stay up once it has its turn: {why}")

    def _use_site(self, text: str) -> bool:
        """Checks nginx's site where it is new, and reloads nginx for it or for new secrets; says whether it did."""
        machine = self.machine
        stamp = machine.home / ".nginx-loaded"  # what nginx read last
        wanted = hashlib.sha256(f"{text}\0{read(machine.origin_secrets)}".encode()).hexdigest()
        if read(machine.site) == text and read(stamp) == wanted:
            return False
        self._check_site(text)
        write(machine.site, text)
        self.systemd("reload", "nginx.service")
        write(stamp, wanted)
        return True

    def _check_site(self, text: str) -> None:
        """Lets nginx read the site as it would be, before it is put in place."""
        folder = self.machine.root / "etc/nginx"
        main, site = (folder / f".{self.machine.product}-candidate{kind}" for kind in (".conf", ".site"))
        whole = (folder / "nginx.conf").read_text(encoding="utf-8")
        candidate, replaced = re.subn(r"include\s+\S*sites-enabled/\S+\s*;", lambda _: f"include {site};", whole)
        if not replaced:
            raise Failure(Exit.SITE, f"{folder}/nginx.conf includes no sites-enabled; put the line back")
        write(site, text)
        write(main, candidate)
        try:
            run(["nginx", "-t", "-q", "-c", str(main)], Exit.SITE, "nginx refuses the release's site")
        finally:
            main.unlink()
            site.unlink()

    def _switch(self, slot: str, live: str | None, release: Release) -> None:
        """The switch: from one request to the next nginx opens the other socket. Asked through nginx afterwards."""
        machine = self.machine
        with self.report.step("switch", slot=slot):
            for unit in self._units(slot):
                if self.systemd.active(unit):
                    self.systemd("enable", unit)
            os.sync()  # after a power cut both slots start, and the link decides
            if live is not None:
                self._stop_fetching(live)
            link(machine.live, str(machine.socket(slot)))
        if machine.page.exists():
            return
        with self.report.step("verify"):
            self._verify(release)

    def _stop_fetching(self, live: str) -> None:
        """The old worker takes no more tasks: one of the new code would be unknown to it."""
        units = self._background(live)
        for unit in units:
            self.systemd("stop", "--no-block", unit)
        deadline = time.monotonic() + WORKER_STOPS_FETCHING
        while any(self.systemd.active(unit) for unit in units) and time.monotonic() < deadline:
            time.sleep(0.1)

    def _verify(self, release: Release) -> None:
        """Asks through nginx, as CloudFront does."""
        line = (read(self.machine.origin_secrets) or "").partition("\n")[0]
        headers = {"Host": str(release.described["host"]), "X-Origin-Secret": secret_in(line)}
        port = int(self.machine.settings.get("http_port", 80))
        wrong, good, deadline = "it was not asked", 0, time.monotonic() + VERIFY_SECONDS
        while good < VERIFY_PROBES:
            if time.monotonic() > deadline:
                raise Failure(Exit.UNHEALTHY, f"through nginx: {wrong}")
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
            found = ask(connection, release.described["health_path"], headers, release.version)
            wrong, good = (found, 0) if found else (wrong, good + 1)
            time.sleep(PROBE_PAUSE / 2)

    def _undo(self, slot: str, live: str | None, site: str | None) -> None:
        """Back to the live slot, whatever was begun; nothing here may hide why, and no further signal ends it."""
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)  # systemctl inherits it: a terminal's Ctrl-C goes to that as well
        machine = self.machine
        self.report.line("undo", "started", live=machine.in_slot(live))
        steps: list[Callable[[], object]] = []
        if machine.live_slot() == slot:
            steps.append(lambda: link(machine.live, str(machine.socket(live))) if live else machine.live.unlink())
        if site is not None and read(machine.site) != site:
            steps.append(lambda: self._use_site(site))
        if live is not None:
            wanted = [unit for unit in self._background(live) if self.systemd.enabled(unit)]
            steps += [partial(self.systemd, "start", unit) for unit in wanted]
        steps.append(lambda: self._retire(slot))
        for step in steps:
            try:
                step()
            except (Failure, OSError) as error:
                self.report.line("undo", "failed", message=str(error))
        self.report.line("undo", "done", live=machine.in_slot(machine.live_slot()))

    def _retire(self, slot: str) -> None:
        """Stops a slot's units, the web unit last, and keeps them from starting with the machine."""
        for unit in reversed(self._units(slot)):
            with suppress(Failure):
                self.systemd("disable", unit)
            self.systemd("stop", unit, seconds=180.0)
            with suppress(Failure):
                self.systemd("reset-failed", unit)

    def _remember(self, release_id: str) -> None:
        """`current` and `previous`, for people and for a rollback."""
        machine = self.machine
        before = target_of(machine.home / "current")
        if before is not None and before != release_id:
            link(machine.home / "previous", f"releases/{before}")
        link(machine.home / "current", f"releases/{release_id}")

    def _prune(self, *, also_keep: str) -> list[str]:
        """Removes releases beyond the newest, never one that is live or before it; gives those removed."""
        machine = self.machine
        keep = {also_keep, target_of(machine.home / "current"), target_of(machine.home / "previous")}
        keep |= {machine.in_slot(machine.live_slot())}
        mark = ".complete"
        found = [one for one in machine.releases() if machine.complete(one.name)]
        newest = sorted(found, key=lambda one: (one / mark).stat().st_mtime, reverse=True)
        room = KEEP - sum(one.name in keep for one in newest)
        others = [one for one in newest if one.name not in keep]
        for one in others[max(0, room) :]:
            (one / mark).unlink()
            shutil.rmtree(one)
        return [one.name for one in others[max(0, room) :]]

    # Looking

    def status(self) -> dict[str, object]:
        """What is live, and how it is."""
        machine, slot = self.machine, self.machine.live_slot()
        release_id = machine.in_slot(slot)
        found: dict[str, object] = {
            "slot": slot,
            "release": release_id,
            "previous": target_of(machine.home / "previous"),
            "maintenance": machine.page.exists(),
            "releases": [one.name for one in machine.releases() if machine.complete(one.name)],
            "python": python_version(),
            "platform": machine_platform(),
            "free_bytes": shutil.disk_usage(machine.home).free,
            "program_sha256": hashlib.sha256(Path(__file__).read_bytes()).hexdigest(),
        }
        if slot is None or release_id is None:
            return found
        try:
            release = self._described(release_id)
        except (Failure, OSError) as error:
            found["problem"] = f"{error}; it serves on, deploy it or another one"
        else:
            headers = {"Host": str(release.described["host"]), "X-Forwarded-Proto": "https"}
            connection = UnixConnection(machine.socket(slot), ANSWER_SECONDS)
            found["version"] = release.version
            found["problem"] = ask(connection, release.described["health_path"], headers, release.version)
        shown = {unit: self.systemd.show(unit) for unit in self._units(slot)}
        found["units"] = {unit: one.get("ActiveState") for unit, one in shown.items()}
        found["restarts"] = {unit: restarts(one) for unit, one in shown.items()}
        due = {unit: one for unit, one in shown.items() if unit != self._unguarded(slot)}
        found["unsteady"] = {unit: why for unit, one in due.items() if (why := unsteady(one))}
        return found

    def page(self) -> str:
        """The maintenance page: the live release's, or a plain one."""
        release_id = self.machine.in_slot(self.machine.live_slot())
        own = None
        with suppress(Failure, OSError):  # a release.json that is damaged keeps nobody from their maintenance
            own = self._described(release_id).file("maintenance.html") if release_id else None
        return own or "<!doctype html><title>Maintenance</title><h1>We are back in a few minutes.</h1>\n"


# The commands


@dataclass(frozen=True)
class Command:
    """What was asked for."""

    action: str
    release: str | None
    words: tuple[str, ...] = ()


class Program:
    """One run."""

    def __init__(self, machine: Machine, report: Report) -> None:
        self.machine, self.report = machine, report
        self.releases = Releases(machine, report)

    def deploy(self, command: Command) -> None:
        """`deploy` migrates; the other machines of a fleet do not."""
        release = self.releases.obtain(self._wanted(command))
        self.releases.bring_up(release, migrate=command.action == "deploy")

    def install(self, command: Command) -> None:
        """For a machine that boots: the release that is live elsewhere, and the maintenance page if that is on."""
        wanted = self._wanted(command)
        parameter = self.machine.settings.get("maintenance_parameter")
        if parameter and self.releases.cloud.parameter(parameter) == "on":
            write(self.machine.page, self.releases.page())
        if self.machine.in_slot(self.machine.live_slot()) == wanted and self.releases.status().get("problem") is None:
            self.report.line("install", "done", note="it is live already")
            return
        self.releases.bring_up(self.releases.obtain(wanted), migrate=False)

    def rollback(self, command: Command) -> None:
        """To the release before, or to the one named; the database stays as it is."""
        machine, live = self.machine, self.machine.live_slot()
        wanted = command.release or target_of(machine.home / "previous")
        if wanted is None:
            raise Failure(Exit.UNKNOWN_RELEASE, "there is no release before this one; name one")
        if wanted == machine.in_slot(live) and command.action == "rollback":
            raise Failure(Exit.UNKNOWN_RELEASE, f"{wanted} is live already; name another one")
        fresh = command.action == "rollback-fresh"
        release = self.releases.obtain(wanted, fresh_environment=fresh)
        self.releases.bring_up(release, migrate=False)

    def maintenance(self, command: Command) -> None:
        """The page for every request, or the product again."""
        with self.report.step(command.action):
            if command.action == "maintenance-on":
                write(self.machine.page, self.releases.page())
            else:
                self.machine.page.unlink(missing_ok=True)
                sync(self.machine.home)

    def _wanted(self, command: Command) -> str:
        if command.release is None:
            raise Failure(Exit.USAGE, f"{command.action}: which release?")
        return command.release


ACTIONS: dict[str, Callable[[Program, Command], None]] = {
    "deploy": Program.deploy,
    "deploy-without-migrating": Program.deploy,
    "install": Program.install,
    "rollback": Program.rollback,
    "rollback-fresh": Program.rollback,
    "maintenance-on": Program.maintenance,
    "maintenance-off": Program.maintenance,
}


def parse(arguments: list[str]) -> Command:
    """The command line; raises Failure."""
    action, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if action == "run" and rest:
        return Command(action, None, tuple(rest))
    if action not in (*ACTIONS, "status") or len(rest) > 1:
        raise Failure(Exit.USAGE, f"usage: release {'|'.join((*ACTIONS, 'status'))} [RELEASE]")
    release = rest[0] if rest and rest[0] != NOTHING else None
    if release is not None and not RELEASE_ID.fullmatch(release):
        raise Failure(Exit.USAGE, "a release's id has letters, digits, dots, hyphens and underscores, 64 at most")
    return Command(action, release)


@contextmanager
def locked(machine: Machine, command: Command) -> Iterator[None]:
    """One run at a time; the lock goes with the process, however that ends. Raises Failure where it is held."""
    with (machine.home / ".lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "another run"
            raise Failure(Exit.LOCKED, f"{holder} is at work; try again when it is done") from None
        file.truncate(0)
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        file.write(f"{command.action} {command.release or ''} (process {os.getpid()}, since {moment})")
        file.flush()
        yield


def systemd_version() -> int:
    """systemd's number, such as 257; 0 where it does not say."""
    with suppress(Failure):
        found = re.match(r"systemd (\d+)", run(["systemctl", "--version"], Exit.SYSTEM, "systemctl --version"))
        return int(found[1]) if found else 0
    return 0


def run_words(machine: Machine, words: tuple[str, ...]) -> NoReturn:
    """Becomes a command of the live release, as its user and with its environment, on this terminal.

    systemd expands no `$` in it: the value of a secret would stand where everybody who lists processes reads it.
    """
    slot = machine.live_slot()
    if slot is None:
        raise Failure(Exit.UNKNOWN_RELEASE, "there is no live release")
    home = f"{machine.home}/slots/{slot}"
    environment = machine.environment_in_use(slot)
    options = [f"User={machine.product}", f"EnvironmentFile={environment}", f"WorkingDirectory={home}/app"]
    properties = [f"--property={one}" for one in (*options, "NoNewPrivileges=yes", "PrivateTmp=yes")]
    terminal = "--pty" if sys.stdin.isatty() else "--pipe"
    command = ["systemd-run", "--quiet", "--collect", "--wait", terminal, *properties]
    if systemd_version() >= LITERAL_SINCE:
        command.append("--expand-environment=no")
    else:
        words = tuple(word.replace("$", "$$") for word in words)
    command += [f"{home}/venv/bin/python", *words]
    os.execvp(command[0], command)  # noqa: S606 - no shell is wanted


def carry_out(machine: Machine, command: Command, report: Report) -> dict[str, object]:
    """Does what was asked; gives what the last line says. Raises Failure."""
    if command.action == "run":
        run_words(machine, command.words)
    program = Program(machine, report)
    if command.action == "status":
        return program.releases.status()
    with locked(machine, command):
        program.releases.recover()
        ACTIONS[command.action](program, command)
    return {"live": machine.in_slot(machine.live_slot())}


def main(arguments: list[str]) -> int:
    """Runs the command; gives the exit code."""
    os.umask(0o022)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    report, machine = Report(), None
    try:
        command = parse(arguments)
        machine = Machine.of(Path(__file__).resolve())
        said = carry_out(machine, command, report)
    except BaseException as error:
        failure = as_failure(error)
        live = machine.in_slot(machine.live_slot()) if machine else None
        report.line("end", "failed", exit=int(failure.code), message=failure.message, live=live)
        return int(failure.code)
    report.line("end", "done", action=command.action, asked=command.release, exit=0, **said)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
