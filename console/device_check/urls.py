"""The URLs of the checks of a device."""

from django.urls import path

from console.device_check.views import check_device, push_test, server_time

urlpatterns = [
    path("", check_device, name="check-device"),
    path("push-test/", push_test, name="push-test"),
    path("time/", server_time, name="server-time"),
]
