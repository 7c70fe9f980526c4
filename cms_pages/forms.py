"""The forms of the page editor, where Wagtail's own are not enough."""

from wagtail.admin.forms import WagtailAdminPageForm


class VideoLessonForm(WagtailAdminPageForm):
    """Asks for a video when the lesson is published: a draft may still lack it."""

    def _post_clean(self) -> None:
        # Neither when what was given is refused already, which says enough.
        self.instance.may_lack_video = self.is_deferred_validation or bool(
            {"vimeo_url", "video_file"} & set(self.errors)
        )
        super()._post_clean()
