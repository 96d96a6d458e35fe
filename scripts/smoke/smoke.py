"""`diceytech smoke`: the platform guide's flow against a running environment, step by step.

It insists on JSON: a site that answers its index page with 200 for the API fails.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from infra.errors import PlatformError
from scripts.smoke.http import Answer, ask
from scripts.smoke.steps import Step, encoded


@dataclass(frozen=True, kw_only=True)
class Result:
    """One step's outcome: status 0 where there was no answer; `problem` is None where all is well."""

    step: Step
    status: int
    seconds: float
    problem: str | None
    skipped: bool = False


def base_url(text: str, *, option: str = "--url") -> str:
    """The site's address without a slash at its end; raises PlatformError, with the option's name, for others."""
    try:
        parts = urlsplit(text)
        own = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a bracket without its other one, or a port that is none
        own = False
    if not own or parts.query or parts.fragment:
        raise PlatformError(f"{option} {text}: is no address of a site; say for example https://www.example.com")
    return text.rstrip("/").removesuffix("/api")


def account() -> tuple[str, str]:
    """Name and password of a new account that nobody else has."""
    return f"smoke-{secrets.token_hex(6)}", secrets.token_urlsafe(18)


def run(
    url: str, steps: Sequence[Step], *, timeout: float, cookie: str | None = None, on: Callable[[Result], None]
) -> list[Result]:
    """Takes the steps in turn; after a failure only those that clean up, where there is something to clean."""
    known: dict[str, Any] = {}
    results: list[Result] = []
    failed = False
    for step in steps:
        if failed and not (step.cleans_up and "user" in known):
            results.append(Result(step=step, status=0, seconds=0.0, problem=None, skipped=True))
            continue
        result = _take(url, step, known, timeout, cookie)
        failed = failed or result.problem is not None
        results.append(result)
        on(result)
    return results


def _take(url: str, step: Step, known: dict[str, Any], timeout: float, cookie: str | None) -> Result:
    start = time.perf_counter()
    try:
        body, kind = encoded(step, known)
        path = step.path.format(**known)
    except KeyError as error:
        return Result(step=step, status=0, seconds=0.0, problem=f"an earlier step gave no {error.args[0]}")
    try:
        target = urljoin(f"{url}/", path)
        own = urlsplit(target)[:2] == urlsplit(url)[:2]
    except ValueError:
        return Result(
            step=step, status=0, seconds=0.0, problem=f"an earlier step gave {path[:80]!r}, which is no address"
        )
    token = str(known.get("access", "")) if step.token else None
    headers = {"Accept": "*/*" if step.kind == "image" else "application/json"}
    headers |= {"Content-Type": kind} if kind else {}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    headers |= {"Cookie": cookie} if cookie and own else {}
    answer = ask(step.method, target, body=body, headers=headers, timeout=timeout)
    return Result(
        step=step,
        status=answer.status,
        seconds=time.perf_counter() - start,
        problem=answer.problem or _problem(step, answer, known),
    )


def _problem(step: Step, answer: Answer, known: dict[str, Any]) -> str | None:
    """What is wrong with the answer; remembers what later steps need."""
    if answer.status != step.status:
        return f"answered {answer.status} {answer.kind}, not {step.status}: {answer.excerpt}"
    if step.kind == "none":
        return None
    if step.kind == "image":
        return None if answer.kind.startswith("image/") else f"answered {answer.kind}, not a picture"
    if answer.kind != "application/json":
        return f"answered {answer.kind or 'no type'}, not JSON: does the site's own page answer for the API?"
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return f"answered what is no JSON: {answer.excerpt}"
    if not isinstance(found, dict):
        return "answered JSON that is no object"
    wanted = (*step.keys, *step.equals, *step.keep.values())
    if missing := [key for key in wanted if key not in found]:
        return f"the answer lacks {', '.join(missing)}"
    for key, value in step.equals.items():
        if found[key] != value:
            return f"{key} is {str(found[key])[:80]!r}, not {value!r}"
    known |= {name: found[key] for name, key in step.keep.items()}
    return None


def as_json(url: str, results: Sequence[Result]) -> dict[str, Any]:
    """For machines; seconds, and no token or password."""
    return {
        "url": url,
        "ok": all(result.problem is None and not result.skipped for result in results),
        "steps": [
            {
                "name": result.step.name,
                "request": f"{result.step.method} {result.step.path}",
                "status": result.status,
                "seconds": round(result.seconds, 4),
                "problem": "not tried" if result.skipped else result.problem,
            }
            for result in results
        ],
    }
