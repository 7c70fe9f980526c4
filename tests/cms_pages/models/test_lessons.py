"""What each kind of lesson refuses, in French, on the field where it is wrong."""

import pytest
from django.core.exceptions import ValidationError

from cms_pages.models import DeckLessonPage, QuizLessonPage, VideoLessonPage
from tests.factories import make_course, make_deck, make_document, make_quiz, make_video

pytestmark = pytest.mark.django_db


def problems(page):
    try:
        page.full_clean()
    except ValidationError as error:
        return error.message_dict
    return {}


@pytest.mark.parametrize(
    ("url", "video_id", "embed"),
    [
        ("https://vimeo.com/123456789", "123456789", "123456789?dnt=1"),
        ("https://www.vimeo.com/123456789", "123456789", "123456789?dnt=1"),
        ("http://vimeo.com/123456789", "123456789", "123456789?dnt=1"),
        ("https://player.vimeo.com/video/123456789", "123456789", "123456789?dnt=1"),
        (
            "https://vimeo.com/123456789/abcdef0123",
            "123456789/abcdef0123",
            "123456789?dnt=1&h=abcdef0123",
        ),
        (
            "https://player.vimeo.com/video/123456789?h=abcdef0123",
            "123456789/abcdef0123",
            "123456789?dnt=1&h=abcdef0123",
        ),
        ("https://vimeo.com/123456789?share=copy", "123456789", "123456789?dnt=1"),
        ("https://vimeo.com/123456789/", "123456789", "123456789?dnt=1"),
        (
            "https://player.vimeo.com/video/123456789?badge=0&h=abcdef0123&app_id=58479",
            "123456789/abcdef0123",
            "123456789?dnt=1&h=abcdef0123",
        ),
        ("https://vimeo.com/123456789#t=1m", "123456789", "123456789?dnt=1"),
    ],
)
def test_vimeo_address_is_read(url, video_id, embed):
    page = make_video(make_course(), vimeo_url=url)
    assert problems(page) == {}
    assert page.vimeo_id == video_id
    assert page.vimeo_embed_url == f"https://player.vimeo.com/video/{embed}"
    assert page.video_url == ""


@pytest.mark.parametrize(
    "url",
    [
        "https://vimeo.com/",
        "https://vimeo.com/channels/staffpicks",
        "https://www.youtube.com/watch?v=123456789",
        "https://vimeo.com.mechant.test/123456789",
        "https://mechant.test/vimeo.com/123456789",
        "https://vimeo.com@mechant.test/123456789",
        "https://vimeo.com/123456789/%22onload=x",
        "https://vimeo.com/123456789/settings",
        "https://vimeo.com/\N{ARABIC-INDIC DIGIT THREE}",
    ],
)
def test_other_address_is_refused(url):
    page = VideoLessonPage(vimeo_url=url)
    assert (page.vimeo_id, page.vimeo_embed_url) == ("", "")
    page = make_video(make_course())
    page.vimeo_url = url
    assert problems(page) == {"vimeo_url": ["Cette adresse n’est pas celle d’une vidéo Vimeo."]}


def test_video_needs_a_source():
    page = make_video(make_course())
    page.vimeo_url = ""
    assert problems(page) == {
        "vimeo_url": ["Donnez une adresse Vimeo ou choisissez un fichier vidéo."]
    }


@pytest.mark.parametrize("name", ["video.mp4", "video.webm", "VIDEO.MP4"])
def test_video_may_be_a_file(name):
    page = make_video(make_course(), video_file=make_document(name))
    assert problems(page) == {}
    assert page.video_url == page.video_file.url
    assert page.vimeo_embed_url == ""


@pytest.mark.parametrize("name", ["notes.pdf", "video.mov", "video.mp4.exe", "captions.vtt"])
def test_video_file_of_another_type_is_refused(name):
    page = make_video(make_course())
    page.video_file = make_document(name)
    assert problems(page) == {"video_file": ["Choisissez un fichier MP4 ou WebM."]}


@pytest.mark.parametrize("name", ["captions.srt", "notes.pdf", "captions.txt"])
def test_captions_of_another_type_are_refused(name):
    page = make_video(make_course())
    page.captions_file = make_document(name)
    assert problems(page) == {"captions_file": ["Choisissez un fichier WebVTT (.vtt)."]}


def test_captions_are_shown_with_an_uploaded_video(client):
    page = make_video(
        make_course(),
        video_file=make_document("video.mp4"),
        captions_file=make_document("captions.vtt", b"WEBVTT"),
        is_preview=True,
    )
    assert problems(page) == {}
    text = client.get(page.url).text
    assert f'src="{page.video_file.url}"' in text
    assert f'<track kind="captions" srclang="fr" label="Français" src="{page.captions_url}"' in text


def test_vimeo_comes_before_the_file(client):
    page = make_video(
        make_course(),
        vimeo_url="https://vimeo.com/42",
        video_file=make_document("video.mp4"),
        is_preview=True,
    )
    text = client.get(page.url).text
    assert 'src="https://player.vimeo.com/video/42?dnt=1"' in text
    assert page.video_file.url not in text


# Quiz --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, []),
        ({"passing_score": 100}, []),
        ({"passing_score": 0}, []),
        ({"passing_score": 101}, ["passing_score"]),
        ({"time_limit_minutes": 1}, []),
        ({"time_limit_minutes": 0}, ["time_limit_minutes"]),
        ({"attempts_allowed": 1, "reveal": "after_last"}, []),
        ({"attempts_allowed": 0}, ["attempts_allowed"]),
        ({"reveal": "jamais"}, ["reveal"]),
    ],
)
def test_rules_of_a_quiz_are_checked(fields, wrong):
    page = make_quiz(make_course())
    for name, value in fields.items():
        setattr(page, name, value)
    assert list(problems(page)) == wrong


def test_revealing_after_the_last_attempt_needs_a_last_attempt():
    page = make_quiz(make_course())
    page.reveal = "after_last"
    assert problems(page) == {
        "reveal": ["Sans limite de tentatives, il n’y a pas de dernière tentative."]
    }


def test_quiz_has_the_usual_rules_by_default():
    page = QuizLessonPage()
    assert (
        page.passing_score,
        page.time_limit_minutes,
        page.attempts_allowed,
        page.shuffle_questions,
        page.shuffle_options,
        page.reveal,
    ) == (70, None, None, False, True, "after_attempt")


@pytest.mark.parametrize(
    ("make", "field"), [(make_video, "transcript"), (make_quiz, "intro"), (make_deck, "intro")]
)
def test_unreadable_formula_outside_the_blocks_is_refused_by_name(make, field):
    page = make(make_course())
    setattr(page, field, r"<p>\(\frac{\) et \(x\)</p>")
    assert problems(page) == {field: [r"Formule illisible : \frac{"]}


def test_deck_shows_its_cards(client):
    page = make_deck(make_course(), [("<p>Coupon?</p>", "<p>Un intérêt.</p>")], is_preview=True)
    text = client.get(page.url).text
    assert "1 carte. Répondez de mémoire, puis retournez-la." in text
    assert "Coupon?" in text
    assert "Un intérêt." in text
    empty = make_deck(make_course(), is_preview=True)
    DeckLessonPage.objects.filter(pk=empty.pk).update(cards=[])
    assert "Ce paquet de cartes est encore vide." in client.get(empty.url).text
