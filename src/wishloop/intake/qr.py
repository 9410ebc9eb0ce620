"""QR codes: drawn here, with no outside service."""

from __future__ import annotations

import io

import segno


def svg(address: str, *, scale: int = 8) -> bytes:
    """Return the QR code of an address as SVG, error correction Q (survives a quarter of it being dirty)."""
    out = io.BytesIO()
    segno.make(address, error="q", micro=False).save(
        out, kind="svg", scale=scale, border=4, dark="#000", light="#fff"
    )
    return out.getvalue()


def png(address: str, *, scale: int = 16) -> bytes:
    """Return the QR code of an address as PNG."""
    out = io.BytesIO()
    segno.make(address, error="q", micro=False).save(out, kind="png", scale=scale, border=4)
    return out.getvalue()


def data_uri(address: str) -> str:
    """Return the QR code of an address as an image for a page (the content policy allows data: images)."""
    return str(
        segno.make(address, error="m", micro=False).svg_data_uri(scale=5, border=2, dark="#000", light="#fff")
    )
