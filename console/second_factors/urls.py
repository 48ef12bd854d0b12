"""The URLs of an agent's own second factors."""

from django.urls import path

from console.second_factors import views

urlpatterns = [
    path("", views.second_factors, name="second-factors"),
    path("app/", views.add_app, name="add-app"),
    path("passkey/", views.add_passkey, name="add-passkey"),
    path("recovery-codes/", views.recovery_codes, name="recovery-codes"),
    path("<int:pk>/remove/", views.remove, name="remove-second-factor"),
]
