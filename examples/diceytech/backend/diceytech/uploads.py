"""What may be uploaded: size and true type are checked, and the client's file name is thrown away."""

from __future__ import annotations

import re
import zipfile
from itertools import islice
from typing import Any, cast
from uuid import uuid4

from django.conf import settings
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from PIL import Image
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.utils import html

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")  # that Pillow may try
# An MPO is a JPEG with further pictures behind it, as phones write them; whoever knows none of it sees the first.
PICTURES = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "GIF": "gif", "WEBP": "webp"}
TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
MAX_PIXELS = 40_000_000  # a file of a few KB can claim gigapixels, and fill the memory of whoever opens it
# What costs far more than its few bytes: a scan of a JPEG goes through all its pixels, a part of its Exif data copies
# all parts before it, and a compressed text or profile of a PNG grows to a megabyte. Real pictures have a dozen.
COSTLY = re.compile(rb"\xff\xda\x00[\x06-\x0e]|\xff\xe1..Exif\0\0|iCCP|iTXt|zTXt", re.DOTALL)
MAX_COSTLY = 100


def key(prefix: str, filename: str) -> str:
    """A random key under the prefix, with the extension that validation gave the file."""
    return f"{prefix}/{uuid4().hex}.{_extension(filename)}"


def _extension(filename: str) -> str:
    """One of ours, whatever the client's name ends in."""
    found = filename.rpartition(".")[2].lower()
    return found if found in TYPES else "bin"


class NeutralUploadHandler(TemporaryFileUploadHandler):
    """Django's own, except that the client's file name does not name the temporary file: it may be too long for one."""

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        """Keeps the extension where it is one of ours."""
        super().new_file(field_name, f"upload.{_extension(file_name)}", *args, **kwargs)


class UploadField(serializers.FileField):
    """A file of limited size, of a type that `extension_of` recognises by its content."""

    kinds = ""

    def get_value(self, dictionary: Any) -> Any:
        """What was sent; a form's file input that was left empty changes nothing."""
        found = super().get_value(dictionary)
        return empty if html.is_html_input(dictionary) and found in ("", None) else found

    def to_internal_value(self, data: Any) -> UploadedFile[Any]:
        """The file under a neutral name, with the type of its content; raises ValidationError."""
        file = cast("UploadedFile[Any]", super().to_internal_value(data))
        if file.size is None or file.size > settings.MAX_FILE_BYTES:
            limit = settings.MAX_FILE_BYTES // 1024 // 1024
            raise serializers.ValidationError(f"The file is larger than {limit} MiB; send a smaller one.")
        extension = self.extension_of(file)
        file.seek(0)
        if extension is None:
            raise serializers.ValidationError(
                f"The file is not {self.kinds}, whatever its name says; send one that is."
            )
        file.name = f"upload.{extension}"
        file.content_type = TYPES[extension]  # what the store serves it as; the client may say text/html
        return file

    def extension_of(self, file: File[Any]) -> str | None:
        """The extension for this content; None for a type that is not taken."""
        raise NotImplementedError


class PictureField(UploadField):
    """A JPEG, PNG, GIF or WebP picture that can be decoded."""

    kinds = "a JPEG, PNG, GIF or WebP picture of at most 40 megapixels"

    def extension_of(self, file: File[Any]) -> str | None:
        """By decoding its first frame."""
        if sum(1 for _ in islice(COSTLY.finditer(file.read()), MAX_COSTLY + 1)) > MAX_COSTLY:
            return None
        file.seek(0)
        try:
            with Image.open(file, formats=FORMATS) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    return None
                extension = PICTURES[picture.format or ""]
                picture.load()
        except Exception:  # Pillow's decoders raise whatever a broken file leads them to
            return None
        return extension


class ResumeField(UploadField):
    """A PDF or Word document."""

    kinds = "a PDF or DOCX document"

    def extension_of(self, file: File[Any]) -> str | None:
        """By its signature, and for a DOCX by what must be in the archive."""
        start = file.read(5)
        file.seek(0)
        if start == b"%PDF-":
            return "pdf"
        if start[:4] != b"PK\x03\x04":
            return None
        try:
            with zipfile.ZipFile(file) as archive:
                names = set(archive.namelist())
        except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeError):
            return None
        return "docx" if {"[Content_Types].xml", "word/document.xml"} <= names else None
