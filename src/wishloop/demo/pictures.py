"""Pictures for the demonstration, drawn here: no photograph of anybody is needed to show how handover photos work."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw

_PALETTE = {
    "assistive_device": (38, 92, 130), "appliances": (120, 70, 30), "repair": (60, 90, 60), "education": (140, 60, 70),
    "bedding_clothes": (110, 70, 110), "necessities": (150, 110, 40), "safety_hazard": (120, 30, 30), "health": (40, 110, 100),
}  # fmt: skip


def handover_picture(category: str, seed: str) -> bytes:
    """Return a JPEG of 640 × 480: mountains, a house and a wrapped gift, in the colours of the category."""
    draw_seed = random.Random(seed)  # noqa: S311 - a drawing
    base = _PALETTE.get(category, (90, 70, 60))
    image = Image.new("RGB", (640, 480), (206, 226, 240))
    pen = ImageDraw.Draw(image)
    for layer in range(3):
        tone = tuple(min(255, int(c * (0.75 + 0.18 * layer)) + 70 - 20 * layer) for c in base)
        ridge = [(step * 80, 200 + 60 * layer + draw_seed.randint(-45, 45)) for step in range(9)]
        pen.polygon([(0, 480), *ridge, (640, 480)], fill=tone)
    pen.rectangle((0, 370, 640, 480), fill=(224, 210, 186))
    x = 90 + draw_seed.randint(0, 60)
    pen.rectangle((x, 250, x + 210, 400), fill=(247, 243, 235), outline=(120, 40, 40), width=3)
    pen.rectangle((x - 8, 236, x + 218, 256), fill=(134, 24, 31))
    pen.rectangle((x - 8, 232, x + 218, 238), fill=(192, 138, 30))
    for window in range(3):
        pen.rectangle(
            (x + 20 + window * 65, 285, x + 55 + window * 65, 330),
            fill=(60, 60, 70),
            outline=(192, 138, 30),
            width=3,
        )
    pen.rectangle((x + 85, 345, x + 125, 400), fill=(134, 24, 31))
    gx = 400 + draw_seed.randint(-20, 60)
    size = 90 + draw_seed.randint(0, 30)
    pen.rectangle((gx, 400 - size, gx + size, 410), fill=base, outline=(255, 255, 255), width=3)
    pen.rectangle((gx + size // 2 - 8, 400 - size, gx + size // 2 + 8, 410), fill=(240, 200, 90))
    pen.ellipse(
        (gx + size // 2 - 32, 400 - size - 28, gx + size // 2, 400 - size), outline=(240, 200, 90), width=7
    )
    pen.ellipse(
        (gx + size // 2, 400 - size - 28, gx + size // 2 + 32, 400 - size), outline=(240, 200, 90), width=7
    )
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82)
    return out.getvalue()
