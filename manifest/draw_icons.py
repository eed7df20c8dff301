# ruff: noqa: INP001  # a script, not a package
"""Draw Carnet's icons: an address book with index tabs and a ribbon, two of its people joined by a line.

Run it after a change: `python manifest/draw_icons.py`. Everything is drawn eight times too large and scaled down.
"""

from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).parent / "icons"
SCALE = 8
COLOR_SIZES = (16, 25, 32, 48, 64, 80, 128, 192)
OUTLINE_SIZE = 32
GROUND = ((27, 58, 107), (15, 108, 189))
"""From a deep to a Fluent blue, top left to bottom right."""
PAPER = (255, 255, 255, 255)
SHADE = (207, 228, 250, 255)
INK = (17, 94, 163, 255)
BLUE = (40, 134, 222, 255)
RIBBON = (255, 185, 64, 255)


def draw_color(size: int) -> Image.Image:
    """Draw the full icon; below 32 pixels the people are left out, for they would be dust."""
    side = size * SCALE
    picture = _draw_ground(side)
    draw = ImageDraw.Draw(picture)
    unit = side / 32
    for top, tone in ((8.2, RIBBON), (13.4, SHADE), (18.6, SHADE)):
        draw.rounded_rectangle(_scale(unit, 22, top, 27, top + 4), unit * 1.2, fill=tone)
    draw.rounded_rectangle(_scale(unit, 6.5, 5.5, 24.5, 26.5), unit * 2.4, fill=PAPER)
    draw.rounded_rectangle(_scale(unit, 6.5, 5.5, 9.8, 26.5), unit * 1.6, fill=SHADE)
    if size >= OUTLINE_SIZE:
        _draw_people(draw, unit)
    else:
        draw.ellipse(_scale(unit, 13, 9, 20.5, 16.5), fill=INK)
        draw.rounded_rectangle(_scale(unit, 11.8, 18, 21.8, 23.5), unit * 2.6, fill=INK)
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def draw_outline(size: int = OUTLINE_SIZE) -> Image.Image:
    """Draw the white outline on nothing that Teams colours itself."""
    side = size * SCALE
    picture = Image.new("RGBA", (side, side), (255, 255, 255, 0))
    draw = ImageDraw.Draw(picture)
    unit = side / 32
    line = round(unit * 1.8)
    draw.rounded_rectangle(_scale(unit, 5, 3.5, 24, 28.5), unit * 3, outline=PAPER, width=line)
    draw.line(_scale(unit, 9.8, 4.5, 9.8, 27.5), fill=PAPER, width=line)
    for top in (8, 14, 20):
        draw.line(_scale(unit, 24, top + 1.5, 27.5, top + 1.5), fill=PAPER, width=round(unit * 2.6))
    draw.ellipse(_scale(unit, 14, 8.5, 20, 14.5), outline=PAPER, width=line)
    draw.arc(_scale(unit, 11.8, 17.5, 22.2, 28.5), 195, 345, fill=PAPER, width=line)
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def _draw_ground(side: int) -> Image.Image:
    wide = Image.linear_gradient("L").resize((2 * side, 2 * side)).rotate(45)
    gradient = wide.crop((side // 2, side // 2, side // 2 + side, side // 2 + side))
    start, end = (Image.new("RGBA", (side, side), (*color, 255)) for color in GROUND)
    ground = Image.composite(end, start, gradient)
    mask = Image.new("L", (side, side), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, side - 1, side - 1), side * 0.22, fill=255)
    ground.putalpha(mask)
    return ground


def _draw_people(draw: ImageDraw.ImageDraw, unit: float) -> None:
    """Three people of the book, and the lines between them: who knows whom."""
    people = ((13.6, 11.6, 2.9, INK), (20.4, 14.4, 2.1, BLUE), (15.6, 20.8, 2.5, BLUE))
    for first, second in ((0, 1), (0, 2), (1, 2)):
        ends = (*people[first][:2], *people[second][:2])
        draw.line(_scale(unit, *ends), fill=INK, width=round(unit * 0.9))
    for x, y, radius, color in people:
        rim = radius + 0.4
        draw.ellipse(_scale(unit, x - rim, y - rim, x + rim, y + rim), fill=PAPER)
        draw.ellipse(_scale(unit, x - radius, y - radius, x + radius, y + radius), fill=color)


def _scale(unit: float, *values: float) -> tuple[float, ...]:
    return tuple(value * unit for value in values)


def main() -> None:
    """Write every icon."""
    FOLDER.mkdir(exist_ok=True)
    for size in COLOR_SIZES:
        name = "color.png" if size == COLOR_SIZES[-1] else f"icon-{size}.png"
        draw_color(size).save(FOLDER / name, optimize=True)
    draw_outline().save(FOLDER / "outline.png", optimize=True)


if __name__ == "__main__":
    main()
