"""Draw the cover images of the demo content.

Run: python tools/demo_media/draw_covers.py [name ...]

Every image is drawn from geometry alone (no photo, no font), at twice its size, then reduced.
Output: 1600x900 JPEG files of at most 120 kB in site/dojo/demo/content/media/.
"""

from __future__ import annotations

import io
import math
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

OUT = Path(__file__).resolve().parents[2] / "site" / "dojo" / "demo" / "content" / "media"
WIDTH, HEIGHT = 1600, 900
SCALE = 2
W, H = WIDTH * SCALE, HEIGHT * SCALE
MAX_BYTES = 120_000

NIGHT = (13, 22, 44)
INK = (20, 33, 61)
INDIGO = (33, 51, 90)
SLATE = (62, 82, 126)
MIST = (128, 143, 176)
PAPER = (246, 240, 229)
SAND = (232, 221, 201)
STRAW = (214, 198, 168)
COPPER = (184, 98, 45)
EMBER = (222, 143, 86)

Colour = tuple[int, int, int]
Point = tuple[float, float]


def mix(a: Colour, b: Colour, t: float) -> Colour:
    return tuple(round(x + (y - x) * t) for x, y in zip(a, b, strict=True))  # type: ignore[return-value]


def gradient(top: Colour, bottom: Colour, size: tuple[int, int] = (W, H)) -> Image.Image:
    mask = Image.linear_gradient("L").resize(size, Image.Resampling.BICUBIC)
    return Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), mask)


def glow(image: Image.Image, centre: Point, radius: float, colour: Colour, strength: float) -> None:
    """Lighten softly around a point."""
    size = (max(2, round(radius * 2)),) * 2
    halo = ImageChops.invert(Image.radial_gradient("L").resize(size, Image.Resampling.BICUBIC))
    # radial_gradient is black in its centre and reaches 255 at the edge of the inscribed circle.
    halo = halo.point(lambda v: round((v / 255) ** 1.6 * 255 * strength))
    corner = (round(centre[0] - radius), round(centre[1] - radius))
    image.paste(Image.new("RGB", size, colour), corner, halo)


def overlay(
    image: Image.Image,
    draw: Callable[[ImageDraw.ImageDraw], None],
    colour: Colour,
    alpha: float,
    blur: float = 0,
) -> None:
    """Paint one colour through a mask that `draw` fills with white."""
    mask = Image.new("L", image.size, 0)
    draw(ImageDraw.Draw(mask))
    if blur:
        mask = mask.filter(ImageFilter.GaussianBlur(blur * SCALE))
    mask = mask.point(lambda v: round(v * alpha))
    image.paste(Image.new("RGB", image.size, colour), (0, 0), mask)


def stroke(draw: ImageDraw.ImageDraw, points: Sequence[Point], width: float, fill: object) -> None:
    """A smooth line with round ends, drawn as one outline so that short segments do not wobble."""
    r = width / 2
    left: list[Point] = []
    right: list[Point] = []
    for k, (x, y) in enumerate(points):
        ax, ay = points[max(0, k - 1)]
        bx, by = points[min(len(points) - 1, k + 1)]
        length = math.hypot(bx - ax, by - ay) or 1
        nx, ny = -(by - ay) / length * r, (bx - ax) / length * r
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    draw.polygon([*left, *reversed(right)], fill=fill)
    for x, y in (points[0], points[-1]):
        draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)


def sample(f: Callable[[float], float], x0: float, x1: float, steps: int = 240) -> list[Point]:
    return [(x0 + (x1 - x0) * i / steps, f(x0 + (x1 - x0) * i / steps)) for i in range(steps + 1)]


def px(*values: float) -> tuple[float, ...]:
    return tuple(v * SCALE for v in values)


