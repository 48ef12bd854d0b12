from django.contrib import admin
from django.urls import include, path, re_path

from agents import views as agents
from console import api
from console.faces import views as faces
from console.views import (
    canned_replies,
    conversations,
    drafts,
    files,
    handovers,
    labels,
    messages,
    notes,
    queue,
    reactions,
    webhook,
)
from personas import views as personas

urlpatterns = [
    path("", conversations.index, name="conversations"),
    path("queue/", queue.queue, name="queue"),
    path("queue/<str:name>/", queue.section, name="section"),
    path(
        "conversations/<int:pk>/",
        include(
            [
                path("", conversations.show, name="conversation"),
                path("take/", handovers.take, name="take"),
                path("reopen/", handovers.reopen, name="reopen"),
                path("take-over/", handovers.take_over, name="take-over"),
                path("transfer/", handovers.transfer, name="transfer"),
                path("hand-back/", handovers.hand_back, name="hand-back"),
                path("return-to-queue/", handovers.return_to_queue, name="return-to-queue"),
                path("close/", handovers.close, name="close"),
                path("confirm-human-agent/", conversations.confirm_human_agent, name="confirm-human-agent"),
                path("header/", conversations.header, name="header"),
                path("see/", conversations.see, name="see"),
                path("draft/", drafts.draft, name="draft"),
                path("typing/", conversations.typing, name="typing"),
                path("look/", faces.look, name="look"),
                path("messages/", messages.index, name="messages"),
                path("send/", messages.send, name="send"),
                path("messages/<int:message_pk>/retry/", messages.retry, name="retry"),
                path("messages/<int:message_pk>/react/", reactions.react, name="react"),
                path("messages/<int:message_pk>/unreact/", reactions.unreact, name="unreact"),
                path("label/", labels.label, name="label"),
                path("customer/", include("console.customer_panel.urls")),
                path(
                    "messages/<int:message_pk>/save-as-canned-reply/",
                    canned_replies.save_as_canned_reply,
                    name="save-as-canned-reply",
                ),
                path("notes/", notes.add, name="add-note"),
                path("colleagues/", notes.colleagues, name="colleagues"),
                path("notes/<int:note_pk>/edit/", notes.edit, name="edit-note"),
                path("notes/<int:note_pk>/delete/", notes.delete, name="delete-note"),
            ]
        ),
    ),
    path("attachments/<int:pk>/", files.attachment, name="attachment"),
    path("canned-replies/", canned_replies.index, name="canned-replies"),
    path("canned-replies/new/", canned_replies.create, name="create-canned-reply"),
    path("canned-replies/<int:pk>/", canned_replies.edit, name="edit-canned-reply"),
    path("canned-replies/<int:pk>/delete/", canned_replies.delete, name="delete-canned-reply"),
    path("canned-replies/files/<int:pk>/", canned_replies.file, name="canned-file"),
    path("pages/<int:pk>/canned-replies/", canned_replies.of_page, name="canned-replies-of-page"),
    path("customers/<int:pk>/picture/", files.customer_picture, name="customer-picture"),
    path("agents/<int:pk>/picture/", files.agent_picture, name="agent-picture"),
    path("pages/<int:pk>/bot-picture/", files.bot_picture, name="bot-picture"),
    path("personas/<int:pk>/picture/", files.persona_picture, name="persona-picture-here"),
    path("personas/<str:signed>.img", personas.picture, name="persona-picture"),
    path("login/", agents.login, name="login"),
    path("logout/", agents.logout, name="logout"),
    path("presence/", agents.presence, name="presence"),
    path("away/", agents.go_away, name="go-away"),
    path("back/", agents.come_back, name="come-back"),
    path("undo-seconds/", agents.undo_seconds, name="undo-seconds"),
    path("leave/", agents.leave, name="leave"),
    path("admin/", admin.site.urls),
    path("api/", api.urls),
    path("favicon.ico", files.icon),
    re_path(r"^webhooks/messenger/?$", webhook.messenger, name="webhook"),
]
