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
MEDIA = ("image/", "font/", "audio/", "video/", "model/")
# What scripts load, and what has no type of its own.
DATA = frozenset(
    {"basis", "bin", "br", "data", "drc", "glsl", "ktx", "ktx2", "lottie", "onnx", "riv", "tflite", "wgsl"}
)

# What people write in the names of pictures and films. Few marks look so, and a picture that is taken for one of these
# is only asked for again every few minutes.
WORDS = re.compile(r"(?:[A-Z][a-z]+)+")
DATED = re.compile(r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\d|(?:19|20)\d\d$", re.IGNORECASE)
# Where a bundler puts its mark of the content: `main.3f2a9c1b.js`, `index-BhT3xYz9.js`.
MARK = re.compile(r"[.\-_]([0-9a-f]{8,64}|[A-Za-z0-9_-]{8})(?:\.(?:chunk|min|module))?(?:\.[A-Za-z0-9]+){1,2}$")
LONG = re.compile(r"[0-9a-f]{16,}")


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

    What has a mark of its content may be, whatever its type: a playlist or a scene that is kept may refer to it.
    """
    return bool(_mark(key)) or _of_loaded_kind(key)


def is_hashed(key: str) -> bool:
    """Whether the name tells that its content never changes: it has a mark of it, and no person wrote that name.

    People write letters that look like a mark (`CV-JSmith2x.docx`) in the names of documents, and would see the old one
    for a year; no person writes 16 hexadecimal digits.
    """
    mark = _mark(key)
    loaded = _of_loaded_kind(key) or _extension(key) in DATA
    return bool(mark) and (loaded or LONG.fullmatch(mark) is not None)


def _of_loaded_kind(key: str) -> bool:
    kind = content_type(key).partition(";")[0]
    return kind.startswith(MEDIA) or kind in LOADED


def _mark(key: str) -> str:
    """The mark of the content that the name holds, which is no word, date or size; empty where there is none."""
    found = MARK.search(key.rpartition("/")[2])
    if found is None or is_page(key):
        return ""
    mark = found[1]
    if _extension(key) not in PAGE_PARTS and (WORDS.fullmatch(mark) or DATED.search(mark)):
        return ""
    return mark if _is_mark(mark) else ""


def _is_mark(text: str) -> bool:
    if re.fullmatch(r"[0-9a-f]+", text):
        return re.search(r"[a-f]", text) is not None and re.search(r"\d", text) is not None
    inner = sum(letter.isupper() for letter in text[1:])
    counted = re.search(r"\d", text.rstrip("0123456789")) is not None
    if not text.isalnum():
        return inner > 1 and counted
    return (counted and any(map(str.isupper, text))) or (inner > 1 and not text.isupper())


def headers(key: str, *, demoted: bool = False) -> Headers:
    """The headers of a file; `demoted` is one whose name looks hashed, and whose content changed under it."""
    kind = content_type(key)
    if not demoted and is_hashed(key):
        return _headers(kind, IMMUTABLE)
    return _headers(kind, REVALIDATED if _extension(key) in PAGE_PARTS else SHORT)
