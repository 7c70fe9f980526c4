"""Images and documents. Models of our own from the first day, since they can't be swapped later."""

from __future__ import annotations

import os

from django.core.files.storage import Storage, storages
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition, Image


def private_storage() -> Storage:
    return storages["private"]


class SiteDocument(AbstractDocument):
    """A document, stored outside of the public media.

    Its one way out is Wagtail's own view, where `lms` asks whether a live page that the visitor may
    read refers to it.
    """

    file = models.FileField(
        upload_to="documents", storage=private_storage, verbose_name=_("fichier")
    )

    admin_form_fields = Document.admin_form_fields

    class Meta(AbstractDocument.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")


class SiteImage(AbstractImage):
    admin_form_fields = Image.admin_form_fields

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")


class SiteRendition(AbstractRendition):
    """A resized image, served as a public file under an address that can't be guessed.

    The folder is a keyed hash, so that only a page that shows the image gives its address away: an
    image of a paid lesson can be asked for by those who could open the lesson. Originals are never
    served.
    """

    image = models.ForeignKey(SiteImage, related_name="renditions", on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="cms_pages_rendition_once"
            )
        ]

    def get_upload_to(self, filename: str) -> str:
        name = self.file.field.storage.get_valid_name(filename)
        fact = f"{self.image_id}:{self.image.file_hash}:{self.filter_spec}:{self.focal_point_key}"
        return os.path.join("images", salted_hmac("rendition", fact).hexdigest()[:20], name)
