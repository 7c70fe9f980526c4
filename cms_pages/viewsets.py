"""The snippets that editors choose from. Both can be made where they are chosen."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.models import Locale
from wagtail.snippets.views.chooser import SnippetChooserViewSet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup
from wagtail.snippets.widgets import AdminSnippetChooser

from .models import ArticleCategory, Person


class CreationForm(WagtailAdminModelForm):
    """Wagtail's chooser gives what it makes no language, and its fields the ids of the page's."""

    prefix = "new"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.locale_id is None:
            self.instance.locale = Locale.get_active()


class WordedChooser(AdminSnippetChooser):
    """Wagtail's chooser, with the words of its viewset: « Choisir une personne »."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.choose_one_text, self.choose_another_text, self.link_to_chosen_text


class PersonCreationForm(CreationForm):
    class Meta:
        model = Person
        fields = ["name", "title"]


class ArticleCategoryCreationForm(CreationForm):
    class Meta:
        model = ArticleCategory
        fields = ["name", "slug"]


class PersonChooserViewSet(SnippetChooserViewSet):
    base_widget_class = WordedChooser
    choose_one_text = _("Choisir une personne")
    choose_another_text = _("Choisir une autre personne")
    edit_item_text = _("Modifier cette personne")
    creation_tab_label = _("Nouvelle personne")
    create_action_label = _("Créer")
    creation_form_class = PersonCreationForm


class PersonViewSet(SnippetViewSet):
    model = Person
    icon = "user"
    menu_label = _("Personnes présentées")
    list_display = ["name", "title"]
    chooser_viewset_class = PersonChooserViewSet


class ArticleCategoryChooserViewSet(SnippetChooserViewSet):
    base_widget_class = WordedChooser
    choose_one_text = _("Choisir une catégorie")
    choose_another_text = _("Choisir une autre catégorie")
    edit_item_text = _("Modifier cette catégorie")
    creation_tab_label = _("Nouvelle catégorie")
    create_action_label = _("Créer")
    creation_form_class = ArticleCategoryCreationForm


class ArticleCategoryViewSet(SnippetViewSet):
    model = ArticleCategory
    icon = "folder-inverse"
    menu_label = _("Catégories d’articles")
    list_display = ["name", "slug"]
    chooser_viewset_class = ArticleCategoryChooserViewSet


class ContentViewSetGroup(SnippetViewSetGroup):
    items = (PersonViewSet, ArticleCategoryViewSet)
    menu_label = _("Contenu")
    menu_icon = "snippet"
    menu_order = 250
