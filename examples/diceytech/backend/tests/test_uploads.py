"""Pictures that are small and cost much: refused before they are decoded."""

from __future__ import annotations

import io
import struct
import time
import zlib
from collections.abc import Callable

import pytest
from diceytech.uploads import PictureField
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.exceptions import ValidationError

LARGEST = 5 * 2**20
CAMERA = Image.Exif()
CAMERA[0x010F] = "Acme"


def encoded(kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((256, 256), 50).convert("RGB").save(buffer, kind, **options)
    return buffer.getvalue()


def segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def filled(picture: bytes, at: int, part: bytes) -> bytes:
    """The picture with as many of the part as may be uploaded."""
    return picture[:at] + part * ((LARGEST - len(picture)) // len(part)) + picture[at:]


def scans() -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    picture = encoded("JPEG", progressive=True)
    last = picture.rindex(b"\xff\xda")
    return picture[:last] + picture[last:-2] * 101 + picture[-2:]


def exif() -> bytes:
    return filled(encoded("JPEG"), 2, segment(0xE1, b"Exif\0\0" + b"x" * 10))


def profiles() -> bytes:
    return filled(encoded("PNG"), 33, chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(2**20 - 1))))


def texts() -> bytes:
    text = b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(b"\xff" * (2**20 - 1))  # not UTF-8: nothing counts it
    return filled(encoded("PNG"), 33, chunk(b"iTXt", text))


@pytest.mark.parametrize("made", [scans, exif, profiles, texts])
def test_a_picture_that_costs_much_is_refused_at_once(made: Callable[[], bytes]) -> None:
    file = SimpleUploadedFile("me", made())
    before = time.thread_time()
    with pytest.raises(ValidationError, match="not a JPEG"):
        PictureField().run_validation(file)
    assert time.thread_time() - before < 0.5


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"progressive": True, "exif": CAMERA, "icc_profile": b"x" * 200_000}),
        ("MPO", {"save_all": True, "append_images": [Image.new("RGB", (64, 64))], "exif": CAMERA}),
        ("PNG", {"icc_profile": b"x" * 1000}),
        ("GIF", {"save_all": True, "append_images": [Image.new("L", (256, 256), shade) for shade in range(0, 250, 2)]}),
        ("WEBP", {"save_all": True, "append_images": [Image.new("L", (256, 256), shade) for shade in range(0, 50, 2)]}),
        ("PNG", {"save_all": True, "append_images": [Image.new("RGB", (256, 256), (n, n, n)) for n in range(250)]}),
    ],
)
def test_a_picture_with_all_that_real_ones_have_is_taken(kind: str, options: dict[str, object]) -> None:
    content = encoded(kind, **options)
    assert PictureField().run_validation(SimpleUploadedFile("me", content)).size == len(content)
