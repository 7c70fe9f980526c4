"""A public page is the same for everybody: no cookie, no session, and as few queries for many rows
as for one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms_pages.models import (
    ArticleCategory,
    ArticlePage,
    BlogIndexPage,
    CourseIndexPage,
    CoursePage,
)
from tests.factories import (
    make_article,
    make_course,
    make_home,
    make_image,
    make_module,
    make_quiz,
    make_reading,
    make_standard_page,
    make_student,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def addresses():
    course = make_course()
    module = make_module(course)
    make_reading(module)
    catalogue = CourseIndexPage.objects.get()
    return {
        "home": make_home().url,
        "catalogue": catalogue.url,
        "category": f"{catalogue.url}?categorie=professionals",
        "course": course.url,
        "module": module.url,
        "blog": BlogIndexPage.objects.get().url,
        "article": make_article().url,
        "standard": make_standard_page().url,
    }


def get(client, address):
    """The answer to a request, and the queries that it took."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code == 200
    return response, [query["sql"] for query in captured]


def assert_public(response, queries):
    assert response.cookies == {}
    assert "Set-Cookie" not in response.headers
    assert response.get("Vary", "") in ("", "Accept-Encoding")
    for table in ("django_session", "users_user", "lms_", "shop_"):
        assert [sql for sql in queries if table in sql] == []


def test_pages_set_no_cookie_and_read_no_session(client, addresses):
    for address in addresses.values():
        assert_public(*get(client, address))


def test_pages_are_the_same_for_who_is_signed_in(client, addresses):
    anonymous = {address: client.get(address).content for address in addresses.values()}
    for user in (make_student(), make_user(is_superuser=True)):
        client.force_login(user)
        for address, content in anonymous.items():
            response, queries = get(client, address)
            assert_public(response, queries)
            assert response.content == content


def test_pages_have_no_script_style_or_handler_of_their_own(client, addresses):
    for address in addresses.values():
        text = client.get(address).text
        for forbidden in ("<style", " style=", " onclick=", " onload=", "javascript:"):
            assert forbidden not in text
        assert text.count("<script") == text.count("<script src=")


def test_personal_fragment_is_kept_by_no_cache(client):
    client.force_login(make_student(first_name="Sofia", last_name="Nguyen"))
    response = client.get("/fragments/visiteur/")
    assert "Sofia Nguyen" in response.text
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


# Queries -----------------------------------------------------------------------------------------


def count_queries(client, address):
    client.get(address)  # the renditions of its images are made once
    return len(get(client, address)[1])


def test_catalogue_takes_the_same_queries_for_any_number_of_courses(client):
    cover = make_image()
    make_course(cover=cover)
    address = CourseIndexPage.objects.get().url
    one = count_queries(client, address)
    for _course in range(29):
        make_course(cover=cover)
    assert client.get(address).text.count('<article class="card">') == 30
    assert count_queries(client, address) == one
    assert one <= 15


def test_blog_takes_the_same_queries_for_any_number_of_articles(client):
    fields = {
        "cover": make_image(),
        "category": ArticleCategory.objects.create(
            name="Obligations", slug="obligations", locale=make_home().locale
        ),
    }
    make_article(**fields)
    address = BlogIndexPage.objects.get().url
    category = f"{address}categorie/obligations/"
    one = [count_queries(client, address), count_queries(client, category)]
    for _article in range(29):
        make_article(**fields)
    assert client.get(address).text.count('<article class="card">') == 12
    assert [count_queries(client, address), count_queries(client, category)] == one
    assert max(one) <= 15


def test_home_takes_the_same_queries_for_any_number_of_rows(client):
    cover = make_image()
    make_course(cover=cover)
    make_article(cover=cover)
    one = count_queries(client, "/")
    for _row in range(5):
        make_course(cover=cover)
        make_article(cover=cover)
    assert client.get("/").text.count('<article class="card">') == 6
    assert count_queries(client, "/") == one


def test_course_and_module_take_the_same_queries_for_any_number_of_lessons(client):
    course = make_course()
    module = make_module(course)
    make_reading(module)
    make_quiz(module)
    one = [count_queries(client, page.url) for page in (course, module)]
    for _lesson in range(8):
        make_reading(module)
        make_quiz(make_module(course))
    assert [count_queries(client, page.url) for page in (course, module)] == one


