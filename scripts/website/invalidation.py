"""What the CDN must forget after a deploy, and telling it so."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterable, Sequence

from scripts.aws.http import AwsHttp
from scripts.aws.signing import encoded

API = "/2020-05-31/distribution"
FEW = 15  # paths; Amazon CloudFront Developer Guide, "Quotas on invalidations": 15 with a wildcard at a time
POLL_SECONDS = 5.0
DONE = "Completed"


def paths(keys: Iterable[str]) -> tuple[str, ...]:
    """Paths to invalidate for these keys: each one; by folder where they are many; else everything."""
    found = sorted(set(keys))
    if not found:
        return ()
    named = [f"/{encoded(key, safe='/-_.~')}" for key in found]
    if "index.html" in found:
        named.append("/")
    if len(named) <= FEW:
        return tuple(sorted(named))
    folders = {path[: path.rindex("/") + 1] for path in named}
    return tuple(sorted(f"{folder}*" for folder in folders)) if len(folders) <= FEW and "/" not in folders else ("/*",)


def merged(*groups: Sequence[str]) -> tuple[str, ...]:
    """Paths of several deploys as one list, everything where they would be many."""
    found = sorted({path for group in groups for path in group})
    return ("/*",) if "/*" in found or len(found) > FEW else tuple(found)


class Cdn:
    """One distribution."""

    def __init__(self, distribution: str, http: AwsHttp) -> None:
        self.distribution = distribution
        self._http = http

    def invalidate(self, changed: Sequence[str], *, reference: str) -> str:
        """Starts an invalidation; gives its id. The same paths and reference again are the same invalidation."""
        from xml.sax.saxutils import escape

        items = "".join(f"<Path>{escape(path)}</Path>" for path in changed)
        digest = hashlib.sha256("\n".join(changed).encode()).hexdigest()[:12]
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<InvalidationBatch xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">'
            f"<Paths><Quantity>{len(changed)}</Quantity><Items>{items}</Items></Paths>"
            f"<CallerReference>{escape(reference)}-{digest}</CallerReference></InvalidationBatch>"
        )
        path = f"{API}/{self.distribution}/invalidation"
        answer = self._http.request(
            "POST", path, headers={"content-type": "application/xml"}, body=body.encode(), expected=(201,)
        )
        return _text(answer.body, "Id")

    def wait(self, invalidation: str, tell: Callable[[str], None]) -> None:
        """Waits until every edge location has forgotten; `tell` gets each status. Usually under two minutes."""
        path = f"{API}/{self.distribution}/invalidation/{invalidation}"
        while True:
            status = _text(self._http.request("GET", path).body, "Status")
            tell(status)
            if status.lower() == DONE.lower():
                return
            time.sleep(POLL_SECONDS)


def _text(body: bytes, name: str) -> str:
    found = re.search(rf"<{name}>(.*?)</{name}>", body.decode(errors="replace"))
    return found[1] if found else ""
