"""The pages of the desk, and further actions of an agent on an open conversation."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from console.faces import views as faces
from console.models import Mention
from console.views.desk import change, find, holder_context, show_page, thread_context


def show(request, pk):
    conversation = find(request, pk)
    Mention.objects.see(conversation, request.user)
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "conversations/_conversation.html", thread_context(request, conversation))
    return show_page(request, conversation)


def header(request, pk):
    """Render the parts that change with the holder: the conversation's header, its buttons and the composer."""
    conversation = find(request, pk)
    renews_refusal = request.GET.get("refused_by", conversation.holder_key) != conversation.holder_key
    context = holder_context(request, conversation) | {"renews_refusal": renews_refusal}
    return render(request, "conversations/_holder.html", context)


@require_POST
def confirm_human_agent(request, pk):
    conversation = find(request, pk)
    return change(request, conversation, conversation.confirm_human_agent)


@require_POST
def see(request, pk):
    conversation = find(request, pk)
    conversation.see(request.user)
    Mention.objects.see(conversation, request.user)
    return HttpResponse(status=204)


@require_POST
def typing(request, pk):
    conversation = find(request, pk)
    if request.POST.get("on") == "1":
        conversation.start_typing(request.user)
        faces.remember(request, conversation, is_typing=True)
    else:
        conversation.stop_typing(request.user)
    return HttpResponse(status=204)
