"""Files to upload, made here."""

from __future__ import annotations

import struct
import zlib

from playwright.sync_api import FilePayload

PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 280]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""
RESUME: FilePayload = {"name": "resume.pdf", "mimeType": "application/pdf", "buffer": PDF}
DISGUISED: FilePayload = {"name": "me.png", "mimeType": "image/png", "buffer": b"<script>alert(1)</script>"}


def picture(side: int = 64) -> FilePayload:
    """A PNG, square, a slope from orange to green."""
    rows = b"".join(b"\0" + b"".join(_colour(x, y, side) for x in range(side)) for y in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    content = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)
    return {"name": "me.png", "mimeType": "image/png", "buffer": content}


def _colour(x: int, y: int, side: int) -> bytes:
    part = (x + y) / (2 * side)
    return bytes(int(start + (end - start) * part) for start, end in zip((255, 138, 92), (13, 97, 73), strict=True))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
