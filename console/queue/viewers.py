"""Agents in groups of equal rights, of one language and one order of the queue.

They are looked up anew for each request and for each batch of live updates.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

from django.db import connection

from agents.preferences import QueueOrder

# Nothing of this is remembered: rights and log-ins that ended a moment ago count. One statement finds all groups.
GROUPS_OF_VIEWERS = """
SELECT agent.is_superuser,
       ARRAY(SELECT group_id FROM agents_agent_groups WHERE agent_id = agent.id ORDER BY group_id) AS groups,
       ARRAY(SELECT team_id FROM console_team_members WHERE agent_id = agent.id ORDER BY team_id) AS teams,
       agent.language,
       agent.is_superuser
           OR NOT EXISTS (SELECT FROM agents_agent_groups one JOIN agents_role role ON role.group_ptr_id = one.group_id
                          WHERE one.agent_id = agent.id)
           OR EXISTS (SELECT FROM agents_agent_groups one JOIN auth_group_permissions of_group USING (group_id)
                      JOIN auth_permission given ON given.id = of_group.permission_id
                      WHERE one.agent_id = agent.id AND given.codename = 'see_custom_fields')
           OR EXISTS (SELECT FROM agents_agent_user_permissions own
                      JOIN auth_permission given ON given.id = own.permission_id
                      WHERE own.agent_id = agent.id AND given.codename = 'see_custom_fields') AS sees_fields,
       agent.queue_order,
       array_agg(session.session_key), statement_timestamp()
FROM unnest(%s::text[], %s::bigint[]) AS viewer (session_key, agent_id)
JOIN agents_session session ON session.session_key = viewer.session_key AND session.expire_date > now()
JOIN agents_agent agent ON agent.id = viewer.agent_id AND agent.is_active
GROUP BY 1, 2, 3, 4, 5, 6
"""


@dataclass(frozen=True)
class Rights:
    """The rights that decide what an agent sees of the queue, the language in which, and the order.

    The language "" is that of the browser.
    """

    is_superuser: bool
    groups: tuple
    teams: tuple | None  # None is for all
    language: str = ""
    sees_fields: bool = True  # the custom fields of customers
    order: str = QueueOrder.LONGEST_WAIT

    def may_see(self, page):
        return page.is_visible_with(self.is_superuser, self.groups)

    def read_in(self, language):
        """Return them with the language of a browser, unless the agent has chosen another."""
        return self if self.language else replace(self, language=language)


NO_RIGHTS = Rights(is_superuser=False, groups=(), teams=None)


def rights_of(request):
    """Return the rights of the agent of a request as they are now, and this moment by the database's clock."""
    found, moment = viewers({request.session.session_key: request.user.pk})
    return next(iter(found), NO_RIGHTS), moment


def viewers(agent_of_session):
    """Return {Rights: session keys}, of {session key: agent's key}, and the moment by the database's clock.

    Sessions and agents that ended are left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(GROUPS_OF_VIEWERS, [[*agent_of_session], [*agent_of_session.values()]])
        rows = cursor.fetchall()
    found = defaultdict(list)
    for *rights, keys, _moment in rows:
        found[_rights(*rights)] += keys
    return found, rows[0][-1] if rows else None


def _rights(is_superuser, groups, teams, language, sees_fields, order):
    if is_superuser:
        groups, teams = (), ()
    return Rights(is_superuser, tuple(groups), tuple(teams) or None, language, sees_fields, order)
