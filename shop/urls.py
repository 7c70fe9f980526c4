from django.urls import path

from . import views

app_name = "shop"

urlpatterns = [
    path("panier/", views.cart_detail, name="cart"),
    path("panier/ajouter/<int:page_id>/", views.cart_add, name="cart_add"),
    path("panier/retirer/<int:page_id>/", views.cart_remove, name="cart_remove"),
    path("panier/coupon/", views.cart_coupon, name="cart_coupon"),
    path("paiement/", views.checkout, name="checkout"),
    path("paiement/intention/", views.payment_intent, name="payment_intent"),
    path("paiement/retour/", views.payment_return, name="payment_return"),
]
