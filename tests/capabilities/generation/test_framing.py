"""Faces are not cut out of a frame, and words and labels do not lie over them."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from magnetar.capabilities.generation.choosing import PEOPLE, choose
from magnetar.capabilities.generation.models import ModelStore
from magnetar.capabilities.generation.ports import Face, FilmWanted, Floats, PictureWanted
from magnetar.capabilities.generation.providers.drawn import Drawn
from magnetar.capabilities.generation.providers.moving import Moving
from magnetar.capabilities.generation.rendering.framing import covered, cut_out, faces_in, kept_together, seen_through
from magnetar.capabilities.generation.rendering.marking import label, label_place
from magnetar.capabilities.generation.rendering.moves import View, choose_move
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import BadInput, ProviderFailed, ProviderUnavailable
from magnetar.kernel.settings import Settings

RED = (200, 30, 30)


class Pointed:
    """Finds the faces that it was told of."""

    name = "pointed"

    def __init__(self, *boxes: tuple[float, float, float, float]) -> None:
        self.boxes = boxes

    def faces(self, picture: NDArray[np.uint8]) -> Sequence[Face]:
        return [Face(one, 0.9) for one in self.boxes]

    def person(self, picture: NDArray[np.uint8]) -> Floats:
        return np.zeros(picture.shape[:2], np.float32)


def scene(box: tuple[float, float, float, float], size: tuple[int, int] = (800, 300)) -> bytes:
    """A grey picture with a red patch where the face is."""
    picture = Image.new("RGB", size, (150, 150, 150))
    x, y, right, bottom = (round(one * size[at % 2]) for at, one in enumerate(box))
    picture.paste(RED, (x, y, right, bottom))
    held = io.BytesIO()
    picture.save(held, "PNG")
    return held.getvalue()


def red(picture: Image.Image) -> int:
    pixels = np.asarray(picture.convert("RGB")).astype(int)
    return int(((pixels[..., 0] - pixels[..., 1] > 40) & (pixels[..., 1] < 80)).sum())


shares = st.floats(0.0, 0.8)
boxes = st.tuples(shares, shares, st.floats(0.02, 0.2), st.floats(0.02, 0.2)).map(
    lambda one: (one[0], one[1], one[0] + one[2], one[1] + one[3])
)
sizes = st.tuples(st.integers(40, 2000), st.integers(40, 2000))


@given(size=sizes, frame=sizes, keep=st.lists(boxes, max_size=4))
def test_a_frame_lies_inside_its_picture_and_shows_the_first_face_where_it_fits(size, frame, keep):
    left, top, across, down = cut_out(size, frame, keep)
    assert left >= -1e-6
    assert top >= -1e-6
    assert left + across <= size[0] + 1e-6
    assert top + down <= size[1] + 1e-6
    assert across / down == pytest.approx(frame[0] / frame[1])
    if keep:
        x, y, right, bottom = keep[0]
        if (right - x) * size[0] <= across and (bottom - y) * size[1] <= down:
            [seen] = seen_through(keep[:1], size, (left, top, across, down))
            assert min(seen) >= -1e-6
            assert max(seen) <= 1 + 1e-6


def test_without_faces_a_frame_is_cut_about_the_middle():
    assert cut_out((400, 100), (100, 100)) == (150.0, 0.0, 100.0, 100.0)


def test_faces_that_do_not_fit_together_leave_the_largest():
    assert kept_together([(0.0, 0.0, 0.2, 0.2), (0.7, 0.0, 0.8, 0.1)], 0.5, 1.0) == (0.0, 0.0, 0.2, 0.2)
    assert kept_together([], 0.5, 0.5) is None


@settings(max_examples=30, deadline=None)
@given(box=boxes, seed=st.integers(0, 100), share=st.sampled_from([0.0, 0.3, 0.7, 1.0]), hint=st.sampled_from(["", "zoom in", "zoom out", "左移", "右移", "上移", "下移"]))  # fmt: skip
def test_no_move_cuts_a_face_that_fits(box, seed, share, hint):
    still = np.zeros((120, 200, 3), np.uint8)
    view = View(still, 90, 160, choose_move(hint, Chance(seed)), [box])
    shown = view.faces_at(share)
    fits = (box[2] - box[0]) * 200 <= 0.9 * 120 * 90 / 160
    assert not fits or (len(shown) == 1 and min(shown[0]) >= -0.03 and max(shown[0]) <= 1.03)


def test_a_film_of_a_still_keeps_the_face_that_stands_at_its_side(tmp_path: Path):
    import av

    box = (0.8, 0.3, 0.9, 0.6)
    seen: dict[str, list[int]] = {}
    for name, people in (("with", Pointed(box)), ("without", None)):
        out = tmp_path / f"{name}.mp4"
        wanted = FilmWanted(
            "zoom in", pictures=(scene(box),), seconds=0.6, aspect="9:16", seed=3, more={"short_side": 144}
        )
        Moving(people).make(wanted, out)
        with av.open(str(out)) as film:
            seen[name] = [red(frame.to_image()) for frame in film.decode(video=0)]
    # the patch has 7,200 of the still's points; the frame shows 256 rows of its 300 or fewer
    assert min(seen["with"]) > 80 * 90 * (256 / 300) ** 2 * 0.9
    assert max(seen["without"]) == 0


def test_words_and_label_do_not_lie_over_a_face():
    box = (0.06, 0.05, 0.9, 0.5)  # where the label and the words would go
    raw = scene(box, (270, 480))
    wanted = PictureWanted(
        "一杯鲜果汁 a glass of juice in the morning, every morning", picture=raw, width=270, height=480, seed=5
    )
    kept = red(Image.open(io.BytesIO(Drawn(Pointed(box)).make(wanted)[0].content)))
    over = red(Image.open(io.BytesIO(Drawn().make(wanted)[0].content)))
    assert kept >= round(0.84 * 270) * round(0.45 * 480)  # all of the patch, and what the blur adds
    assert over < kept - 1_000


@given(face=boxes, size=st.sampled_from([(270, 480), (480, 270), (300, 300)]))
def test_the_label_takes_a_corner_without_the_face_and_stays_inside(face, size):
    width, height = size
    plate = label(min(size))
    x, y = label_place(width, height, [face])
    assert 0 <= x <= width - plate.width
    assert 0 <= y <= height - plate.height
    place = x / width, y / height, (x + plate.width) / width, (y + plate.height) / height
    assert covered(place, [face]) <= 0.01
    assert label_place(width, height) == (round(width * 0.05), round(height * 0.08))


def test_where_nobody_can_look_a_picture_is_framed_about_its_middle():
    class Broken(Pointed):
        def faces(self, picture: NDArray[np.uint8]) -> Sequence[Face]:
            raise ProviderFailed("gone")

    picture = Image.new("RGB", (100, 50))
    assert faces_in(picture, None) == ()
    assert faces_in(picture, Broken()) == ()


def test_without_its_models_the_finder_says_how_to_get_them(tmp_path: Path):
    settings = Settings(home=tmp_path, models_home=tmp_path / "models")
    assert choose(PEOPLE, "auto", settings) is None
    with pytest.raises(ProviderUnavailable, match="magnetar models pull people"):
        choose(PEOPLE, "yunet", settings)


def test_models_of_people_and_the_font_are_confirmed_by_more_than_their_uploaders(tmp_path: Path):
    store = ModelStore(tmp_path)
    for name in ("people", "font-cjk"):
        assert store.model(name).confirmed
        assert store.command(store.model(name)) == f"magnetar models pull {name}"


def test_where_the_models_are_blank_and_noisy_pictures_have_no_face_and_wrong_ones_are_refused():
    try:
        people = PEOPLE.make("yunet", Settings())
    except ProviderUnavailable as missing:
        pytest.skip(str(missing))
    noise = np.random.default_rng(1).integers(0, 255, (200, 300, 3)).astype(np.uint8)
    for picture in (np.zeros((64, 64, 3), np.uint8), noise):
        assert people.faces(picture) == []
        mask = people.person(picture)
        assert mask.shape == picture.shape[:2]
        assert mask.dtype == np.float32
        assert 0 <= mask.min() <= mask.max() <= 1
    for wrong in (np.zeros((64, 64), np.uint8), np.zeros((64, 64, 3), np.float32), np.zeros((8, 640, 3), np.uint8)):
        with pytest.raises(BadInput):
            people.faces(wrong)
