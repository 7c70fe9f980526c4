"""Objects for tests. A course made here is live, with a module and one lesson of each kind."""

from .content import (
    make_article,
    make_course,
    make_document,
    make_home,
    make_module,
    make_quiz,
    make_reading,
    multiple_choice,
    numeric,
    short_answer,
    single_choice,
    true_false,
)
from .people import make_student, make_user
from .shop import make_coupon, make_order

__all__ = [
    "make_article",
    "make_coupon",
    "make_course",
    "make_document",
    "make_home",
    "make_module",
    "make_order",
    "make_quiz",
    "make_reading",
    "make_student",
    "make_user",
    "multiple_choice",
    "numeric",
    "short_answer",
    "single_choice",
    "true_false",
]
