"""With which headers a file of the website is served: its type, and how long it may be kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

# Python's own table of types reads the machine's /etc/mime.types: a deploy must not depend on where it runs.
TYPES = {
    "aac": "audio/aac",
    "apng": "image/apng",
    "atom": "application/atom+xml",
    "avif": "image/avif",
    "bin": "application/octet-stream",
    "bmp": "image/bmp",
    "br": "application/octet-stream",
    "cjs": "text/javascript",
    "css": "text/css",
    "csv": "text/csv",
    "cur": "image/x-icon",
    "eot": "application/vnd.ms-fontobject",
    "flac": "audio/flac",
    "geojson": "application/geo+json",
    "gif": "image/gif",
    "glb": "model/gltf-binary",
    "gltf": "model/gltf+json",
    "gz": "application/gzip",
    "heic": "image/heic",
    "htm": "text/html",
    "html": "text/html",
    "ico": "image/x-icon",
    "ics": "text/calendar",
    "jfif": "image/jpeg",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": "text/javascript",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "m3u8": "application/vnd.apple.mpegurl",
    "m4a": "audio/mp4",
    "m4s": "video/iso.segment",
    "m4v": "video/mp4",
    "map": "application/json",
    "md": "text/markdown",
    "mjs": "text/javascript",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "mpd": "application/dash+xml",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "ogv": "video/ogg",
    "ogx": "application/ogg",
    "opus": "audio/ogg",
    "otf": "font/otf",
    "pdf": "application/pdf",
    "png": "image/png",
    "rss": "application/rss+xml",
    "srt": "application/x-subrip",
    "svg": "image/svg+xml",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "ts": "video/mp2t",
    "tsv": "text/tab-separated-values",
    "ttf": "font/ttf",
    "txt": "text/plain",
    "vtt": "text/vtt",
    "wasm": "application/wasm",
    "wav": "audio/wav",
    "weba": "audio/webm",
    "webm": "video/webm",
    "webmanifest": "application/manifest+json",
    "webp": "image/webp",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "xhtml": "application/xhtml+xml",
    "xml": "application/xml",
    "yaml": "application/yaml",
    "yml": "application/yaml",
    "zip": "application/zip",
}
NAMES = {"apple-app-site-association": "application/json"}  # files that have a type and no extension
TEXT = re.compile(
    r"text/|image/svg\+xml|application/([a-z-]+\+)?(xml|json)$|application/(yaml|x-subrip|vnd\.apple\.mpegurl)$"
)

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATED = "no-cache"  # kept, and asked for again each time; CloudFront keeps it for a second
SHORT = "public, max-age=300"
# What a page is made of, and what says which of it is current.
PAGE_PARTS = frozenset({"html", "htm", "xhtml", "js", "mjs", "cjs", "css", "json", "map", "webmanifest", "wasm"})

LOADED = frozenset(
    TYPES[part]
    for part in ("js", "css", "json", "wasm", "eot", "webmanifest", "vtt", "srt", "gltf", "geojson", "m3u8", "mpd")
)

# What people write in the names of pictures and films. Few marks look so, and a picture that is taken for one of these
# is only asked for again every few minutes.
WORDS = re.compile(r"(?:[A-Z][a-z]+)+")
DATED = re.compile(r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\d|(?:19|20)\d\d$", re.IGNORECASE)
# Where a bundler puts its mark of the content: `main.3f2a9c1b.js`, `index-BhT3xYz9.js`.
MARK = re.compile(r"[.\-_]([0-9a-f]{8,64}|[A-Za-z0-9_-]{8})(?:\.(?:chunk|min|module))?(?:\.[A-Za-z0-9]+){1,2}$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Headers:
    """Content-Type and Cache-Control of one object."""

    content_type: str
    cache_control: str

    @property
    def immutable(self) -> bool:
        """Whether the name changes with the content, so that it is kept for ever and never invalidated."""
        return self.cache_control == IMMUTABLE


def content_type(key: str) -> str:
    """The media type of a file, with its charset where it is text: builds write UTF-8."""
    name = key.rpartition("/")[2]
    return _with_charset(NAMES.get(name) or TYPES.get(_extension(name), "application/octet-stream"))


def _extension(key: str) -> str:
    return key.rpartition("/")[2].rpartition(".")[2].lower() if "." in key else ""


@cache
def _with_charset(kind: str) -> str:
    return f"{kind}; charset=utf-8" if TEXT.match(kind) else kind


@cache
def _headers(kind: str, cache_control: str) -> Headers:
    """One object for all files that are alike: there may be 100,000 of them."""
    return Headers(content_type=kind, cache_control=cache_control)


def is_page(key: str) -> bool:
    """Whether this is a page, which is uploaded after all that it loads."""
    return key.endswith((".html", ".htm", ".xhtml"))


def is_answered(key: str) -> bool:
    """Whether the edge answers this path with the file: without a dot it is a route of the application.

    As `isFile` of templates/cloudfront/viewer_request.js.j2 has it.
    """
    return "." in key.rpartition("/")[2] or key.startswith(".well-known/")


def is_loaded(key: str) -> bool:
    """Whether a page that is open may ask for this later: scripts, styles, pictures, fonts, data; pages are not.

    What has a mark of its content is: no person wrote that name, so that something loads it.
    """
    kind = content_type(key).partition(";")[0]
    return is_hashed(key) or kind.startswith(("image/", "font/", "audio/", "video/", "model/")) or kind in LOADED


def is_hashed(key: str) -> bool:
    """Whether the name holds a mark of the content, and no word, date or size: those would be kept for a year."""
    found = MARK.search(key.rpartition("/")[2])
    if found is None or is_page(key):
        return False
    mark = found[1]
    if _extension(key) not in PAGE_PARTS and (WORDS.fullmatch(mark) or DATED.search(mark)):
        return False
    if re.fullmatch(r"[0-9a-f]+", mark):
        return re.search(r"[a-f]", mark) is not None and re.search(r"\d", mark) is not None
    inner = sum(letter.isupper() for letter in mark[1:])
    counted = re.search(r"\d", mark.rstrip("0123456789")) is not None
    if not mark.isalnum():
        return inner > 1 and counted
    return (counted and any(map(str.isupper, mark))) or (inner > 1 and not mark.isupper())


def headers(key: str, *, demoted: bool = False) -> Headers:
    """The headers of a file; `demoted` is one whose name looks hashed, and whose content changed under it."""
    kind = content_type(key)
    if not demoted and is_hashed(key):
        return _headers(kind, IMMUTABLE)
    return _headers(kind, REVALIDATED if _extension(key) in PAGE_PARTS else SHORT)
