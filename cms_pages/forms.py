"""The forms of the page editor, where Wagtail's own are not enough."""

from wagtail.admin.forms import WagtailAdminPageForm


class DraftAwareForm(WagtailAdminPageForm):
    """Tells its page whether a draft is being saved, which may be unfinished: `may_be_unfinished`."""

    def _post_clean(self) -> None:
        self.instance.may_be_unfinished = self.is_deferred_validation
        super()._post_clean()
