"""What `diceytech doctor` says of one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "optional", "missing"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at: `missing` must be mended, `optional` is needed for real AWS only; `fix` is the line."""

    what: str
    status: Status
    detail: str
    fix: str = ""
