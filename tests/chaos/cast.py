"""Create the tables, the agents and the Pages, once the servers and the sandbox run.

`python -m tests.chaos.cast BOT_URL` does this; BOT_URL is the address of the Pages' bots.

`out-of-sight` prints the conversations whose customer waits and that nobody would notice.

`renew` gives the mortal Page its token again and checks it, as an admin would.
"""

import os
import sys

import django
import requests

from tests.chaos.people import ADMIN, AGENTS, AT_DESKS, BOTS, CALL, LEAVER, LETTERS, MORTAL, OUTSIDER, PAGES, PASSWORD

ROOM = 1000  # conversations that may be assigned to one agent
NOT_ASSIGNED = [ADMIN, AT_DESKS, OUTSIDER]  # agents who are assigned no conversation


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    django.setup()
    if sys.argv[1:] == ["renew"]:
        return renew()
    if sys.argv[1:] == ["out-of-sight"]:
        return print(*unattended())
    make(sys.argv[1])


def make(bot_url):
    from django.contrib.auth.models import Group
    from django.core.management import call_command

    from agents.models import Agent
    from console.models import HandoverRules
    from personas.models import Page

    call_command("migrate", verbosity=0)
    insiders = Group.objects.create(name="insiders")
    for agent in [LEAVER, *AGENTS, *NOT_ASSIGNED]:  # the first is given the first letter
        name = {"first_name": agent.first, "last_name": agent.last}
        is_admin = {"is_staff": agent is ADMIN, "is_superuser": agent is ADMIN}
        is_there = {"is_present": agent not in NOT_ASSIGNED, "capacity": 0 if agent in NOT_ASSIGNED else ROOM}
        created = Agent.objects.create_user(
            agent.username, password=PASSWORD, undo_seconds=0, **name, **is_admin, **is_there
        )
        created.groups.set([] if agent is OUTSIDER else [insiders])
    for page_id, token, name in [*PAGES, LETTERS]:
        if page_id != PAGES[0][0]:
            body = {"id": page_id, "token": token, "name": name}
            requests.post(f"{os.environ['GRAPH_API_URL']}/_sandbox/pages", json=body, timeout=30).raise_for_status()
        is_open = page_id != LETTERS[0]
        page = Page.objects.create(page_id=page_id, token=token, name=name, is_open_to_all=is_open)
        page.groups.add(insiders)
        page.verify()
        assert page.state == Page.State.CONNECTED, page.error
        if page_id in BOTS:
            HandoverRules.objects.create(
                page=page, webhook_url=f"{bot_url}/{page_id}", receives_standby=BOTS[page_id], words=CALL
            )
    HandoverRules.objects.create(page=page, assigns=True)  # of the letters


def unattended():
    from console.models import Conversation

    return Conversation.objects.unattended().values_list("pk", flat=True)


def renew():
    from personas.models import Page

    page = Page.objects.get(page_id=MORTAL[0])
    page.token = MORTAL[1]
    page.save(update_fields=["token"])
    for _try in range(30):  # a check may meet a fault of its own
        page.refresh_from_db()
        page.resume()
        page.verify()
        if page.state == Page.State.CONNECTED:
            return


if __name__ == "__main__":
    main()
