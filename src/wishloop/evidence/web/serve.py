"""Answering with a stored file: who may is decided by the caller's check, how it is sent is decided here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import IO
from uuid import UUID

from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from wishloop.core.problem import Absent
from wishloop.evidence.limits import CHUNK_BYTES
from wishloop.evidence.models import Medium
from wishloop.evidence.queries import PUBLIC_VARIANTS, Rendition, medium_by_id, medium_storage, rendition

# Short on purpose: consent can be withdrawn at any time, and a copy in somebody's cache outlives the file by this long.
PUBLIC_SECONDS = 300
_RANGE = re.compile(r"bytes=(\d*)-(\d*)\Z")


def serve_medium(
    request: HttpRequest, *, medium_id: UUID, variant: str, allowed: Callable[[Medium], bool]
) -> HttpResponseBase:
    """Return one stored file of a medium, or part of it (RFC 9110 range requests, one range).

    ``allowed`` is asked before anything is said about the file, also before "not modified". Originals and papers are sent as
    downloads, copies may be shown in a page; nothing sent from here can run as a page.

    Raises:
        Absent: no such medium or variant, or not for this reader; all answer alike.
    """
    medium = medium_by_id(medium_id)
    if not allowed(medium):
        raise Absent()
    found = rendition(medium, variant)
    etag = f'"{PurePosixPath(found.key).stem}"'
    given = parse_etags(request.headers.get("If-None-Match", ""))
    if etag in given or "*" in given:
        return _headed(HttpResponseNotModified(), found, medium, variant, etag)
    try:
        file = medium_storage().open(found.key)
    except FileNotFoundError as error:  # removed by a job between the two reads
        raise Absent() from error
    return _headed(_body(request, file, found, etag), found, medium, variant, etag)


def _body(request: HttpRequest, file: IO[bytes], found: Rendition, etag: str) -> HttpResponseBase:
    size = file.seek(0, 2)
    file.seek(0)
    asked = request.headers.get("Range", "")
    if request.headers.get("If-Range", etag) != etag:
        asked = ""
    match = _RANGE.match(asked)
    if match is None or match[0] == "bytes=-":
        return FileResponse(file, content_type=found.content_type)
    first, last = _span(match[1], match[2], size)
    if first > last:
        file.close()
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{size}"
        return refused
    file.seek(first)
    part = StreamingHttpResponse(_pieces(file, last - first + 1), status=206, content_type=found.content_type)
    part["Content-Range"] = f"bytes {first}-{last}/{size}"
    part["Content-Length"] = str(last - first + 1)
    return part


def _span(first: str, last: str, size: int) -> tuple[int, int]:
    """Return the first and last byte asked for; first beyond last when nothing of it exists."""
    if not first:
        return max(0, size - int(last)), size - 1 if int(last) else -1
    return int(first), min(int(last), size - 1) if last else size - 1


def _pieces(file: IO[bytes], left: int) -> Iterator[bytes]:
    with file:
        while left > 0:
            piece = file.read(min(CHUNK_BYTES, left))
            if not piece:
                return
            left -= len(piece)
            yield piece


def _headed(
    response: HttpResponseBase, found: Rendition, medium: Medium, variant: str, etag: str
) -> HttpResponseBase:
    ending = PurePosixPath(found.key).suffix
    kind = "inline" if found.inline else "attachment"
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = f'{kind}; filename="{medium.pk}-{variant}{ending}"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    if variant in PUBLIC_VARIANTS:
        response["Cache-Control"] = f"public, max-age={PUBLIC_SECONDS}"
    else:
        response["Cache-Control"] = "private, no-store"
        patch_vary_headers(response, ["Cookie"])
    return response