def test_article_takes_the_same_queries_for_any_number_of_related_ones(client):
    cover = make_image()
    others = [make_article(cover=cover) for _article in range(3)]
    article = make_article(related=others[:1])
    one = count_queries(client, article.url)
    article.related = others
    article.save()
    assert count_queries(client, article.url) == one


# Listings ----------------------------------------------------------------------------------------


def titles(response, name):
    return [page.title for page in response.context[name]]


def test_catalogue_lists_courses_in_the_order_of_the_tree(client):
    first, second, third = (make_course(title=title) for title in ("Un", "Deux", "Trois"))
    third.move(first, pos="left")
    response = client.get(CourseIndexPage.objects.get().url)
    assert titles(response, "courses") == ["Trois", "Un", "Deux"]
    CoursePage.objects.get(pk=second.pk).unpublish()
    response = client.get(CourseIndexPage.objects.get().url)
    assert titles(response, "courses") == ["Trois", "Un"]


def test_catalogue_is_filtered_by_category(client):
    make_course(title="Pro")
    make_course(title="Placer", category="investors")
    address = CourseIndexPage.objects.get().url
    for query, expected in (
        ("?categorie=investors", ["Placer"]),
        ("?categorie=professionals", ["Pro"]),
        ("?categorie=entrepreneurs", []),
        ("?categorie=nimporte-quoi", ["Pro", "Placer"]),
        ("", ["Pro", "Placer"]),
    ):
        assert titles(client.get(address + query), "courses") == expected
    empty = client.get(f"{address}?categorie=entrepreneurs").text
    assert "Aucune formation dans cette catégorie pour l’instant" in empty


def test_blog_lists_the_newest_first_by_twelve(client):
    for day in range(1, 15):
        make_article(title=f"Article du {day}", published_on=f"2026-01-{day:02}")
    address = BlogIndexPage.objects.get().url
    first = titles(client.get(address), "articles")
    assert first == [f"Article du {day}" for day in range(14, 2, -1)]
    assert titles(client.get(f"{address}?page=2"), "articles") == ["Article du 2", "Article du 1"]
    for query in ("?page=99", "?page=2&x=1"):
        assert titles(client.get(address + query), "articles") == ["Article du 2", "Article du 1"]
    for query in ("?page=abc", "?page=-1", "?page="):
        assert client.get(address + query).status_code == 200


def test_blog_lists_a_category_by_its_address(client):
    locale = make_home().locale
    bonds, stocks, empty = (
        ArticleCategory.objects.create(name=name, slug=slug, locale=locale)
        for name, slug in (
            ("Obligations", "obligations"),
            ("Actions", "actions"),
            ("Rien encore", "rien"),
        )
    )
    make_article(title="Le coupon", category=bonds)
    make_article(title="Le dividende", category=stocks)
    address = BlogIndexPage.objects.get().url
    response = client.get(f"{address}categorie/obligations/")
    assert titles(response, "articles") == ["Le coupon"]
    assert "<h1>Obligations</h1>" in response.text
    assert [str(category) for category in response.context["categories"]] == [
        "Actions",
        "Obligations",
    ]
    assert client.get(f"{address}categorie/inconnue/").status_code == 404
    assert (
        "Aucun article ici pour l’instant" in client.get(f"{address}categorie/{empty.slug}/").text
    )


def test_article_shows_three_live_related_ones_and_never_itself(client):
    others = [make_article(title=f"Lié {number}") for number in range(5)]
    article = make_article(title="Celui-ci", related=others)
    article.related.add(article)
    article.save()
    ArticlePage.objects.get(pk=others[4].pk).unpublish()
    response = client.get(article.url)
    assert titles(response, "related") == ["Lié 3", "Lié 2", "Lié 1"]


def test_article_without_related_ones_shows_no_such_section(client):
    assert "À lire ensuite" not in client.get(make_article().url).text


@pytest.mark.parametrize(("words", "minutes"), [(1, 1), (220, 1), (221, 2), (1100, 5)])
def test_reading_time_is_rounded_up(words, minutes):
    body = [{"type": "text", "value": f"<p>{'mot ' * words}</p>"}]
    assert make_article(body=body).reading_minutes == minutes


def test_page_below_a_language_without_a_tree_leads_to_its_own_address(client):
    course = make_course()
    response = client.get(f"/en{course.url}")
    assert (response.status_code, response["Location"]) == (302, course.url)
