from .blog import ArticleCategory, ArticlePage, ArticleTag, BlogIndexPage
from .courses import CourseIndexPage, CoursePage, ModulePage
from .lessons import (
    LESSON_MODELS,
    DeckLessonPage,
    LessonPage,
    QuizLessonPage,
    ReadingLessonPage,
    VideoLessonPage,
)
from .media import SiteDocument, SiteImage, SiteRendition
from .people import Person
from .site import HomePage, StandardPage

__all__ = [
    "LESSON_MODELS",
    "ArticleCategory",
    "ArticlePage",
    "ArticleTag",
    "BlogIndexPage",
    "CourseIndexPage",
    "CoursePage",
    "DeckLessonPage",
    "HomePage",
    "LessonPage",
    "ModulePage",
    "Person",
    "QuizLessonPage",
    "ReadingLessonPage",
    "SiteDocument",
    "SiteImage",
    "SiteRendition",
    "StandardPage",
    "VideoLessonPage",
]