def tatami(cells: int, rows: int) -> Iterable[tuple[int, int, int, int]]:
    """Mats of 2x1 cells laid as in a dojo: pairs turn from one square to the next."""
    for r in range(0, rows, 2):
        for c in range(0, cells, 2):
            if (r // 2 + c // 2) % 2 == 0:
                yield c, r, 2, 1
                yield c, r + 1, 2, 1
            else:
                yield c, r, 1, 2
                yield c + 1, r, 1, 2


def home() -> Image.Image:
    """Dawn seen through the paper screens of a dojo."""
    image = gradient(NIGHT, INK)
    horizon = 600 * SCALE

    # The garden behind the screens: sky, sun, ridges.
    left, top, right, bottom = (round(v) for v in px(120, 86, 1480, 600))
    size = (right - left, bottom - top)
    view = gradient(PAPER, (243, 214, 178), size)
    sun_x, sun_y, sun_r = size[0] * 0.667, size[1] * 0.53, 172 * SCALE
    glow(view, (sun_x, sun_y), sun_r * 2.9, (250, 226, 190), 0.95)
    sun = Image.new("L", size, 0)
    ImageDraw.Draw(sun).ellipse(
        (sun_x - sun_r, sun_y - sun_r, sun_x + sun_r, sun_y + sun_r), fill=255
    )
    view.paste(gradient(EMBER, COPPER, (size[0], size[1])), (0, 0), sun)

    ridges: list[tuple[float, float, float, float, Colour]] = [
        (0.66, 0.055, 1.15, 0.4, mix(MIST, PAPER, 0.45)),
        (0.77, 0.075, 1.55, 2.1, MIST),
        (0.88, 0.06, 2.1, 4.0, SLATE),
    ]
    for level, height, freq, phase, colour in ridges:

        def ridge(
            x: float,
            level: float = level,
            height: float = height,
            freq: float = freq,
            phase: float = phase,
        ) -> float:
            u = x / size[0] * math.tau * freq
            return size[1] * (
                level - height * (math.sin(u + phase) + 0.45 * math.sin(2.3 * u + 1.7 * phase))
            )

        points = sample(ridge, 0, size[0], 400)
        ImageDraw.Draw(view).polygon([*points, (size[0], size[1]), (0, size[1])], fill=colour)
    image.paste(view, (left, top))

    # Screens: four panels, a light lattice, a solid board below.
    draw = ImageDraw.Draw(image)
    panels = 4
    panel_w = size[0] / panels
    board = bottom - 66 * SCALE
    for p in range(panels):
        x0, x1 = left + p * panel_w, left + (p + 1) * panel_w
        closed = p in (0, 3)
        if closed:  # paper drawn across: the garden shows only as a faint shade
            overlay(
                image,
                lambda d, x0=x0, x1=x1: d.rectangle((x0, top, x1, board), fill=255),
                PAPER,
                0.78,
            )
            draw = ImageDraw.Draw(image)
        draw.rectangle((x0, board, x1, bottom), fill=INDIGO)
        if closed:
            for i in range(1, 4):
                x = x0 + (x1 - x0) * i / 4
                draw.rectangle((x - 2 * SCALE, top, x + 2 * SCALE, board), fill=INDIGO)
            for i in range(1, 6):
                y = top + (board - top) * i / 6
                draw.rectangle((x0, y - 2 * SCALE, x1, y + 2 * SCALE), fill=INDIGO)
        frame = 8 * SCALE
        draw.rectangle((x0 - frame / 2, top, x0 + frame / 2, bottom), fill=INK)
        draw.rectangle((x1 - frame / 2, top, x1 + frame / 2, bottom), fill=INK)
        draw.rectangle((x0, board - frame / 2, x1, board + frame / 2), fill=INK)
    draw.rectangle(
        (left - 14 * SCALE, top - 14 * SCALE, right + 14 * SCALE, top + 8 * SCALE), fill=INK
    )
    draw.rectangle((left - 14 * SCALE, top, left + 6 * SCALE, bottom), fill=INK)
    draw.rectangle((right - 6 * SCALE, top, right + 14 * SCALE, bottom), fill=INK)
    draw.rectangle((0, horizon - 6 * SCALE, W, horizon + 6 * SCALE), fill=NIGHT)

    # Floor: mats in perspective towards a point behind the sun.
    vanish: Point = (left + sun_x, horizon - 250 * SCALE)
    near, far = H + 40 * SCALE, horizon + 6 * SCALE

    def floor(u: float, v: float) -> Point:
        """u across (-1..1 is the near edge's width), v from 0 (near) to 1 (far)."""
        depth = 1 / (1 + v * ((near - vanish[1]) / (far - vanish[1]) - 1))
        y = vanish[1] + (near - vanish[1]) * depth
        x = vanish[0] + u * W * 0.92 * depth
        return x, y

    cols, rows, span = 24, 6, 2.3
    mat = (164, 142, 108)
    tones = [mix(mat, NIGHT, t) for t in (0.40, 0.45, 0.50)]
    for k, (c, r, w, h) in enumerate(tatami(cols, rows)):
        us = (2 * span * c / cols - span, 2 * span * (c + w) / cols - span)
        vs = (r / rows, (r + h) / rows)
        quad = [floor(us[0], vs[0]), floor(us[1], vs[0]), floor(us[1], vs[1]), floor(us[0], vs[1])]
        draw.polygon(quad, fill=tones[(k * 2 + r + c) % 3])
        edges = (
            [(quad[0], quad[3]), (quad[1], quad[2])]
            if h > w
            else [(quad[0], quad[1]), (quad[3], quad[2])]
        )
        for a, b in edges:
            draw.line([a, b], fill=INK, width=7 * SCALE)
        for a, b in zip(quad, [*quad[1:], quad[0]], strict=True):
            draw.line([a, b], fill=NIGHT, width=2 * SCALE)

    # Light from the open screens, on the floor only.
    wall = image.crop((0, 0, W, round(far)))
    x0, x1 = left + panel_w, left + 3 * panel_w
    spread = 190 * SCALE
    overlay(
        image,
        lambda d: d.polygon(
            [(x0, far), (x1, far), (x1 + spread, near), (x0 - spread, near)], fill=255
        ),
        EMBER,
        0.24,
        blur=14,
    )
    beam = [
        (vanish[0] - sun_r * 0.9, far),
        (vanish[0] + sun_r * 0.9, far),
        (vanish[0] + sun_r * 1.5, near),
        (vanish[0] - sun_r * 1.5, near),
    ]
    overlay(image, lambda d: d.polygon(beam, fill=255), EMBER, 0.26, blur=30)
    overlay(
        image, lambda d: d.rectangle((0, H - 120 * SCALE, W, H), fill=255), NIGHT, 0.45, blur=60
    )
    image.paste(wall, (0, 0))
    return image


def course() -> Image.Image:
    """A yield curve climbing over a floor of mats seen from above."""
    image = gradient(INK, NIGHT)
    draw = ImageDraw.Draw(image)
    cell = 100 * SCALE
    tones = [INK, mix(INK, INDIGO, 0.45), mix(INK, INDIGO, 0.8), mix(NIGHT, INK, 0.4)]
    for k, (c, r, w, h) in enumerate(tatami(16, 10)):
        x0, y0 = c * cell, r * cell - 50 * SCALE
        x1, y1 = x0 + w * cell, y0 + h * cell
        draw.rectangle((x0, y0, x1, y1), fill=tones[(k * 5 + c + 2 * r) % 4])
        band = 6 * SCALE  # the cloth edge runs along the long sides
        if w > h:
            draw.rectangle((x0, y0, x1, y0 + band), fill=NIGHT)
            draw.rectangle((x0, y1 - band, x1, y1), fill=NIGHT)
        else:
            draw.rectangle((x0, y0, x0 + band, y1), fill=NIGHT)
            draw.rectangle((x1 - band, y0, x1, y1), fill=NIGHT)
        draw.rectangle((x0, y0, x1, y1), outline=mix(INDIGO, SLATE, 0.35), width=SCALE)
    overlay(image, lambda d: d.rectangle((0, 0, W, 210 * SCALE), fill=255), NIGHT, 0.55, blur=90)

    def curve(x: float) -> float:
        t = (x / SCALE) / 1600
        return SCALE * (742 - 500 * (1 - math.exp(-2.6 * t)) / (1 - math.exp(-2.6)))

    points = sample(curve, -20 * SCALE, W + 20 * SCALE, 400)

    # Area under the curve: a thin veil that fades downwards.
    mask = Image.new("L", (W, H), 0)
    ImageDraw.Draw(mask).polygon([*points, (W, H), (0, H)], fill=255)
    fade = ImageChops.invert(Image.linear_gradient("L").resize((W, H))).point(
        lambda v: round(v * 0.42)
    )
    image.paste(Image.new("RGB", (W, H), COPPER), (0, 0), ImageChops.multiply(mask, fade))

    # Candles standing on the floor, under the curve.
    draw = ImageDraw.Draw(image)
    moves = [
        (0, 46),
        (30, 70),
        (58, 44),
        (50, 96),
        (96, 74),
        (84, 132),
        (140, 118),
        (126, 176),
        (186, 160),
        (172, 226),
    ]
    for i, (a, b) in enumerate(moves):
        x = (250 + i * 122) * SCALE
        y_a, y_b = (820 - a - 16 * 1) * SCALE, (820 - b - 16) * SCALE
        up = b > a
        top, bottom = min(y_a, y_b), max(y_a, y_b)
        colour = SAND if up else MIST
        draw.line([(x, top - 24 * SCALE), (x, bottom + 20 * SCALE)], fill=colour, width=3 * SCALE)
        draw.rounded_rectangle(
            (x - 17 * SCALE, top, x + 17 * SCALE, bottom),
            radius=3 * SCALE,
            fill=colour if up else INK,
            outline=colour,
            width=3 * SCALE,
        )

    overlay(image, lambda d: stroke(d, points, 30 * SCALE, 255), EMBER, 0.30, blur=16)
    draw = ImageDraw.Draw(image)
    stroke(draw, points, 9 * SCALE, EMBER)
    for years in (0.06, 0.20, 0.42, 0.68, 0.93):  # maturities along the curve
        x = W * years
        y = curve(x)
        for r, colour in ((17, NIGHT), (12, PAPER), (5, COPPER)):
            draw.ellipse((x - r * SCALE, y - r * SCALE, x + r * SCALE, y + r * SCALE), fill=colour)
    return image


def paper_grid(lines: Colour, step: float = 100) -> Image.Image:
    """Warm paper behind a fine lattice, like a shoji."""
    image = gradient(PAPER, mix(PAPER, SAND, 0.8))
    draw = ImageDraw.Draw(image)
    for i in range(1, round(WIDTH / step)):
        x = i * step * SCALE
        draw.line([(x, 0), (x, H)], fill=lines, width=SCALE * (3 if i % 4 == 0 else 1))
    for i in range(1, round(HEIGHT / step) + 1):
        y = i * step * SCALE
        draw.line([(0, y), (W, y)], fill=lines, width=SCALE * (3 if i % 4 == 0 else 1))
    return image


def eight_weeks() -> Image.Image:
    """Eight columns, each one taller; the last is copper."""
    image = paper_grid(mix(SAND, STRAW, 0.35))
    base = 770
    glow(image, px(1270, 330), 430 * SCALE, (250, 222, 184), 0.9)
    draw = ImageDraw.Draw(image)
    r = 168
    sun = Image.new("L", (W, H), 0)
    ImageDraw.Draw(sun).ellipse(px(1270 - r, 330 - r, 1270 + r, 330 + r), fill=255)
    image.paste(gradient(mix(EMBER, PAPER, 0.35), mix(EMBER, PAPER, 0.05)), (0, 0), sun)

    heights = [92, 150, 196, 262, 322, 376, 452, 548]
    width, gap, x = 112, 52, 174
    tops: list[Point] = []
    for i, h in enumerate(heights):
        last = i == 7
        colour = COPPER if last else mix(SLATE, INK, i / 6)
        x0, y0, x1, y1 = px(x, base - h, x + width, base)
        overlay(
            image,
            lambda d, b=(x0 + 16 * SCALE, y0 + 14 * SCALE, x1 + 16 * SCALE, y1): d.rectangle(
                b, fill=255
            ),
            INK,
            0.20,
            blur=10,
        )
        draw = ImageDraw.Draw(image)
        draw.rectangle((x0, y0, x1, y1), fill=colour)
        # Joints, as on bamboo: one more per week of work.
        joint = mix(colour, PAPER, 0.30)
        for k in range(1, i + 1):
            y = y1 - (y1 - y0) * k / (i + 1)
            draw.rectangle((x0, y - 1.5 * SCALE, x1, y + 1.5 * SCALE), fill=joint)
        draw.rectangle((x0, y0, x0 + 7 * SCALE, y1), fill=mix(colour, PAPER, 0.16))
        tops.append(((x0 + x1) / 2, y0))
        x += width + gap
    draw.rectangle((*px(0, base), W, H), fill=INK)
    for i, colour in enumerate((INDIGO, mix(INK, INDIGO, 0.5))):
        y = (base + 34 + 46 * i) * SCALE
        draw.rectangle((0, y, W, y + 3 * SCALE), fill=colour)
    draw.rectangle((*px(0, base), W, (base + 8) * SCALE), fill=NIGHT)
    for i, (cx, cy) in enumerate(tops[:-1]):
        nx, ny = tops[i + 1]
        cy, ny = cy - 34 * SCALE, ny - 34 * SCALE
        draw.line([(cx, cy), (nx, ny)], fill=mix(COPPER, PAPER, 0.25), width=3 * SCALE)
    for i, (cx, cy) in enumerate(tops):
        cy -= 34 * SCALE
        rr = (13 if i == 7 else 9) * SCALE
        draw.ellipse(
            (cx - rr, cy - rr, cx + rr, cy + rr),
            fill=COPPER if i == 7 else PAPER,
            outline=COPPER,
            width=4 * SCALE,
        )
    return image


def price_and_rates() -> Image.Image:
    """Price falls as the rate rises: two curves, one pivot."""
    image = paper_grid(mix(SAND, STRAW, 0.35))
    glow(image, px(1330, 190), 520 * SCALE, (250, 224, 188), 0.85)

    def rate(x: float) -> float:
        t = x / W
        return SCALE * (742 - 560 * (t**1.25))

    def price(x: float) -> float:
        t = x / W
        return SCALE * (782 - 640 * (math.exp(-1.75 * t) - math.exp(-1.75)) / (1 - math.exp(-1.75)))

    rates, prices = sample(rate, 0, W, 400), sample(price, 0, W, 400)

    # What the bond is worth: layers of ink under the falling curve.
    draw = ImageDraw.Draw(image)
    for lift, colour in enumerate((mix(MIST, PAPER, 0.25), mix(SLATE, MIST, 0.35), INDIGO, INK)):
        shifted = [(x, y + (lift * 74 * SCALE) * (1 - 0.25 * x / W)) for x, y in prices]
        draw.polygon([*shifted, (W, H), (0, H)], fill=colour)

    overlay(
        image,
        lambda d: stroke(d, [(x, y + 10 * SCALE) for x, y in rates], 16 * SCALE, 255),
        NIGHT,
        0.22,
        blur=9,
    )
    draw = ImageDraw.Draw(image)
    stroke(draw, prices, 7 * SCALE, INK)
    stroke(draw, rates, 11 * SCALE, COPPER)

    # The pivot where both meet.
    lo, hi = 0.0, float(W)
    for _ in range(60):
        mid = (lo + hi) / 2
        if rate(mid) > price(mid):
            lo = mid
        else:
            hi = mid
    x, y = lo, rate(lo)
    for r, colour in ((58, PAPER), (44, INK), (34, PAPER), (22, COPPER)):
        draw.ellipse((x - r * SCALE, y - r * SCALE, x + r * SCALE, y + r * SCALE), fill=colour)
    return image


COVERS: dict[str, Callable[[], Image.Image]] = {
    "accueil-dojo-financier.jpg": home,
    "cours-ccvm-volume-1.jpg": course,
    "article-huit-semaines.jpg": eight_weeks,
    "article-prix-et-taux.jpg": price_and_rates,
}


def save(image: Image.Image, path: Path) -> int:
    small = image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    for quality in range(90, 50, -2):
        buffer = io.BytesIO()
        small.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True, subsampling=0)
        if buffer.tell() <= MAX_BYTES:
            path.write_bytes(buffer.getvalue())
            return buffer.tell()
    raise SystemExit(f"{path.name}: too heavy")


def main(names: list[str]) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for name, draw in COVERS.items():
        if not names or any(n in name for n in names):
            print(f"{name}: {save(draw(), OUT / name) // 1000} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
