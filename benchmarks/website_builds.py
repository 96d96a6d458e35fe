"""Builds of a website for its benchmark, made from a seed, and the changes that a day's work makes to them."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measure import BenchmarkError
from infra.website_paths import RELEASES_PREFIX
from scripts.website.headers import headers, is_page

OLD = 1_700_000_000  # seconds since 1970: the files' time stamp, so that a tool cannot go by a fresh one
Files = dict[str, bytes]
CHANGED = 20


def made(number: int, *, smallest: int, largest: int, seed: int = 1) -> Files:
    """So many files of random sizes in bytes: one in twenty a page, one in ten a picture, the rest hashed assets."""
    chance = random.Random(seed)  # noqa: S311 - builds must be the same each time
    files: Files = {"index.html": b"<html>the entry page</html>"}
    for one in range(number - 1):
        body = chance.randbytes(chance.randint(smallest, largest))
        mark = hashlib.md5(body, usedforsecurity=False).hexdigest()[:7] + "a1"
        name = f"page{one}.html" if one % 20 == 0 else f"img/{one}.png" if one % 10 == 1 else f"assets/c{one}.{mark}.js"
        files[name] = body
    return files


def changed(files: Files) -> Files:
    """Twenty files with other content, and twenty others gone."""
    pages = [key for key in files if is_page(key) and key != "index.html"]
    plain = [key for key in files if key.startswith("img/")]
    new = {key: body for key, body in files.items() if key not in plain[:CHANGED]}
    return {**new, **{key: new[key] + b"changed" for key in pages[:CHANGED]}}


def same_size_edit(files: Files) -> Files:
    """One page with other content of the same length, under its old time stamp."""
    return {**files, "index.html": files["index.html"].replace(b"the", b"one")}


def write(directory: Path, files: Mapping[str, bytes], *, stamp: float = OLD) -> None:
    """Makes the directory hold exactly these files, all with one time stamp."""
    shutil.rmtree(directory, ignore_errors=True)
    for folder in {(directory / key).parent for key in files}:
        folder.mkdir(parents=True, exist_ok=True)
    for key, body in files.items():
        (directory / key).write_bytes(body)
    touch(directory, files, stamp=stamp)


def touch(directory: Path, files: Mapping[str, bytes], *, stamp: float | None = None) -> None:
    """Gives every file this time stamp, or the present one."""
    for key in files:
        os.utime(directory / key, None if stamp is None else (stamp, stamp))


def wrong(bucket: Path, files: Mapping[str, bytes], *, ours: bool, cache_control: str) -> list[str]:
    """What is not in the bucket as it should be, byte for byte and header for header, read past the server.

    Peers give every file the one `cache_control`; `ours` are those of each file, and a deploy's own keys are no fault,
    nor are files that older releases still need.
    """
    found: list[str] = []
    for key, body in files.items():
        object_ = bucket / key
        if not object_.is_file() or object_.read_bytes() != body:
            found.append(f"{key}: content")
            continue
        kept = headers(key)
        sent = os.getxattr(object_, "user.cache-control").decode()
        kind = os.getxattr(object_, "user.content-type").decode()
        if sent != (kept.cache_control if ours else cache_control):
            found.append(f"{key}: cache control {sent}")
        if ours and kind != kept.content_type:
            found.append(f"{key}: type {kind}")
    extra = {path.relative_to(bucket).as_posix() for path in bucket.rglob("*") if path.is_file()} - files.keys()
    stray = [key for key in extra if not (ours and (key.startswith(RELEASES_PREFIX) or key == "config.json"))]
    return found + [f"{key}: should be gone" for key in stray if not (ours and key.startswith(("assets/", "img/")))]


def refuse_wrong(what: str, found: list[str]) -> None:
    """Raises BenchmarkError where a run did not do its work: its time means nothing."""
    if found:
        raise BenchmarkError(f"{what}: {len(found)} wrong, such as {found[0]}")
