"""Make the demo lesson's video: drawn slides, a synthetic French voice and WebVTT captions.

Run: python tools/demo_media/make_video.py

The words come from the lesson's transcript in the course file: one paragraph per slide, one caption
per sentence. Voice, captions and transcript can therefore not say different things.

Needs: pillow, pyyaml, and the Debian packages espeak-ng, ffmpeg, fonts-inter, fonts-ebgaramond.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import wave
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import yaml
from draw_covers import (
    COPPER,
    EMBER,
    INDIGO,
    INK,
    MIST,
    NIGHT,
    PAPER,
    SAND,
    SLATE,
    STRAW,
    Colour,
    mix,
)
from PIL import Image, ImageDraw, ImageFont

CONTENT = Path(__file__).resolve().parents[2] / "site" / "dojo" / "demo" / "content"
COURSE = CONTENT / "courses" / "ccvm-volume-1.yaml"
LESSON = "parcours-un-dollar-epargne"

W, H, SS = 1280, 720, 2
FPS = 25
# Silence before a slide's first sentence, between two, after the last.
LEAD, GAP, TAIL = 0.45, 0.28, 0.55
FADE = 0.4
SPEED, PITCH = 162, 42
SPOKEN = {"T+1": "té plusse un", "27 mai 2024": "vingt-sept mai deux mille vingt-quatre"}
NOTICE = "Vidéo de démonstration — voix de synthèse"

SERIF = "/usr/share/fonts/opentype/ebgaramond/EBGaramond12-Regular.otf"
SANS = "/usr/share/fonts/opentype/inter/Inter-Medium.otf"
BOLD = "/usr/share/fonts/opentype/inter/Inter-SemiBold.otf"

Point = tuple[float, float]


def font(path: str, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, round(size * SS))


@dataclass
class Cue:
    start: float
    end: float
    text: str


@dataclass
class Scene:
    sentences: list[str]
    start: float = 0.0
    end: float = 0.0


# ---------------------------------------------------------------- words and voice


def scenes_from_transcript() -> tuple[list[Scene], dict[str, str]]:
    course = yaml.safe_load(COURSE.read_text(encoding="utf-8"))
    lesson = next(le for m in course["modules"] for le in m["lessons"] if le["slug"] == LESSON)
    paragraphs = re.findall(r"<p>(.*?)</p>", lesson["video"]["transcript"], re.S)
    return [Scene(re.split(r"(?<=[.!?])\s+", p.strip())) for p in paragraphs], lesson["video"]


def speak(sentence: str, path: Path) -> None:
    words = sentence.replace("\u00a0", " ").replace("’", "'")
    for written, spoken in SPOKEN.items():
        words = words.replace(written, spoken)
    subprocess.run(
        [
            "espeak-ng",
            "-v",
            "fr",
            "-s",
            str(SPEED),
            "-p",
            str(PITCH),
            "-g",
            "2",
            "-w",
            str(path),
            words,
        ],
        check=True,
    )


def record(scenes: list[Scene], folder: Path) -> tuple[Path, list[Cue]]:
    """Say every sentence, lay them on one track, and note when each begins and ends."""
    cues: list[Cue] = []
    track = bytearray()
    rate = 22050

    def silence(seconds: float) -> None:
        track.extend(b"\0\0" * round(seconds * rate))

    def now() -> float:
        return len(track) / 2 / rate

    for i, scene in enumerate(scenes):
        scene.start = now()
        silence(LEAD)
        for k, sentence in enumerate(scene.sentences):
            if k:
                silence(GAP)
            path = folder / f"{i}-{k}.wav"
            speak(sentence, path)
            with wave.open(str(path)) as sound:
                assert (sound.getframerate(), sound.getsampwidth(), sound.getnchannels()) == (
                    rate,
                    2,
                    1,
                )
                frames = sound.readframes(sound.getnframes())
            start = now()
            track.extend(trim(frames))
            cues.append(Cue(start, now(), sentence))
        silence(TAIL if i < len(scenes) - 1 else TAIL + 1.2)
        scene.end = now()
    path = folder / "voice.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(bytes(track))
    return path, cues


def trim(frames: bytes, threshold: int = 120) -> bytes:
    """Drop the near-silence that the synthesiser adds at both ends."""
    samples = memoryview(frames).cast("h")
    loud = [i for i in range(0, len(samples), 32) if abs(samples[i]) > threshold]
    if not loud:
        return frames
    return frames[max(0, loud[0] - 400) * 2 : min(len(samples), loud[-1] + 900) * 2]


def timestamp(seconds: float) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


def two_lines(text: str) -> str:
    """Break a long caption once, at the space nearest to its middle."""
    if len(text) <= 46:
        return text
    spaces = [m.start() for m in re.finditer(" ", text)]
    at = min(spaces, key=lambda i: abs(i - len(text) / 2))
    return text[:at] + "\n" + text[at + 1 :]


def webvtt(cues: list[Cue]) -> str:
    blocks = ["WEBVTT"]
    for n, cue in enumerate(cues, 1):
        follows = cues[n].start if n < len(cues) else cue.end + 1.0
        end = min(follows - 0.05, cue.end + 0.5)
        blocks.append(f"{n}\n{timestamp(cue.start)} --> {timestamp(end)}\n{two_lines(cue.text)}")
    return "\n\n".join(blocks) + "\n"


# ---------------------------------------------------------------- pictures


class Slide:
    """A still picture, and the path along which a coin travels over it."""

    def __init__(self, number: int, count: int, dark: bool = False) -> None:
        self.dark = dark
        self.image = Image.new("RGB", (W * SS, H * SS), INK if dark else PAPER)
        self.d = ImageDraw.Draw(self.image)
        self.route: list[Point] = []
        lattice = mix(INK, INDIGO, 0.35) if dark else mix(PAPER, SAND, 0.75)
        for x in range(80, W, 80):
            self.line([(x, 0), (x, H)], lattice, 1)
        for y in range(80, H, 80):
            self.line([(0, y), (W, y)], lattice, 1)
        self.box((0, H - 56, W, H), NIGHT if dark else INK)
        self.text((40, H - 28), NOTICE, SANS, 19, SAND, "lm")
        for k in range(count):
            x = W - 40 - (count - 1 - k) * 30
            self.dot((x, H - 28), 7 if k == number else 5, EMBER if k == number else SLATE)

    def s(self, *values: float) -> list[float]:
        return [v * SS for v in values]

    def box(
        self,
        b: tuple[float, float, float, float],
        fill: Colour,
        radius: float = 0,
        outline: Colour | None = None,
        width: float = 0,
    ) -> None:
        self.d.rounded_rectangle(
            self.s(*b), radius=radius * SS, fill=fill, outline=outline, width=round(width * SS)
        )

    def dot(
        self, c: Point, r: float, fill: Colour, outline: Colour | None = None, width: float = 0
    ) -> None:
        self.d.ellipse(
            self.s(c[0] - r, c[1] - r, c[0] + r, c[1] + r),
            fill=fill,
            outline=outline,
            width=round(width * SS),
        )

    def line(self, points: list[Point], fill: Colour, width: float) -> None:
        self.d.line([(x * SS, y * SS) for x, y in points], fill=fill, width=round(width * SS))

    def text(
        self, at: Point, words: str, face: str, size: float, fill: Colour, anchor: str = "mm"
    ) -> None:
        self.d.text(
            (at[0] * SS, at[1] * SS),
            words,
            font=font(face, size),
            fill=fill,
            anchor=anchor,
            spacing=8 * SS,
            align="center",
        )

    def title(self, words: str, kicker: str = "") -> None:
        colour = PAPER if self.dark else INK
        if kicker:
            self.text((80, 84), kicker, BOLD, 20, EMBER if self.dark else COPPER, "ls")
        self.text((80, 138), words, SERIF, 52, colour, "ls")

    def arrow(
        self,
        a: Point,
        b: Point,
        fill: Colour,
        width: float = 5,
        label: str = "",
        above: bool = True,
    ) -> None:
        direction = 1 if b[0] > a[0] else -1
        self.line([a, (b[0] - 12 * direction, b[1])], fill, width)
        self.d.polygon(
            [
                (x * SS, y * SS)
                for x, y in (
                    (b[0], b[1]),
                    (b[0] - 20 * direction, b[1] - 12),
                    (b[0] - 20 * direction, b[1] + 12),
                )
            ],
            fill=fill,
        )
        if label:
            self.text(((a[0] + b[0]) / 2, a[1] + (-40 if above else 28)), label, SANS, 23, fill)

    def person(self, c: Point, name: str, note: str, colour: Colour) -> None:
        x, y = c
        self.dot((x, y), 84, colour)
        self.dot((x, y - 24), 24, PAPER)
        self.d.pieslice(self.s(x - 44, y + 8, x + 44, y + 92), 180, 360, fill=PAPER)
        self.text((x, y + 120), name, BOLD, 28, INK)
        if note:
            self.text((x, y + 154), note, SANS, 22, SLATE)

    def factory(self, c: Point, note: str, colour: Colour) -> None:
        x, y = c
        self.dot((x, y), 84, colour)
        roof = [
            (-46, 36),
            (-46, -6),
            (-18, -26),
            (-18, -6),
            (10, -26),
            (10, -6),
            (20, -6),
            (20, -46),
            (36, -46),
            (36, -6),
            (46, -6),
            (46, 36),
        ]
        self.d.polygon([((x + dx) * SS, (y + dy) * SS) for dx, dy in roof], fill=PAPER)
        for k in range(3):
            self.box((x - 34 + k * 26, y + 8, x - 20 + k * 26, y + 22), colour)
        self.text((x, y + 120), "L’entreprise", BOLD, 28, INK)
        if note:
            self.text((x, y + 154), note, SANS, 22, SLATE)

    def done(self) -> Image.Image:
        return self.image.resize((W, H), Image.Resampling.LANCZOS)


def slide_welcome(s: Slide) -> None:
    s.dot((985, 300), 172, mix(EMBER, INK, 0.05))
    for k in range(1, 4):
        s.box((813, 300 + k * 44 - 6, 1157, 300 + k * 44 + 4 + k * 3), INK)
    s.text((80, 250), "LE DOJO FINANCIER", BOLD, 22, EMBER, "ls")
    s.text((80, 330), "Le parcours d’un", SERIF, 66, PAPER, "ls")
    s.text((80, 408), "dollar d’épargne", SERIF, 66, PAPER, "ls")
    s.text((80, 470), "CCVM, volume 1 · Module 1", SANS, 24, MIST, "ls")


LEFT, MIDDLE, RIGHT = (250.0, 330.0), (640.0, 330.0), (1030.0, 330.0)


def slide_needs(s: Slide) -> None:
    s.title("Deux besoins qui se répondent", "AU DÉPART")
    s.person(LEFT, "Jeanne", "1 000\u00a0$ à placer", INDIGO)
    s.factory(RIGHT, "une usine à financer", COPPER)
    for k in range(15):
        x = 372 + k * 39
        s.line([(x, 330), (x + 18, 330)], STRAW, 4)
    s.text((640, 330), "?", SERIF, 92, COPPER)


def slide_primary(s: Slide) -> None:
    s.title("Le marché primaire", "L’ÉMISSION")
    s.person(LEFT, "Jeanne", "achète des actions", INDIGO)
    s.factory(RIGHT, "reçoit l’argent", COPPER)
    s.box((540, 282, 740, 378), INK, 10)
    s.text((640, 318), "Courtier", BOLD, 27, PAPER)
    s.text((640, 350), "en placement", SANS, 22, SAND)
    s.arrow((350, 300), (528, 300), COPPER, label="argent")
    s.arrow((752, 300), (930, 300), COPPER, label="argent")
    s.arrow((528, 362), (350, 362), SLATE, label="actions", above=False)
    s.arrow((930, 362), (752, 362), SLATE, label="actions", above=False)
    s.route = [(350, 300), (528, 300), (640, 262), (752, 300), (918, 300)]


def slide_secondary(s: Slide) -> None:
    s.title("Le marché secondaire", "UN AN PLUS TARD")
    s.person(LEFT, "Karim", "achète", SLATE)
    s.person(MIDDLE, "Jeanne", "revend", INDIGO)
    s.factory(RIGHT, "ne reçoit rien", mix(STRAW, SAND, 0.3))
    s.arrow((350, 300), (540, 300), COPPER, label="argent")
    s.arrow((540, 362), (350, 362), SLATE, label="actions", above=False)
    s.line([(752, 330), (918, 330)], STRAW, 4)
    s.line([(817, 312), (853, 348)], COPPER, 6)
    s.line([(853, 312), (817, 348)], COPPER, 6)
    s.route = [(350, 300), (528, 300)]


def slide_settlement(s: Slide) -> None:
    s.title("Le règlement", "UN JOUR OUVRABLE PLUS TARD")
    days = ("lundi", "mardi", "mercredi", "jeudi", "vendredi")
    for k, day in enumerate(days):
        x = 100 + k * 222
        chosen = {1: (INDIGO, "T", "opération"), 2: (COPPER, "T+1", "règlement")}.get(k)
        s.box(
            (x, 230, x + 192, 500),
            chosen[0] if chosen else mix(PAPER, SAND, 0.6),
            10,
            None if chosen else STRAW,
            2,
        )
        s.text((x + 96, 268), day, SANS, 24, PAPER if chosen else SLATE)
        if chosen:
            s.text((x + 96, 352), chosen[1], BOLD, 58, PAPER)
            s.text((x + 96, 456), chosen[2], BOLD, 24, PAPER)
    s.text((640, 566), "Règle en vigueur au Canada depuis le 27 mai 2024", SANS, 26, INK)
    s.route = [(418, 412), (530, 396), (640, 412)]


def slide_watch(s: Slide) -> None:
    s.title("Qui surveille?", "LES RÈGLES DU JEU")
    for x, colour, name, first, second in (
        (100, INDIGO, "AMF", "Autorité des", "marchés financiers"),
        (660, COPPER, "OCRI", "Organisme canadien de", "réglementation des investissements"),
    ):
        s.box((x, 220, x + 520, 540), colour, 12)
        s.text((x + 260, 320), name, SERIF, 96, PAPER)
        s.text((x + 260, 402), first, SANS, 26, PAPER)
        s.text((x + 260, 436), second, SANS, 26, PAPER)
    s.text((360, 500), "au Québec", BOLD, 24, mix(PAPER, MIST, 0.3))
    s.text((920, 500), "les courtiers, partout au Canada", BOLD, 24, mix(PAPER, EMBER, 0.25))


def slide_recap(s: Slide) -> None:
    s.title("À retenir", "EN DEUX LIGNES")
    for y, colour, name, what in (
        (230, COPPER, "Marché primaire", "finance l’entreprise"),
        (380, SLATE, "Marché secondaire", "permet de revendre"),
    ):
        s.box((80, y, 1200, y + 120), mix(INK, INDIGO, 0.8), 10)
        s.box((80, y, 92, y + 120), colour)
        s.text((130, y + 60), name, SERIF, 46, PAPER, "lm")
        s.text((620, y + 60), what, SANS, 32, SAND, "lm")
    s.text((80, 576), "À vous de jouer!", SERIF, 42, EMBER, "ls")


SLIDES: list[tuple[Callable[[Slide], None], bool]] = [
    (slide_welcome, True),
    (slide_needs, False),
    (slide_primary, False),
    (slide_secondary, False),
    (slide_settlement, False),
    (slide_watch, False),
    (slide_recap, True),
]


def coin() -> Image.Image:
    r = 24
    sprite = Image.new("RGBA", (2 * r * SS, 2 * r * SS), (0, 0, 0, 0))
    d = ImageDraw.Draw(sprite)
    d.ellipse((0, 0, 2 * r * SS - 1, 2 * r * SS - 1), fill=PAPER)
    d.ellipse(
        (3 * SS, 3 * SS, (2 * r - 3) * SS, (2 * r - 3) * SS),
        fill=EMBER,
        outline=COPPER,
        width=3 * SS,
    )
    d.text((r * SS, r * SS), "$", font=font(BOLD, 24), fill=INK, anchor="mm")
    return sprite.resize((2 * r, 2 * r), Image.Resampling.LANCZOS)


def along(route: list[Point], t: float) -> Point:
    lengths = [((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2) ** 0.5 for a, b in pairwise(route)]
    left = t * sum(lengths)
    for (a, b), length in zip(pairwise(route), lengths, strict=True):
        if left <= length:
            return a[0] + (b[0] - a[0]) * left / length, a[1] + (b[1] - a[1]) * left / length
        left -= length
    return route[-1]


def film(scenes: list[Scene], voice: Path, out: Path) -> None:
    slides = []
    for n, (draw, dark) in enumerate(SLIDES):
        slide = Slide(n, len(SLIDES), dark)
        draw(slide)
        slides.append((slide.done(), slide.route))
    sprite = coin()
    command = [
        "ffmpeg", "-y", "-loglevel", "error",
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{W}x{H}", "-r", str(FPS), "-i", "-",
        "-i", str(voice),
        "-af", "highpass=f=90,lowpass=f=7200,loudnorm=I=-18:TP=-2:LRA=7",
        "-c:v", "libx264", "-preset", "veryslow", "-crf", "25", "-tune", "animation",
        "-pix_fmt", "yuv420p", "-g", str(FPS * 5),
        "-c:a", "aac", "-b:a", "64k", "-ar", "44100", "-ac", "1",
        "-metadata", "title=Le parcours d’un dollar d’épargne", "-metadata", f"comment={NOTICE}",
        "-metadata:s:a:0", "language=fra",
        "-map_metadata", "-1", "-fflags", "+bitexact", "-movflags", "+faststart", str(out),
    ]  # fmt: skip
    pipe = subprocess.Popen(command, stdin=subprocess.PIPE)
    assert pipe.stdin
    for frame in range(round(scenes[-1].end * FPS)):
        now = frame / FPS
        n = max(i for i, scene in enumerate(scenes) if scene.start <= now + 1e-9)
        scene, (still, route) = scenes[n], slides[n]
        picture = still
        if route:
            cycle = 2.6
            t = ((now - scene.start - 0.6) % (cycle + 0.5)) / cycle
            if now - scene.start > 0.6 and t <= 1:
                x, y = along(route, t * t * (3 - 2 * t))
                picture = still.copy()
                picture.paste(sprite, (round(x) - 24, round(y) - 24), sprite)
        if n and now - scene.start < FADE:
            picture = Image.blend(slides[n - 1][0], picture, (now - scene.start) / FADE)
        pipe.stdin.write(picture.tobytes())
    pipe.stdin.close()
    if pipe.wait():
        raise SystemExit("ffmpeg failed")


def main() -> None:
    scenes, video = scenes_from_transcript()
    if len(scenes) != len(SLIDES):
        raise SystemExit(f"{len(scenes)} paragraphs in the transcript for {len(SLIDES)} slides")
    media = CONTENT / "media"
    with tempfile.TemporaryDirectory() as folder:
        voice, cues = record(scenes, Path(folder))
        (media / video["captions"]).write_text(webvtt(cues), encoding="utf-8")
        film(scenes, voice, media / video["file"])
    size = (media / video["file"]).stat().st_size
    print(f"{video['file']}: {scenes[-1].end:.1f} s, {size // 1000} kB")


if __name__ == "__main__":
    main()
