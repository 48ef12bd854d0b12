from django.urls import path

from console.health_page import views

urlpatterns = [
    path("", views.health, name="health"),
    path("requeue/", views.requeue, name="requeue-webhooks"),
]
