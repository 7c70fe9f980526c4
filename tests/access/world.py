"""The people and the objects of the access table: one of each, made once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.test.client import ClientHandler
from django.utils import timezone
from wagtail.models import Collection, CollectionViewRestriction, Page, PageViewRestriction, Site

from cms_pages.models import (
    ArticleCategory,
    BlogIndexPage,
    CourseIndexPage,
    Person,
    QuizLessonPage,
)
from dojo.jobs.models import Job, JobStatus
from dojo.users.models import User
from dojo.users.roles import Role
from lms.models import Enrolment
from lms.services.attempts import start_attempt, submit_attempt
from shop.cart import Cart
from shop.models import Order, StripeEvent
from shop.services.fulfilment import fulfil
from tests.factories import (
    document_block,
    expire,
    make_article,
    make_coupon,
    make_course,
    make_deck,
    make_document,
    make_home,
    make_image,
    make_module,
    make_order,
    make_quiz,
    make_reading,
    make_standard_page,
    make_student,
    make_user,
    make_video,
    revoke,
    single_choice,
    suspend,
)

_NAME = re.compile(r"\{([^}]+)\}")
# Written in every paid lesson and in its document.
SECRET = "Phrase-que-seuls-les-inscrits-lisent"
# « Inscrit » is called so: no other student, nor a stranger, may learn of it.
NAME_OF_ENROLLED = "Zéphyrine-Inscrite"
MAY_READ = {"Inscrit", "Édition", "Enseignement", "Administration", "Superutilisateur"}
STUDENTS = {"Visiteur", "Étudiant", "Échu", "Révoqué", "Suspendu"}
ROLES = {
    "Édition": Role.EDITOR,
    "Enseignement": Role.INSTRUCTOR,
    "Soutien": Role.SUPPORT,
    "Finances": Role.FINANCE,
    "Administration": Role.ADMINISTRATOR,
}


@dataclass
class World:
    """`names`: what each `{name}` of the table stands for; `own`: the same, for one persona."""

    names: dict[str, str] = field(default_factory=dict)
    own: dict[str, dict[str, str]] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    people: dict[str, User | None] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def path(self, address: str, persona: str) -> str:
        """The address with real objects in it; KeyError for a name that stands for nothing."""
        names = {**self.names, **self.own.get(persona, {})}
        return _NAME.sub(lambda match: names[match[1]], address)

    def browser(self, persona: str, *, enforce_csrf_checks: bool = False) -> Client:
        """A browser in which this person is signed in, with a course in the cart."""
        # A handler loads every middleware: one serves all.
        browser = Client(raise_request_exception=False)
        browser.handler = _handler(enforce_csrf_checks)
        browser.cookies[settings.SESSION_COOKIE_NAME] = self.cookies[persona]
        return browser


@cache
def _handler(enforce_csrf_checks: bool) -> ClientHandler:
    return ClientHandler(enforce_csrf_checks=enforce_csrf_checks)


@contextmanager
def undone() -> Iterator[None]:
    """What is written within is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def make_world() -> World:
    world = World()
    course = make_course(title="Cours de la table")
    other_course = make_course(title="Cours au panier")
    quizzes = _make_pages(world, course)
    _make_people(world, course, quizzes)
    _make_things(world, course)
    for persona, user in world.people.items():
        world.cookies[persona] = _open_session(user, other_course)
    world.names["n° cours au panier"] = str(other_course.pk)
    return world


def _make_pages(world: World, course: Page) -> tuple[QuizLessonPage, QuizLessonPage]:
    home = make_home()
    module = make_module(course)
    paid, orphan = (make_document(content=f"%PDF-1.4 {SECRET}".encode()) for _ in range(2))
    public = make_document()
    text = [{"type": "text", "value": f"<p>{SECRET}</p>"}]
    reading = make_reading(module, f"<p>{SECRET}</p>")
    reading.body = [*text, document_block(paid)]
    reading.save()
    quiz, other_quiz = (
        make_quiz(module, [single_choice(f"{SECRET} {number}")], intro=f"<p>{SECRET}</p>")
        for number in (1, 2)
    )
    deck = make_deck(module, [(f"<p>{SECRET}</p>", f"<p>{SECRET}</p>")], intro=SECRET)
    article = make_article(body=[document_block(public)])
    world.pages = {
        "accueil": home,
        "page": make_standard_page(),
        "catalogue": CourseIndexPage.objects.child_of(home).get(),
        "cours": course,
        "module": module,
        "autre module": make_module(course),
        "vidéo": make_video(module, transcript=f"<p>{SECRET}</p>", body=text),
        "lecture": reading,
        "quiz": quiz,
        "cartes": deck,
        "aperçu": make_reading(module, is_preview=True),
        "brouillon": make_reading(module, SECRET, live=False),
        "blogue": BlogIndexPage.objects.child_of(home).get(),
        "article": article,
        "autre quiz": other_quiz,
        "cours sans étudiant": make_course(),
    }
    for name, page in world.pages.items():
        page.save_revision()
        world.names[name] = page.get_url()
        world.names[f"n° {name}"] = str(page.pk)
    world.names["révision"] = str(article.latest_revision.pk)
    for name, document in (("réservé", paid), ("public", public), ("orphelin", orphan)):
        world.names[f"document {name}"] = document.url
    world.names["document"] = str(orphan.pk)
    return quiz, other_quiz


