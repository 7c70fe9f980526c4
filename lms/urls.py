from django.urls import path

from . import views

app_name = "lms"

urlpatterns = [
    path("lecons/<int:page_id>/terminer/", views.complete, name="complete"),
    path("quiz/<int:page_id>/commencer/", views.start, name="start_attempt"),
    path("tentatives/<uuid:attempt_id>/", views.attempt_detail, name="attempt"),
    path("tentatives/<uuid:attempt_id>/questions/<int:position>/", views.save, name="save_answer"),
    path("tentatives/<uuid:attempt_id>/remettre/", views.submit, name="submit_attempt"),
    path("tentatives/<uuid:attempt_id>/resultat/", views.result, name="result"),
]
