"""Every file has the right type, and only what can never change is kept for ever."""

from __future__ import annotations

import pytest

from scripts.website.headers import IMMUTABLE, REVALIDATED, SHORT, content_type, headers, is_hashed, is_loaded

TYPES = {
    "index.html": "text/html; charset=utf-8",
    "a.HTML": "text/html; charset=utf-8",
    "main.js": "text/javascript; charset=utf-8",
    "a.mjs": "text/javascript; charset=utf-8",
    "main.css": "text/css; charset=utf-8",
    "config.json": "application/json; charset=utf-8",
    "main.js.map": "application/json; charset=utf-8",
    "logo.svg": "image/svg+xml; charset=utf-8",
    "site.webmanifest": "application/manifest+json; charset=utf-8",
    "sitemap.xml": "application/xml; charset=utf-8",
    "robots.txt": "text/plain; charset=utf-8",
    "logo.png": "image/png",
    "a.woff2": "font/woff2",
    "a.wasm": "application/wasm",
    "a.pdf": "application/pdf",
    "a.m4a": "audio/mp4",
    "a.mov": "video/quicktime",
    "part.ts": "video/mp2t",
    "part.m4s": "video/iso.segment",
    "scene.bin": "application/octet-stream",
    "a.cjs": "text/javascript; charset=utf-8",
    "live.m3u8": "application/vnd.apple.mpegurl; charset=utf-8",
    "map.geojson": "application/geo+json; charset=utf-8",
    "openapi.yaml": "application/yaml; charset=utf-8",
    "folder.js/LICENSE": "application/octet-stream",
    ".well-known/apple-app-site-association": "application/json; charset=utf-8",
}
HASHED = [
    "static/js/main.3f2a9c1b.js",
    "static/js/main.3f2a9c1b.js.map",
    "static/js/787.d1f5c3a2.chunk.js",
    "assets/index-BhT3xYz9.js",
    "assets/index-CkXyBdQw.css",
    "assets/chunk-AB3D2345.js",
    "assets/logo-a1b2c3d4e5f60718.png",
    *(f"assets/a-BhT3xYz9.{part}" for part in ("bin", "onnx", "ts", "m4s", "ktx2", "cjs", "data", "lottie")),
    *(f"assets/a-1a2b3c4d5e6f7a8b.{part}" for part in ("csv", "pdf", "docx", "xml", "exe", "gz")),
    "assets/index-BhT3xYz9.js.br",
]
# Names that people write, and that look marked.
NAMED = [
    "Flyer-A4Format.pdf",
    "Whitepaper-B2BSales.pdf",
    "CV-JSmith2x.docx",
    "Terms-GDPRv2En.pdf",
    "Plan_2024Q3v1.pdf",
    "Setup-Win64Msi.exe",
    "sitemap-1a2b3c4d.xml",
    "feed.20240a1b.rss",
]
NOT_HASHED = [
    "index-3f2a9c1b.html",
    "config.json",
    "my-holidays.jpg",
    "photo-Original.jpg",
    "report-20240101.pdf",
    "app-version2.js",
    "jquery-3.6.0.min.js",
    "app_deadbeef.js",
    "img-1024x768.png",
    "icon-192x192.png",
    "logo-light-v2.svg",
    "my-iPhone12.png",
    "report-1Jan2026.pdf",
    "guide-HowToUse.pdf",
    "list-20260131.csv",
    "prices-ListOfAll.xml",
    "model-May2026x.onnx",
    "guide-HowToUse.png",
    "photo-1Jan2026.jpg",
    "chart-Q3FY2025.png",
    "3f2a9c1b",
]


def test_every_file_has_its_type_and_text_its_charset() -> None:
    assert {key: content_type(key) for key in TYPES} == TYPES


@pytest.mark.parametrize("key", HASHED)
def test_what_bundlers_mark_is_kept_for_ever(key: str) -> None:
    assert is_hashed(key)
    assert headers(key).cache_control == IMMUTABLE


@pytest.mark.parametrize("key", NOT_HASHED)
def test_words_dates_and_sizes_are_no_marks(key: str) -> None:
    assert not is_hashed(key)


@pytest.mark.parametrize("key", NAMED)
def test_a_document_that_a_person_named_is_kept_for_open_tabs_and_not_for_a_year(key: str) -> None:
    assert is_loaded(key)
    assert headers(key).cache_control == SHORT


def test_what_a_page_is_made_of_is_asked_for_again_each_time() -> None:
    for key in ("index.html", "config.json", "sw.js", "a.cjs", "style.css", "site.webmanifest"):
        assert headers(key).cache_control == REVALIDATED
    for key in ("logo.png", "robots.txt", "a.pdf"):
        assert headers(key).cache_control == SHORT


def test_a_file_whose_content_changed_under_its_name_is_not_kept_for_ever() -> None:
    assert headers(HASHED[0], demoted=True).cache_control == REVALIDATED


def test_pages_and_documents_are_not_what_an_open_tab_loads() -> None:
    kept = [key for key in ("a.js", "a.css", "a.png", "a.woff2", "a.json", "a.mp4", "a.wasm") if is_loaded(key)]
    assert len(kept) == 7
    assert not any(is_loaded(key) for key in ("a.html", "a.pdf", "robots.txt", "sitemap.xml", "data.csv", "LICENSE"))
    assert not is_loaded("index-BhT3xYz9.html")


@pytest.mark.parametrize("key", HASHED)
def test_what_is_kept_for_ever_is_kept_for_an_open_tab(key: str) -> None:
    assert is_loaded(key)