def _make_people(
    world: World, course: Page, quizzes: tuple[QuizLessonPage, QuizLessonPage]
) -> None:
    enrolled = make_student(
        course, first_name=NAME_OF_ENROLLED, email="zephyrine-inscrite@exemple.test"
    )
    former = {name: make_student(course) for name in ("Échu", "Révoqué", "Suspendu")}
    for persona, student in {"Inscrit": enrolled, **former}.items():
        submitted = submit_attempt(
            user=student, attempt_id=start_attempt(user=student, page=quizzes[1]).pk
        )
        world.own[persona] = {
            "sa tentative": str(start_attempt(user=student, page=quizzes[0]).pk),
            "sa tentative remise": str(submitted.pk),
        }
    world.names["tentative d’Inscrit"] = world.own["Inscrit"]["sa tentative"]
    world.names["tentative remise d’Inscrit"] = world.own["Inscrit"]["sa tentative remise"]
    for change, name in ((expire, "Échu"), (revoke, "Révoqué"), (suspend, "Suspendu")):
        change(former[name])
    world.people = {
        "Visiteur": None,
        "Étudiant": make_student(),
        "Inscrit": enrolled,
        **former,
        **{persona: make_user(role=role) for persona, role in ROLES.items()},
        "Superutilisateur": make_user(is_superuser=True),
    }


def _make_things(world: World, course: Page) -> None:
    image = make_image()
    enrolled = world.people["Inscrit"]
    assert enrolled is not None
    order = make_order(course, email=enrolled.email)
    order.payment_intent_id = "pi_of_enrolled"
    order.save()
    fulfil(order_id=order.pk)
    order = Order.objects.get(pk=order.pk)
    restriction = PageViewRestriction.objects.create(
        page=make_standard_page(), restriction_type="password", password="mot"
    )
    enrolment = Enrolment.objects.get(user=enrolled)
    job = Job.objects.create(name="une tâche", status=JobStatus.DEAD, finished_at=timezone.now())
    student = world.people["Étudiant"]
    assert student is not None
    collection = Collection.get_first_root_node().add_child(name="Sous mot de passe")
    collection_restriction = CollectionViewRestriction.objects.create(
        collection=collection, restriction_type="password", password="mot"
    )
    world.names |= {
        "image": str(image.pk),
        "image réduite": image.get_rendition("width-100").url,
        "coupon": str(make_coupon("TABLE10").pk),
        "commande": str(order.pk),
        "paiement d’Inscrit": "pi_of_enrolled",
        "événement": str(
            StripeEvent.objects.create(event_id="evt_1", type="charge.refunded", payload={}).pk
        ),
        "inscription": str(enrolment.pk),
        "période": str(enrolment.terms.latest("pk").pk),
        "tâche": str(job.pk),
        "courriel d’Étudiant": student.email,
        "n° formation": str(enrolment.course_id),
        "compte d’Inscrit": str(enrolled.pk),
        "personne": str(Person.objects.create(name="Une enseignante").pk),
        "catégorie": str(ArticleCategory.objects.create(name="Épargne", slug="epargne").pk),
        "compte": str(make_user().pk),
        "compte du soutien": str(make_user(role=Role.SUPPORT).pk),
        "compte de l’administration": str(make_user(role=Role.ADMINISTRATOR).pk),
        "compte de superutilisateur": str(make_user(is_superuser=True).pk),
        "groupe": str(Group.objects.get(name=Role.SUPPORT.value).pk),
        "site": str(Site.objects.get().pk),
        "langue": str(world.pages["accueil"].locale_id),
        "collection": str(collection.pk),
        "restriction de collection": str(collection_restriction.pk),
        "restriction": str(restriction.pk),
        "page restreinte": str(restriction.page_id),
    }


def _open_session(user: User | None, course: Page) -> str:
    browser = Client()
    if user is None:
        session = import_module(settings.SESSION_ENGINE).SessionStore()
    else:
        browser.force_login(user)
        session = browser.session
    Cart(session).add(course)
    session.save()
    return session.session_key
