from .attempts import Attempt, AttemptQuestion, QuestionVersion
from .courses import Course, Lesson
from .enrolments import Enrolment, EnrolmentState, Term, TermSource
from .progress import LessonProgress

__all__ = [
    "Attempt",
    "AttemptQuestion",
    "Course",
    "Enrolment",
    "EnrolmentState",
    "Lesson",
    "LessonProgress",
    "QuestionVersion",
    "Term",
    "TermSource",
]
