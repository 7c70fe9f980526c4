"""Reads for the back office: how students stand, one by one and all together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, QuerySet, Subquery
from django.utils import timezone

from cms_pages.models.courses import syllabuses
from dojo.users.models import User
from lms.models import Attempt, Course, Enrolment, EnrolmentState, LessonProgress, Term

from .pages import course_pages
from .progress import percent_of


@dataclass(frozen=True)
class Standing:
    """An enrolment as staff see it, with what is done of the lessons that are live."""

    enrolment: Enrolment
    completed: int
    total: int

    @property
    def percent(self) -> int:
        return percent_of(self.completed, self.total)


def standings(user: User) -> list[Standing]:
    """Every enrolment of a person; as many queries for one as for thirty."""
    enrolments = list(
        Enrolment.objects.filter(user=user)
        .with_state()
        .select_related("course")
        .order_by("course__title")
    )
    lessons = _live_lessons({enrolment.course.translation_key for enrolment in enrolments})
    done = set(
        LessonProgress.objects.filter(user=user, completed_at__isnull=False).values_list(
            "lesson__translation_key", flat=True
        )
    )
    return [
        Standing(
            enrolment,
            completed=len(lessons[enrolment.course.translation_key] & done),
            total=len(lessons[enrolment.course.translation_key]),
        )
        for enrolment in enrolments
    ]


def _live_lessons(course_keys: set[UUID]) -> dict[UUID, set[UUID]]:
    """The keys of the live lessons of each course, by the course's key."""
    pages = course_pages(course_keys)
    found = syllabuses(list(pages.values()))
    lessons: dict[UUID, set[UUID]] = {key: set() for key in course_keys}
    for key, page in pages.items():
        for module in found[page.pk]:
            lessons[key] |= {lesson.translation_key for lesson in module.lessons}
    return lessons


def attempts_of(user: User, limit: int = 50) -> list[Attempt]:
    """A person's latest attempts, open ones too."""
    attempts = Attempt.objects.filter(user=user).select_related("lesson__course")
    return list(attempts.order_by("-started_at")[:limit])


def progress_of(enrolment: Enrolment) -> list[LessonProgress]:
    """What the student opened in this course, the latest first."""
    rows = LessonProgress.objects.filter(
        user_id=enrolment.user_id, lesson__course_id=enrolment.course_id
    )
    return list(rows.select_related("lesson").order_by("-last_access_at"))


def with_activity(people: QuerySet[User]) -> QuerySet[User]:
    """Annotate how many courses each person is enrolled in, and when they last opened a lesson."""
    enrolments = Enrolment.objects.filter(user=OuterRef("pk")).order_by().values("user")
    visits = LessonProgress.objects.filter(user=OuterRef("pk")).order_by().values("user")
    return people.annotate(
        enrolment_count=Subquery(enrolments.annotate(n=Count("pk")).values("n")),
        last_activity=Subquery(visits.annotate(at=Max("last_access_at")).values("at")),
    )


@dataclass(frozen=True)
class CourseFigures:
    """How a course goes: who follows it now, and how much of it they have done."""

    title: str
    course_id: int
    students: int
    finished: int
    percent: int


@dataclass(frozen=True)
class LearningFigures:
    current: int
    new: int
    completed: int
    courses: list[CourseFigures]


def learning_figures(days: int = 30) -> LearningFigures:
    """Enrolments and completion: what is open now, and what came in the last days.

    Completion counts the live lessons; a course is finished when all of them are done. The database
    counts, a row for each student who finished a lesson.
    """
    since = timezone.now() - timedelta(days=days)
    current = Enrolment.objects.in_state(EnrolmentState.CURRENT)
    students = dict(current.order_by().values_list("course").annotate(Count("pk")))
    courses = Course.objects.filter(pk__in=students).in_bulk()
    lessons = _live_lessons({course.translation_key for course in courses.values()})
    done: dict[int, list[int]] = {pk: [] for pk in students}
    rows = (
        LessonProgress.objects.filter(
            Exists(current.filter(user=OuterRef("user"), course=OuterRef("lesson__course"))),
            completed_at__isnull=False,
            lesson__translation_key__in=set().union(*lessons.values()),
        )
        .order_by()
        .values_list("lesson__course", "user")
        .annotate(Count("pk"))
    )
    for course_id, _user_id, count in rows:
        done[course_id].append(count)
    figures = []
    for course in sorted(courses.values(), key=lambda course: course.title):
        total = len(lessons[course.translation_key])
        figures.append(
            CourseFigures(
                title=course.title,
                course_id=course.pk,
                students=students[course.pk],
                finished=sum(1 for count in done[course.pk] if count == total),
                percent=percent_of(sum(done[course.pk]), total * students[course.pk]),
            )
        )
    return LearningFigures(
        current=sum(students.values()),
        new=Enrolment.objects.filter(created_at__gte=since).count(),
        completed=LessonProgress.objects.filter(completed_at__gte=since).count(),
        courses=figures,
    )


def terms_of(enrolment: Enrolment) -> list[Term]:
    return list(enrolment.terms.select_related("created_by", "revoked_by"))
