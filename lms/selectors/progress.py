"""Reads for the player and the dashboard: what is done, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone

from cms_pages.choices import LessonKind
from cms_pages.models import CoursePage, LessonPage
from cms_pages.models.courses import SyllabusModule, syllabuses
from dojo.users.models import User
from lms.access import Access, Reason, access_of
from lms.models import Enrolment, LessonProgress

from .pages import course_pages


@dataclass(frozen=True)
class PlayerLesson:
    title: str
    url: str
    kind: LessonKind
    minutes: int
    is_preview: bool
    is_current: bool
    is_completed: bool


@dataclass(frozen=True)
class PlayerModule:
    title: str
    lessons: list[PlayerLesson]


@dataclass(frozen=True)
class Player:
    """What surrounds a lesson: its course, the student's progress, the way on."""

    course: CoursePage
    modules: list[PlayerModule]
    completed: int
    total: int
    previous: LessonPage | None
    next: LessonPage | None
    is_completed: bool
    complete_url: str | None
    access: Access | None

    @property
    def percent(self) -> int:
        return percent_of(self.completed, self.total)


def percent_of(part: int, whole: int) -> int:
    """A percentage rounded down, so that 100 means finished."""
    return part * 100 // whole if whole else 0


def completed_keys(user: User | AnonymousUser, lessons: list[LessonPage]) -> set[UUID]:
    """The translation keys of those of these lessons that the user has finished. One query."""
    if not user.is_authenticated or not lessons:
        return set()
    return set(
        LessonProgress.objects.filter(
            user=user,
            lesson__translation_key__in=[lesson.translation_key for lesson in lessons],
            completed_at__isnull=False,
        ).values_list("lesson__translation_key", flat=True)
    )


def get_player(user: User | AnonymousUser, page: LessonPage, access: Access | None) -> Player:
    course = page.course
    lessons = course.lessons
    completed = completed_keys(user, lessons)
    keys = [lesson.pk for lesson in lessons]
    index = keys.index(page.pk) if page.pk in keys else None
    is_by_hand = page.kind != LessonKind.QUIZ and user.is_authenticated and page.pk is not None
    return Player(
        course=course,
        modules=[
            PlayerModule(
                title=module.module.title,
                lessons=[_player_lesson(lesson, page, completed) for lesson in module.lessons],
            )
            for module in course.syllabus
        ],
        completed=len(completed),
        total=len(lessons),
        previous=lessons[index - 1] if index else None,
        next=lessons[index + 1] if index is not None and index + 1 < len(lessons) else None,
        is_completed=page.translation_key in completed,
        complete_url=reverse("lms:complete", args=[page.pk]) if is_by_hand else None,
        access=access if access and access.reason is Reason.ENROLLED else None,
    )


def _player_lesson(lesson: LessonPage, current: LessonPage, completed: set[UUID]) -> PlayerLesson:
    return PlayerLesson(
        title=lesson.title,
        url=lesson.url,
        kind=lesson.kind,
        minutes=lesson.minutes,
        is_preview=lesson.is_preview,
        is_current=lesson.pk == current.pk,
        is_completed=lesson.translation_key in completed,
    )


@dataclass(frozen=True)
class CourseProgress:
    """An enrolment as the dashboard shows it. `resume` is the lesson to go on with."""

    course: CoursePage
    access: Access
    completed: int
    total: int
    resume: LessonPage | None
    until: datetime | None

    @property
    def title(self) -> str:
        return self.course.title

    @property
    def url(self) -> str:
        return self.course.url

    @property
    def cover(self):
        return self.course.cover

    @property
    def percent(self) -> int:
        return percent_of(self.completed, self.total)

    @property
    def resume_url(self) -> str:
        return self.resume.url if self.resume and self.access.allowed else ""

    @property
    def resume_title(self) -> str:
        return self.resume.title if self.resume else ""

    @property
    def days_left(self) -> int | None:
        return None if self.until is None else max(0, (self.until - timezone.now()).days)


def enrolled_courses(user: User) -> list[CourseProgress]:
    """Every course that the user is enrolled in, as it stands; the same number of queries for one
    course as for thirty."""
    enrolments = list(
        Enrolment.objects.filter(user=user)
        .select_related("course")
        .prefetch_related("terms")
        .order_by("-created_at")
    )
    pages = course_pages(enrolment.course.translation_key for enrolment in enrolments)
    shown = [
        (enrolment, pages[enrolment.course.translation_key])
        for enrolment in enrolments
        if enrolment.course.translation_key in pages
    ]
    courses = [page for _enrolment, page in shown]
    syllabus_of = syllabuses(courses)
    lessons_of = {page.pk: _lessons(syllabus_of[page.pk]) for page in courses}
    every_lesson = [lesson for lessons in lessons_of.values() for lesson in lessons]
    progress = {
        row.lesson.translation_key: row
        for row in LessonProgress.objects.filter(
            user=user,
            lesson__translation_key__in=[lesson.translation_key for lesson in every_lesson],
        ).select_related("lesson")
    }
    found = []
    for enrolment, page in shown:
        access = access_of(user, page, list(enrolment.terms.all()))
        lessons = lessons_of[page.pk]
        done = {key for key, row in progress.items() if row.completed_at}
        found.append(
            CourseProgress(
                course=page,
                access=access,
                completed=sum(lesson.translation_key in done for lesson in lessons),
                total=len(lessons),
                resume=_lesson_to_resume(lessons, progress, done),
                until=access.until,
            )
        )
    return found


def _lessons(syllabus: list[SyllabusModule]) -> list[LessonPage]:
    return [lesson for module in syllabus for lesson in module.lessons]


def _lesson_to_resume(
    lessons: list[LessonPage], progress: dict[UUID, LessonProgress], done: set[UUID]
) -> LessonPage | None:
    """The unfinished lesson opened last, else the first unfinished one, else the first."""
    unfinished = [lesson for lesson in lessons if lesson.translation_key not in done]
    opened = [lesson for lesson in unfinished if lesson.translation_key in progress]
    if opened:
        return max(opened, key=lambda lesson: progress[lesson.translation_key].last_access_at)
    return next(iter(unfinished or lessons), None)
