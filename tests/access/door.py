"""One request of the table: made as one persona, and its answer told in the table's words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.db import connection
from django.http import HttpResponseBase
from django.urls import resolve

from .routes import CATCH_ALL
from .table import NOT_ASKED, WAGTAIL_DECIDES, Row
from .world import MAY_READ, NAME_OF_ENROLLED, SECRET, STUDENTS, World, undone

ORIGIN = "http://testserver"
REFUSED = "<h1>Accès refusé</h1>"
DEAD_ENDS = ("/", "/admin/", "/admin/login/", "/connexion/", "/tableau-de-bord/")
# Why a lesson stays closed: the word in the table, the sentence on the page.
CLOSED = {
    "visiteur": "Connectez-vous pour ouvrir cette leçon.",
    "non inscrit": "Vous n’êtes pas inscrit à cette formation.",
    "échu": "Votre accès à cette formation a pris fin le ",
    "révoqué": "Votre accès à cette formation a été retiré.",
    "suspendu": "Votre compte est suspendu. Écrivez-nous pour le rétablir.",
}
# What a form has to hold for its view to come to the question of who sends it.
PAGE_FORM = {
    "title": "Un titre",
    "slug": "un-titre",
    "summary": "Un résumé.",
    "excerpt": "Un extrait.",
    "category": "professionals",
    "payment_type": "one_time",
    "price": "10.00",
    "access_days": "365",
    "published_on": "2026-01-01",
    "minutes": "10",
    "action-publish": "oui",
    **{f"{name}-count": "0" for name in ("body", "outcomes", "audience", "faq", "questions")},
    **{f"comments-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL")},
}
COUPON_FORM = {"code": "NEUF", "kind": "percent", "value": "10", "is_active": "on"}
PERSON_FORM = {"email": "neuf@exemple.test", "first_name": "Neuf", "last_name": "Neuf"}
FORMS: dict[str, dict[str, str]] = {
    "/panier/coupon/": {"code": "TABLE10"},
    "/paiement/intention/": {
        "email": "neuf@exemple.test",
        "password1": "un-bon-mot-de-passe-42",
        "password2": "un-bon-mot-de-passe-42",
    },
    "/admin/pages/add/cms_pages/coursepage/{n° catalogue}/": PAGE_FORM,
    "/admin/pages/{n° cours}/edit/": PAGE_FORM,
    "/admin/pages/{n° lecture}/edit/": PAGE_FORM,
    "/admin/pages/{n° lecture}/copy/": {
        "new_title": "Une copie",
        "new_slug": "une-copie",
        "new_parent_page": "{n° module}",
    },
    **{
        f"/admin/bulk/cms_pages/site{name}/add_to_collection/?id={{{name}}}": {
            "collection": "{collection}"
        }
        for name in ("image", "document")
    },
    **{
        f"/admin/bulk/cms_pages/site{name}/add_tags/?id={{{name}}}": {"tags": "bourse"}
        for name in ("image", "document")
    },
    "/admin/enrolments/new/": {
        "email": "{courriel d’Étudiant}",
        "course": "{n° formation}",
        "days": "30",
        "source": "admin",
    },
    "/admin/enrolments/edit/{inscription}/": {
        "days": "30",
        "source": "gift",
        "last_seen": "{période}",
    },
    "/admin/coupons/new/": COUPON_FORM,
    "/admin/coupons/edit/{coupon}/": COUPON_FORM,
    "/admin/users/new/": PERSON_FORM,
    "/admin/users/edit/{compte}/": PERSON_FORM,
    "/admin/bulk/users/user/assign_role/?id={compte}": {"role": "{groupe}"},
    "/admin/bulk/users/user/set_active_state/?id={compte}": {"mark_as_active": "False"},
}


def ask(world: World, row: Row, persona: str) -> str:
    """The answer in the table's words, or a leak that no word of the table allows."""
    path = world.path(row.address, persona)
    writes = _Writes()
    with undone(), connection.execute_wrapper(writes):
        response = _send(world, row, persona, path)
        text = _text(response)
    written = writes.kept
    answer = _word(response, text, path)
    if written and (answer == "302 connexion" or response.status_code >= 400):
        return f"{answer} AND {written[0]}"
    if not written and row.method == "POST" and path.startswith("/admin/") and _goes_on(answer):
        return "302 sans effet"
    if persona not in MAY_READ and SECRET in text:
        return f"{answer} WITH A PAID LESSON IN IT"
    if persona in STUDENTS and NAME_OF_ENROLLED in text:
        return f"{answer} WITH ANOTHER STUDENT'S NAME IN IT"
    return answer


@dataclass(frozen=True)
class Difference:
    row: Row
    persona: str
    answer: str

    def __str__(self) -> str:
        expected = self.row.cells[self.persona]
        return f"{self.row}: {self.persona} is answered {self.answer!r}, not {expected!r}"


def differences(world: World, rows: Iterable[Row]) -> list[Difference]:
    """Each cell that the site contradicts."""
    found = []
    for row in rows:
        for persona, expected in row.cells.items():
            if expected in (NOT_ASKED, WAGTAIL_DECIDES):
                continue
            answer = ask(world, row, persona)
            if answer != expected and not (expected == "302" and _goes_on(answer)):
                found.append(Difference(row, persona, answer))
    return found


def _goes_on(answer: str) -> bool:
    """Whether it is a way on to somewhere that no refusal leads to."""
    return answer.startswith("302 /") and answer[4:] not in DEAD_ENDS


def route_of(world: World, row: Row) -> str | None:
    """The route that answers the row's address; None when no page is there, and none is meant."""
    persona = next(name for name, cell in row.cells.items() if cell != NOT_ASKED)
    route = resolve(urlsplit(world.path(row.address, persona)).path).route
    # Any address at all could be a page's: a page has to be called by its name.
    is_page = row.address.strip("{}") in world.pages or set(row.cells.values()) == {"404"}
    return None if route == CATCH_ALL and not is_page else route


def _send(world: World, row: Row, persona: str, path: str) -> HttpResponseBase:
    browser = world.browser(persona)
    if row.method == "GET":
        return browser.get(path)
    form = {name: world.path(value, persona) for name, value in FORMS.get(row.address, {}).items()}
    return browser.post(path, form, headers={"Origin": ORIGIN})


class _Writes:
    """The statements that changed something other than the visitor's session, and stayed."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self._at_savepoint: dict[str, int] = {}

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith("SAVEPOINT"):
            self._at_savepoint[sql.split()[-1]] = len(self.kept)
        elif sql.startswith("ROLLBACK TO SAVEPOINT"):
            del self.kept[self._at_savepoint.get(sql.split()[-1], 0) :]
        elif sql.startswith(("INSERT", "UPDATE", "DELETE")) and '"django_session"' not in sql:
            self.kept.append(sql)
        return execute(sql, params, many, context)


def _text(response: HttpResponseBase) -> str:
    content = b"".join(response) if response.streaming else response.content
    return content.decode(errors="replace")


def _word(response: HttpResponseBase, text: str, path: str) -> str:
    status = response.status_code
    if status in (301, 302):
        target = response["Location"]
        language = "/en" if path.startswith("/en/") else ""
        if target == f"{language}/connexion/?next={quote(path)}":
            return f"{status} connexion"
        return f"{status} {urlsplit(target).path}"
    if status == 403 and REFUSED not in text:
        for word, sentence in CLOSED.items():
            if sentence in text:
                return f"403 {word}"
        return "403 WITHOUT A REASON"
    return str(status)
