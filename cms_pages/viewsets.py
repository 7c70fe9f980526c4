"""The snippets that editors choose from."""

from django.utils.translation import gettext_lazy as _
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from .models import ArticleCategory, Person


class PersonViewSet(SnippetViewSet):
    model = Person
    icon = "user"
    menu_label = _("Personnes présentées")
    list_display = ["name", "title"]


class ArticleCategoryViewSet(SnippetViewSet):
    model = ArticleCategory
    icon = "folder-inverse"
    menu_label = _("Catégories d’articles")
    list_display = ["name", "slug"]


class ContentViewSetGroup(SnippetViewSetGroup):
    items = (PersonViewSet, ArticleCategoryViewSet)
    menu_label = _("Contenu")
    menu_icon = "snippet"
    menu_order = 250
