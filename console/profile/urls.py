"""The URLs of an agent's own profile."""

from django.urls import path

from console.profile import views

urlpatterns = [
    path("", views.profile, name="profile"),
    path("preview/", views.preview, name="preview-profile"),
    path("password/", views.change_password, name="change-password"),
    path("devices/log-out-others/", views.log_out_others, name="log-out-others"),
    path("devices/<str:public_id>/log-out/", views.log_out, name="log-out-device"),
]
