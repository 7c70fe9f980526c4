from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "dojo.jobs"
    label = "jobs"
    verbose_name = _("Tâches durables")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail.permissions import register_permission_policy

        from dojo.backoffice.policies import ReadOnlyPolicy

        register_permission_policy(self.get_model("Job"), ReadOnlyPolicy(self.get_model("Job")))
        # Jobs stand in `tasks` beside Celery's own, so that every process knows them all.
        autodiscover_modules("tasks")
