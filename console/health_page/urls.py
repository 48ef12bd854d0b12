from django.urls import path

from console.health_page import page_tools, views

urlpatterns = [
    path("", views.health, name="health"),
    path("requeue/", views.requeue, name="requeue-webhooks"),
    path("pages/<int:pk>/release/", page_tools.release_send_queue, name="release-send-queue"),
    path("pages/<int:pk>/retry/", page_tools.retry_failed, name="retry-failed"),
]
