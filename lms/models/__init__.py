from .attempts import Attempt, AttemptQuestion, QuestionVersion
from .courses import Course, Lesson
from .enrolments import Enrolment, Term, TermSource
from .progress import LessonProgress

__all__ = [
    "Attempt",
    "AttemptQuestion",
    "Course",
    "Enrolment",
    "Lesson",
    "LessonProgress",
    "QuestionVersion",
    "Term",
    "TermSource",
]
