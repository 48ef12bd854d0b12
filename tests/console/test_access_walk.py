"""The access walk: every address and every operation of the API, asked for by everybody. Two tables say who gets what.

A new address fails until its row is there. The failure shows the row as the console answers now: read it before you
copy it. Other tests look at what a page shows, and at what a form does.
"""

import json
import logging
import uuid

import pytest
from axes.models import AccessLog
from django.db import transaction
from django.test import Client

from console.api import api
from console.models import ApiKey
from tests.console.access_world import World
from tests.console.every_address import ROUTES, address_of

# + is an answer, also a refusal with a sentence; L the log-in; 1 no API key; 3 forbidden; 4 not found; 5 not by GET, or
# not by POST. Columns: nobody; agents of the Page without a role, and with the roles agent, lead, supervisor, admin and
# analyst; a superuser; the same agents of another Page. Supervisor, admin and analyst are staff. The agent without a
# role holds the conversation, and wrote all that has an author.
TABLE = """
GET  L ++++++ +        /
POST L ++++++ +        /
GET  L LLL+++ +        /admin/
POST L LLL+++ +        /admin/
GET  L LLL444 4 LLL444 /admin/(P<app_label>axes|auth|agents|personas|console)/
POST L LLL444 4 LLL444 /admin/(P<app_label>axes|auth|agents|personas|console)/
GET  L LLL444 4 LLL444 /admin/(P<url>.*)
POST L LLL444 4 LLL444 /admin/(P<url>.*)
GET  L LLL++3 +        /admin/agents/agent/
POST L LLL++3 +        /admin/agents/agent/
GET  L LLL3+3 + LLL333 /admin/agents/agent/<id>/password/
POST L LLL3+3 + LLL333 /admin/agents/agent/<id>/password/
GET  L LLL3+3 + LLL333 /admin/agents/agent/<int:pk>/offboarding/
POST L LLL3+3 + LLL333 /admin/agents/agent/<int:pk>/offboarding/
GET  L LLL3+3 + LLL333 /admin/agents/agent/<int:pk>/password-link/
POST L LLL3+3 + LLL333 /admin/agents/agent/<int:pk>/password-link/
GET  L LLL3+3 + LLL333 /admin/agents/agent/<int:pk>/second-factors/
POST L LLL3+3 + LLL333 /admin/agents/agent/<int:pk>/second-factors/
GET  L LLL+++ + LLL+++ /admin/agents/agent/<path:object_id>/
POST L LLL+++ + LLL+++ /admin/agents/agent/<path:object_id>/
GET  L LLL++3 + LLL++3 /admin/agents/agent/<path:object_id>/change/
POST L LLL3+3 + LLL333 /admin/agents/agent/<path:object_id>/change/
GET  L LLL333 3 LLL333 /admin/agents/agent/<path:object_id>/delete/
POST L LLL333 3 LLL333 /admin/agents/agent/<path:object_id>/delete/
GET  L LLL++3 + LLL++3 /admin/agents/agent/<path:object_id>/history/
POST L LLL++3 + LLL++3 /admin/agents/agent/<path:object_id>/history/
GET  L LLL3+3 +        /admin/agents/agent/add/
POST L LLL3+3 +        /admin/agents/agent/add/
GET  L LLL3+3 +        /admin/agents/agent/invite/
POST L LLL3+3 +        /admin/agents/agent/invite/
GET  L LLL3+3 +        /admin/agents/role/
POST L LLL3+3 +        /admin/agents/role/
GET  L LLL+++ + LLL+++ /admin/agents/role/<path:object_id>/
POST L LLL+++ + LLL+++ /admin/agents/role/<path:object_id>/
GET  L LLL3+3 + LLL3+3 /admin/agents/role/<path:object_id>/change/
POST L LLL3+3 + LLL3+3 /admin/agents/role/<path:object_id>/change/
GET  L LLL3+3 + LLL3+3 /admin/agents/role/<path:object_id>/delete/
POST L LLL3+3 + LLL3+3 /admin/agents/role/<path:object_id>/delete/
GET  L LLL3+3 + LLL3+3 /admin/agents/role/<path:object_id>/history/
POST L LLL3+3 + LLL3+3 /admin/agents/role/<path:object_id>/history/
GET  L LLL3+3 +        /admin/agents/role/add/
POST L LLL3+3 +        /admin/agents/role/add/
GET  L LLL3+3 +        /admin/auth/group/
POST L LLL3+3 +        /admin/auth/group/
GET  L LLL+++ + LLL+++ /admin/auth/group/<path:object_id>/
POST L LLL+++ + LLL+++ /admin/auth/group/<path:object_id>/
GET  L LLL3+3 + LLL3+3 /admin/auth/group/<path:object_id>/change/
POST L LLL3+3 + LLL333 /admin/auth/group/<path:object_id>/change/
GET  L LLL3+3 + LLL333 /admin/auth/group/<path:object_id>/delete/
POST L LLL3+3 + LLL333 /admin/auth/group/<path:object_id>/delete/
GET  L LLL3+3 + LLL3+3 /admin/auth/group/<path:object_id>/history/
POST L LLL3+3 + LLL3+3 /admin/auth/group/<path:object_id>/history/
GET  L LLL3+3 +        /admin/auth/group/add/
POST L LLL3+3 +        /admin/auth/group/add/
GET  L LLL333 3        /admin/autocomplete/
POST L LLL555 5        /admin/autocomplete/
GET  L LLL333 +        /admin/axes/accessattempt/
POST L LLL333 +        /admin/axes/accessattempt/
GET  L LLL+++ + LLL+++ /admin/axes/accessattempt/<path:object_id>/
POST L LLL+++ + LLL+++ /admin/axes/accessattempt/<path:object_id>/
GET  L LLL333 4 LLL333 /admin/axes/accessattempt/<path:object_id>/change/
POST L LLL333 4 LLL333 /admin/axes/accessattempt/<path:object_id>/change/
GET  L LLL333 4 LLL333 /admin/axes/accessattempt/<path:object_id>/delete/
POST L LLL333 4 LLL333 /admin/axes/accessattempt/<path:object_id>/delete/
GET  L LLL444 4 LLL444 /admin/axes/accessattempt/<path:object_id>/history/
POST L LLL444 4 LLL444 /admin/axes/accessattempt/<path:object_id>/history/
GET  L LLL333 3        /admin/axes/accessattempt/add/
POST L LLL333 3        /admin/axes/accessattempt/add/
GET  L LLL333 +        /admin/axes/accessfailurelog/
POST L LLL333 +        /admin/axes/accessfailurelog/
GET  L LLL+++ + LLL+++ /admin/axes/accessfailurelog/<path:object_id>/
POST L LLL+++ + LLL+++ /admin/axes/accessfailurelog/<path:object_id>/
GET  L LLL333 4 LLL333 /admin/axes/accessfailurelog/<path:object_id>/change/
POST L LLL333 4 LLL333 /admin/axes/accessfailurelog/<path:object_id>/change/
GET  L LLL333 4 LLL333 /admin/axes/accessfailurelog/<path:object_id>/delete/
POST L LLL333 4 LLL333 /admin/axes/accessfailurelog/<path:object_id>/delete/
GET  L LLL444 4 LLL444 /admin/axes/accessfailurelog/<path:object_id>/history/
POST L LLL444 4 LLL444 /admin/axes/accessfailurelog/<path:object_id>/history/
GET  L LLL333 3        /admin/axes/accessfailurelog/add/
POST L LLL333 3        /admin/axes/accessfailurelog/add/
GET  L LLL333 +        /admin/axes/accesslog/
POST L LLL333 +        /admin/axes/accesslog/
GET  L LLL+++ + LLL+++ /admin/axes/accesslog/<path:object_id>/
POST L LLL+++ + LLL+++ /admin/axes/accesslog/<path:object_id>/
GET  L LLL333 + LLL333 /admin/axes/accesslog/<path:object_id>/change/
POST L LLL333 + LLL333 /admin/axes/accesslog/<path:object_id>/change/
GET  L LLL333 + LLL333 /admin/axes/accesslog/<path:object_id>/delete/
POST L LLL333 + LLL333 /admin/axes/accesslog/<path:object_id>/delete/
GET  L LLL333 + LLL333 /admin/axes/accesslog/<path:object_id>/history/
POST L LLL333 + LLL333 /admin/axes/accesslog/<path:object_id>/history/
GET  L LLL333 3        /admin/axes/accesslog/add/
POST L LLL333 3        /admin/axes/accesslog/add/
GET  L LLL3+3 +        /admin/console/apikey/
POST L LLL3+3 +        /admin/console/apikey/
GET  L LLL+++ + LLL+++ /admin/console/apikey/<path:object_id>/
POST L LLL+++ + LLL+++ /admin/console/apikey/<path:object_id>/
GET  L LLL3+3 + LLL343 /admin/console/apikey/<path:object_id>/change/
POST L LLL333 3 LLL333 /admin/console/apikey/<path:object_id>/change/
GET  L LLL333 3 LLL333 /admin/console/apikey/<path:object_id>/delete/
POST L LLL333 3 LLL333 /admin/console/apikey/<path:object_id>/delete/
GET  L LLL3+3 + LLL444 /admin/console/apikey/<path:object_id>/history/
POST L LLL3+3 + LLL444 /admin/console/apikey/<path:object_id>/history/
GET  L LLL3+3 +        /admin/console/apikey/add/
POST L LLL3+3 +        /admin/console/apikey/add/
GET  L LLL++3 +        /admin/console/botevent/
POST L LLL++3 +        /admin/console/botevent/
GET  L LLL+++ + LLL+++ /admin/console/botevent/<path:object_id>/
POST L LLL+++ + LLL+++ /admin/console/botevent/<path:object_id>/
GET  L LLL++3 + LLL443 /admin/console/botevent/<path:object_id>/change/
POST L LLL333 3 LLL333 /admin/console/botevent/<path:object_id>/change/
GET  L LLL333 3 LLL333 /admin/console/botevent/<path:object_id>/delete/
POST L LLL333 3 LLL333 /admin/console/botevent/<path:object_id>/delete/
GET  L LLL++3 + LLL444 /admin/console/botevent/<path:object_id>/history/
POST L LLL++3 + LLL444 /admin/console/botevent/<path:object_id>/history/
GET  L LLL333 3        /admin/console/botevent/add/
POST L LLL333 3        /admin/console/botevent/add/
GET  L LLL++3 +        /admin/console/cannedreply/
POST L LLL++3 +        /admin/console/cannedreply/
GET  L LLL+++ + LLL+++ /admin/console/cannedreply/<path:object_id>/
POST L LLL+++ + LLL+++ /admin/console/cannedreply/<path:object_id>/
GET  L LLL++3 + LLL443 /admin/console/cannedreply/<path:object_id>/change/
POST L LLL++3 + LLL443 /admin/console/cannedreply/<path:object_id>/change/
GET  L LLL++3 + LLL443 /admin/console/cannedreply/<path:object_id>/delete/
POST L LLL++3 + LLL443 /admin/console/cannedreply/<path:object_id>/delete/
GET  L LLL++4 + LLL444 /admin/console/cannedreply/<path:object_id>/history/
POST L LLL++4 + LLL444 /admin/console/cannedreply/<path:object_id>/history/
GET  L LLL++3 +        /admin/console/cannedreply/add/
POST L LLL++3 +        /admin/console/cannedreply/add/
GET  L LLL+++ +        /admin/console/conversation/
POST L LLL+++ +        /admin/console/conversation/
GET  L LLL++3 + LLL443 /admin/console/conversation/<int:pk>/erase/
POST L LLL++3 + LLL443 /admin/console/conversation/<int:pk>/erase/
GET  L LLL++3 + LLL443 /admin/console/conversation/<int:pk>/export/
POST L LLL++3 + LLL443 /admin/console/conversation/<int:pk>/export/
GET  L LLL443 4 LLL443 /admin/console/conversation/<int:pk>/export/<int:export_pk>/
POST L LLL443 4 LLL443 /admin/console/conversation/<int:pk>/export/<int:export_pk>/
GET  L LLL+++ + LLL+++ /admin/console/conversation/<path:object_id>/
POST L LLL+++ + LLL+++ /admin/console/conversation/<path:object_id>/
GET  L LLL+++ + LLL444 /admin/console/conversation/<path:object_id>/change/
POST L LLL333 3 LLL333 /admin/console/conversation/<path:object_id>/change/
GET  L LLL333 3 LLL333 /admin/console/conversation/<path:object_id>/delete/
POST L LLL333 3 LLL333 /admin/console/conversation/<path:object_id>/delete/
GET  L LLL+++ + LLL444 /admin/console/conversation/<path:object_id>/history/
POST L LLL+++ + LLL444 /admin/console/conversation/<path:object_id>/history/
GET  L LLL333 3        /admin/console/conversation/add/
POST L LLL333 3        /admin/console/conversation/add/
GET  L LLL++3 +        /admin/console/customfield/
POST L LLL++3 +        /admin/console/customfield/
GET  L LLL+++ + LLL+++ /admin/console/customfield/<path:object_id>/
POST L LLL+++ + LLL+++ /admin/console/customfield/<path:object_id>/
GET  L LLL++3 + LLL443 /admin/console/customfield/<path:object_id>/change/
POST L LLL++3 + LLL443 /admin/console/customfield/<path:object_id>/change/
GET  L LLL++3 + LLL443 /admin/console/customfield/<path:object_id>/delete/
POST L LLL++3 + LLL443 /admin/console/customfield/<path:object_id>/delete/
GET  L LLL++3 + LLL444 /admin/console/customfield/<path:object_id>/history/
POST L LLL++3 + LLL444 /admin/console/customfield/<path:object_id>/history/
GET  L LLL++3 +        /admin/console/customfield/add/
POST L LLL++3 +        /admin/console/customfield/add/
GET  L LLL333 +        /admin/console/deletionrequest/
POST L LLL333 +        /admin/console/deletionrequest/
GET  L LLL+++ + LLL+++ /admin/console/deletionrequest/<path:object_id>/
POST L LLL+++ + LLL+++ /admin/console/deletionrequest/<path:object_id>/
GET  L LLL333 + LLL333 /admin/console/deletionrequest/<path:object_id>/change/
POST L LLL333 3 LLL333 /admin/console/deletionrequest/<path:object_id>/change/
GET  L LLL333 3 LLL333 /admin/console/deletionrequest/<path:object_id>/delete/
POST L LLL333 3 LLL333 /admin/console/deletionrequest/<path:object_id>/delete/
GET  L LLL333 + LLL333 /admin/console/deletionrequest/<path:object_id>/history/
POST L LLL333 + LLL333 /admin/console/deletionrequest/<path:object_id>/history/
GET  L LLL333 3        /admin/console/deletionrequest/add/
POST L LLL333 3        /admin/console/deletionrequest/add/
GET  L LLL++3 +        /admin/console/erasure/
POST L LLL++3 +        /admin/console/erasure/
GET  L LLL+++ + LLL+++ /admin/console/erasure/<path:object_id>/
POST L LLL+++ + LLL+++ /admin/console/erasure/<path:object_id>/
GET  L LLL++3 + LLL443 /admin/console/erasure/<path:object_id>/change/
POST L LLL333 3 LLL333 /admin/console/erasure/<path:object_id>/change/
GET  L LLL333 3 LLL333 /admin/console/erasure/<path:object_id>/delete/
POST L LLL333 3 LLL333 /admin/console/erasure/<path:object_id>/delete/
GET  L LLL++3 + LLL444 /admin/console/erasure/<path:object_id>/history/
POST L LLL++3 + LLL444 /admin/console/erasure/<path:object_id>/history/
GET  L LLL333 3        /admin/console/erasure/add/
POST L LLL333 3        /admin/console/erasure/add/
GET  L LLL333 +        /admin/console/inboundwebhook/
POST L LLL333 +        /admin/console/inboundwebhook/
GET  L LLL+++ + LLL+++ /admin/console/inboundwebhook/<path:object_id>/
POST L LLL+++ + LLL+++ /admin/console/inboundwebhook/<path:object_id>/
GET  L LLL333 + LLL333 /admin/console/inboundwebhook/<path:object_id>/change/
POST L LLL333 3 LLL333 /admin/console/inboundwebhook/<path:object_id>/change/
GET  L LLL333 3 LLL333 /admin/console/inboundwebhook/<path:object_id>/delete/
POST L LLL333 3 LLL333 /admin/console/inboundwebhook/<path:object_id>/delete/
GET  L LLL333 + LLL333 /admin/console/inboundwebhook/<path:object_id>/history/
POST L LLL333 + LLL333 /admin/console/inboundwebhook/<path:object_id>/history/
GET  L LLL333 3        /admin/console/inboundwebhook/add/
POST L LLL333 3        /admin/console/inboundwebhook/add/
GET  L LLL++3 +        /admin/console/label/
POST L LLL++3 +        /admin/console/label/
GET  L LLL+++ + LLL+++ /admin/console/label/<path:object_id>/
POST L LLL+++ + LLL+++ /admin/console/label/<path:object_id>/
GET  L LLL++3 + LLL443 /admin/console/label/<path:object_id>/change/
POST L LLL++3 + LLL443 /admin/console/label/<path:object_id>/change/
GET  L LLL++3 + LLL443 /admin/console/label/<path:object_id>/delete/
POST L LLL++3 + LLL443 /admin/console/label/<path:object_id>/delete/
GET  L LLL++3 + LLL444 /admin/console/label/<path:object_id>/history/
POST L LLL++3 + LLL444 /admin/console/label/<path:object_id>/history/
GET  L LLL++3 +        /admin/console/label/add/
POST L LLL++3 +        /admin/console/label/add/
GET  L LLL++3 +        /admin/console/savedtemplate/
POST L LLL++3 +        /admin/console/savedtemplate/
GET  L LLL+++ + LLL+++ /admin/console/savedtemplate/<path:object_id>/
POST L LLL+++ + LLL+++ /admin/console/savedtemplate/<path:object_id>/
GET  L LLL++3 + LLL443 /admin/console/savedtemplate/<path:object_id>/change/
POST L LLL++3 + LLL443 /admin/console/savedtemplate/<path:object_id>/change/
GET  L LLL++3 + LLL443 /admin/console/savedtemplate/<path:object_id>/delete/
POST L LLL++3 + LLL443 /admin/console/savedtemplate/<path:object_id>/delete/
GET  L LLL++4 + LLL444 /admin/console/savedtemplate/<path:object_id>/history/
POST L LLL++4 + LLL444 /admin/console/savedtemplate/<path:object_id>/history/
GET  L LLL333 3        /admin/console/savedtemplate/add/
POST L LLL333 3        /admin/console/savedtemplate/add/
GET  L LLL++3 +        /admin/console/savedview/
POST L LLL++3 +        /admin/console/savedview/
GET  L LLL+++ + LLL+++ /admin/console/savedview/<path:object_id>/
POST L LLL+++ + LLL+++ /admin/console/savedview/<path:object_id>/
GET  L LLL++3 + LLL443 /admin/console/savedview/<path:object_id>/change/
POST L LLL++3 + LLL443 /admin/console/savedview/<path:object_id>/change/
GET  L LLL++3 + LLL443 /admin/console/savedview/<path:object_id>/delete/
POST L LLL++3 + LLL443 /admin/console/savedview/<path:object_id>/delete/
GET  L LLL++4 + LLL444 /admin/console/savedview/<path:object_id>/history/
POST L LLL++4 + LLL444 /admin/console/savedview/<path:object_id>/history/
GET  L LLL333 3        /admin/console/savedview/add/
POST L LLL333 3        /admin/console/savedview/add/
GET  L LLL++3 +        /admin/console/team/
POST L LLL++3 +        /admin/console/team/
GET  L LLL+++ + LLL+++ /admin/console/team/<path:object_id>/
POST L LLL+++ + LLL+++ /admin/console/team/<path:object_id>/
GET  L LLL++3 + LLL443 /admin/console/team/<path:object_id>/change/
POST L LLL++3 + LLL443 /admin/console/team/<path:object_id>/change/
GET  L LLL++3 + LLL443 /admin/console/team/<path:object_id>/delete/
POST L LLL++3 + LLL443 /admin/console/team/<path:object_id>/delete/
GET  L LLL++3 + LLL444 /admin/console/team/<path:object_id>/history/
POST L LLL++3 + LLL444 /admin/console/team/<path:object_id>/history/
GET  L LLL++3 +        /admin/console/team/add/
POST L LLL++3 +        /admin/console/team/add/
GET  L LLL++3 +        /admin/health/
POST L 555555 5        /admin/health/
GET  L LLL3+3 + LLL343 /admin/health/pages/<int:pk>/release/
POST L LLL3+3 + LLL343 /admin/health/pages/<int:pk>/release/
GET  L LLL3+3 + LLL343 /admin/health/pages/<int:pk>/retry/
POST L LLL3+3 + LLL343 /admin/health/pages/<int:pk>/retry/
GET  L LLL333 +        /admin/health/requeue/
POST L LLL333 +        /admin/health/requeue/
GET  L LLL+++ +        /admin/jsi18n/
POST L LLL555 5        /admin/jsi18n/
GET  L ++++++ +        /admin/login/
POST L ++++++ +        /admin/login/
GET  L 444555 5        /admin/logout/
POST L 444LLL L        /admin/logout/
GET  L LLL+++ +        /admin/password_change/
POST L LLL+++ +        /admin/password_change/
GET  L LLL+++ +        /admin/password_change/done/
POST L LLL555 5        /admin/password_change/done/
GET  L LLL++3 +        /admin/personas/page/
POST L LLL++3 +        /admin/personas/page/
GET  L LLL+++ + LLL+++ /admin/personas/page/<path:object_id>/
POST L LLL+++ + LLL+++ /admin/personas/page/<path:object_id>/
GET  L LLL++3 + LLL443 /admin/personas/page/<path:object_id>/change/
POST L LLL3+3 + LLL343 /admin/personas/page/<path:object_id>/change/
GET  L LLL333 + LLL333 /admin/personas/page/<path:object_id>/delete/
POST L LLL333 + LLL333 /admin/personas/page/<path:object_id>/delete/
GET  L LLL++3 + LLL444 /admin/personas/page/<path:object_id>/history/
POST L LLL++3 + LLL444 /admin/personas/page/<path:object_id>/history/
GET  L LLL3+3 +        /admin/personas/page/add/
POST L LLL3+3 +        /admin/personas/page/add/
GET  L LLL++3 +        /admin/personas/persona/
POST L LLL++3 +        /admin/personas/persona/
GET  L LLL+++ + LLL+++ /admin/personas/persona/<path:object_id>/
POST L LLL+++ + LLL+++ /admin/personas/persona/<path:object_id>/
GET  L LLL++3 + LLL443 /admin/personas/persona/<path:object_id>/change/
POST L LLL333 3 LLL333 /admin/personas/persona/<path:object_id>/change/
GET  L LLL333 3 LLL333 /admin/personas/persona/<path:object_id>/delete/
POST L LLL333 3 LLL333 /admin/personas/persona/<path:object_id>/delete/
GET  L LLL++3 + LLL444 /admin/personas/persona/<path:object_id>/history/
POST L LLL++3 + LLL444 /admin/personas/persona/<path:object_id>/history/
GET  L LLL333 3        /admin/personas/persona/add/
POST L LLL333 3        /admin/personas/persona/add/
GET  L LLL444 4 LLL444 /admin/r/<path:content_type_id>/<path:object_id>/
POST L LLL444 4 LLL444 /admin/r/<path:content_type_id>/<path:object_id>/
GET  L ++++++ + ++++++ /agents/<int:pk>/picture/
POST L ++++++ + ++++++ /agents/<int:pk>/picture/
GET  4 444444 4        /api/
POST 4 444444 4        /api/
GET  1 111111 1 111111 /api/conversations/<psid>
POST 5 555555 5 555555 /api/conversations/<psid>
GET  5 555555 5 555555 /api/conversations/<psid>/close
POST 1 111111 1 111111 /api/conversations/<psid>/close
GET  5 555555 5 555555 /api/conversations/<psid>/hand-over
POST 1 111111 1 111111 /api/conversations/<psid>/hand-over
GET  5 555555 5 555555 /api/conversations/<psid>/messages
POST 1 111111 1 111111 /api/conversations/<psid>/messages
GET  1 111111 1 111111 /api/conversations/<psid>/messages/<key>
POST 5 555555 5 555555 /api/conversations/<psid>/messages/<key>
GET  5 555555 5 555555 /api/conversations/<psid>/resume
POST 1 111111 1 111111 /api/conversations/<psid>/resume
GET  + ++++++ +        /api/docs
POST + ++++++ +        /api/docs
GET  + ++++++ +        /api/openapi.json
POST + ++++++ +        /api/openapi.json
GET  L ++++++ + 444444 /attachments/<int:pk>/
POST L ++++++ + 444444 /attachments/<int:pk>/
GET  L 555555 5        /away/
POST L ++++++ +        /away/
GET  L 555555 5        /back/
POST L ++++++ +        /back/
GET  L ++++++ +        /bulk-actions/
POST L 555555 5        /bulk-actions/
GET  L 33+++3 +        /bulk-actions/block/
POST L 33+++3 +        /bulk-actions/block/
GET  L 555555 5        /bulk-actions/close/
POST L ++++++ +        /bulk-actions/close/
GET  L 555555 5        /bulk-actions/end-snooze/
POST L ++++++ +        /bulk-actions/end-snooze/
GET  L ++++++ +        /bulk-actions/label/
POST L ++++++ +        /bulk-actions/label/
GET  L ++++++ +        /bulk-actions/merge/
POST L ++++++ +        /bulk-actions/merge/
GET  L ++++++ + ++++++ /bulk-actions/sections/<str:name>/
POST L 555555 5 555555 /bulk-actions/sections/<str:name>/
GET  L ++++++ +        /bulk-actions/snooze/
POST L ++++++ +        /bulk-actions/snooze/
GET  L ++++++ +        /bulk-actions/transfer/
POST L ++++++ +        /bulk-actions/transfer/
GET  L 555555 5        /bulk-actions/unblock/
POST L 33+++3 +        /bulk-actions/unblock/
GET  L 555555 5        /bulk-actions/undo/
POST L ++++++ +        /bulk-actions/undo/
GET  L ++++++ +        /calls/
POST L ++++++ +        /calls/
GET  L 555555 5        /calls/digest/
POST L ++++++ +        /calls/digest/
GET  L ++++++ +        /canned-replies/
POST L 555555 5        /canned-replies/
GET  L 44+++4 + 444444 /canned-replies/<int:pk>/
POST L 44+++4 + 444444 /canned-replies/<int:pk>/
GET  L 555555 5 555555 /canned-replies/<int:pk>/delete/
POST L 44+++4 + 444444 /canned-replies/<int:pk>/delete/
GET  L ++++++ + 444444 /canned-replies/files/<int:pk>/
POST L 555555 5 555555 /canned-replies/files/<int:pk>/
GET  L ++++++ +        /canned-replies/new/
POST L ++++++ +        /canned-replies/new/
GET  L ++++++ +        /check-device/
POST L 555555 5        /check-device/
GET  L 555555 5        /check-device/push-test/
POST L 444444 4        /check-device/push-test/
GET  L ++++++ +        /check-device/time/
POST L 555555 5        /check-device/time/
GET  + ++++++ + ++++++ /choose-password/<uidb64>/<token>/
POST + ++++++ + ++++++ /choose-password/<uidb64>/<token>/
GET  L ++++++ +        /colleagues/
POST L 555555 5        /colleagues/
GET  L 555555 5 555555 /colleagues/<int:pk>/set-away/
POST L 33+++3 + 334443 /colleagues/<int:pk>/set-away/
GET  L ++++++ +        /commands/
POST L 555555 5        /commands/
GET  L ++++++ + 444444 /conversations/<int:pk>/
POST L ++++++ + 444444 /conversations/<int:pk>/
GET  L 555555 5 555555 /conversations/<int:pk>/close/
POST L ++++++ + 444444 /conversations/<int:pk>/close/
GET  L ++++++ + 444444 /conversations/<int:pk>/colleagues/
POST L 555555 5 555555 /conversations/<int:pk>/colleagues/
GET  L 555555 5 555555 /conversations/<int:pk>/confirm-human-agent/
POST L ++++++ + 444444 /conversations/<int:pk>/confirm-human-agent/
GET  L ++++++ + 444444 /conversations/<int:pk>/customer/
POST L 555555 5 555555 /conversations/<int:pk>/customer/
GET  L 555555 5 555555 /conversations/<int:pk>/customer/block/
POST L 33+++3 + 334443 /conversations/<int:pk>/customer/block/
GET  L 555555 5 555555 /conversations/<int:pk>/customer/fields/<int:field_pk>/
POST L +++++3 + 444443 /conversations/<int:pk>/customer/fields/<int:field_pk>/
GET  L ++++++ + 444444 /conversations/<int:pk>/customer/files/
POST L 555555 5 555555 /conversations/<int:pk>/customer/files/
GET  L 555555 5 555555 /conversations/<int:pk>/customer/import-again/
POST L 444444 4 444444 /conversations/<int:pk>/customer/import-again/
GET  L ++++++ + 444444 /conversations/<int:pk>/customer/label/
POST L ++++++ + 444444 /conversations/<int:pk>/customer/label/
GET  L ++++++ + 444444 /conversations/<int:pk>/customer/merge/
POST L 444444 4 444444 /conversations/<int:pk>/customer/merge/
GET  L ++++++ + 444444 /conversations/<int:pk>/customer/notes/
POST L 555555 5 555555 /conversations/<int:pk>/customer/notes/
GET  L 555555 5 555555 /conversations/<int:pk>/customer/report-as-spam/
POST L 33+++3 + 334443 /conversations/<int:pk>/customer/report-as-spam/
GET  L 555555 5 555555 /conversations/<int:pk>/customer/split/
POST L 444444 4 444444 /conversations/<int:pk>/customer/split/
GET  L ++++++ + 444444 /conversations/<int:pk>/customer/stays/
POST L 555555 5 555555 /conversations/<int:pk>/customer/stays/
GET  L 555555 5 555555 /conversations/<int:pk>/customer/unblock/
POST L 33+++3 + 334443 /conversations/<int:pk>/customer/unblock/
GET  L ++++++ + 444444 /conversations/<int:pk>/draft/
POST L ++++++ + 444444 /conversations/<int:pk>/draft/
GET  L 555555 5 555555 /conversations/<int:pk>/end-snooze/
POST L ++++++ + 444444 /conversations/<int:pk>/end-snooze/
GET  L ++++++ + 444444 /conversations/<int:pk>/hand-back/
POST L ++++++ + 444444 /conversations/<int:pk>/hand-back/
GET  L 555555 5 555555 /conversations/<int:pk>/handovers/<int:handover_pk>/undo/
POST L 444444 4 444444 /conversations/<int:pk>/handovers/<int:handover_pk>/undo/
GET  L ++++++ + 444444 /conversations/<int:pk>/header/
POST L ++++++ + 444444 /conversations/<int:pk>/header/
GET  L ++++++ + 444444 /conversations/<int:pk>/label/
POST L ++++++ + 444444 /conversations/<int:pk>/label/
GET  L 555555 5 555555 /conversations/<int:pk>/look/
POST L ++++++ + 444444 /conversations/<int:pk>/look/
GET  L ++++++ + 444444 /conversations/<int:pk>/messages/
POST L 555555 5 555555 /conversations/<int:pk>/messages/
GET  L 555555 5 555555 /conversations/<int:pk>/messages/<int:message_pk>/react/
POST L ++++++ + 444444 /conversations/<int:pk>/messages/<int:message_pk>/react/
GET  L 555555 5 555555 /conversations/<int:pk>/messages/<int:message_pk>/retry/
POST L ++++++ + 444444 /conversations/<int:pk>/messages/<int:message_pk>/retry/
GET  L 444444 4 444444 /conversations/<int:pk>/messages/<int:message_pk>/save-as-canned-reply/
POST L 444444 4 444444 /conversations/<int:pk>/messages/<int:message_pk>/save-as-canned-reply/
GET  L 555555 5 555555 /conversations/<int:pk>/messages/<int:message_pk>/unreact/
POST L ++++++ + 444444 /conversations/<int:pk>/messages/<int:message_pk>/unreact/
GET  L 555555 5 555555 /conversations/<int:pk>/notes/
POST L ++++++ + 444444 /conversations/<int:pk>/notes/
GET  L +44444 4 444444 /conversations/<int:pk>/notes/<int:note_pk>/delete/
POST L +44444 4 444444 /conversations/<int:pk>/notes/<int:note_pk>/delete/
GET  L +44444 4 444444 /conversations/<int:pk>/notes/<int:note_pk>/edit/
POST L +44444 4 444444 /conversations/<int:pk>/notes/<int:note_pk>/edit/
GET  L 555555 5 555555 /conversations/<int:pk>/reopen/
POST L ++++++ + 444444 /conversations/<int:pk>/reopen/
GET  L 555555 5 555555 /conversations/<int:pk>/return-to-queue/
POST L ++++++ + 444444 /conversations/<int:pk>/return-to-queue/
GET  L +44444 4 444444 /conversations/<int:pk>/scheduled-replies/<int:reply_pk>/
POST L +44444 4 444444 /conversations/<int:pk>/scheduled-replies/<int:reply_pk>/
GET  L 555555 5 555555 /conversations/<int:pk>/scheduled-replies/<int:reply_pk>/delete/
POST L +44444 4 444444 /conversations/<int:pk>/scheduled-replies/<int:reply_pk>/delete/
GET  L ++++++ + 444444 /conversations/<int:pk>/scheduled-replies/<int:reply_pk>/open/
POST L 555555 5 555555 /conversations/<int:pk>/scheduled-replies/<int:reply_pk>/open/
GET  L 555555 5 555555 /conversations/<int:pk>/scheduled-replies/<int:reply_pk>/send-now/
POST L +44444 4 444444 /conversations/<int:pk>/scheduled-replies/<int:reply_pk>/send-now/
GET  L 555555 5 555555 /conversations/<int:pk>/see/
POST L ++++++ + 444444 /conversations/<int:pk>/see/
GET  L ++++++ + 444444 /conversations/<int:pk>/send-later/
POST L ++++++ + 444444 /conversations/<int:pk>/send-later/
GET  L ++++++ + 444444 /conversations/<int:pk>/send-later/choices/
POST L 555555 5 555555 /conversations/<int:pk>/send-later/choices/
GET  L ++++++ + 444444 /conversations/<int:pk>/send-later/preview/
POST L 555555 5 555555 /conversations/<int:pk>/send-later/preview/
GET  L 555555 5 555555 /conversations/<int:pk>/send/
POST L ++++++ + 444444 /conversations/<int:pk>/send/
GET  L ++++++ + 444444 /conversations/<int:pk>/snooze/
POST L ++++++ + 444444 /conversations/<int:pk>/snooze/
GET  L ++++++ + 444444 /conversations/<int:pk>/snooze/preview/
POST L 555555 5 555555 /conversations/<int:pk>/snooze/preview/
GET  L 555555 5 555555 /conversations/<int:pk>/take-over/
POST L ++++++ + 444444 /conversations/<int:pk>/take-over/
GET  L 555555 5 555555 /conversations/<int:pk>/take/
POST L ++++++ + 444444 /conversations/<int:pk>/take/
GET  L ++++++ + 444444 /conversations/<int:pk>/template/
POST L ++++++ + 444444 /conversations/<int:pk>/template/
GET  L ++++++ + 444444 /conversations/<int:pk>/template/failed/<int:message_pk>/
POST L ++++++ + 444444 /conversations/<int:pk>/template/failed/<int:message_pk>/
GET  L 555555 5 555555 /conversations/<int:pk>/template/preview/
POST L ++++++ + 444444 /conversations/<int:pk>/template/preview/
GET  L ++++++ + 444444 /conversations/<int:pk>/template/saved/
POST L 555555 5 555555 /conversations/<int:pk>/template/saved/
GET  L ++++++ + 444444 /conversations/<int:pk>/template/saved/<int:saved_pk>/
POST L 555555 5 555555 /conversations/<int:pk>/template/saved/<int:saved_pk>/
GET  L 555555 5 555555 /conversations/<int:pk>/template/saved/<int:saved_pk>/delete/
POST L 44+++4 + 444444 /conversations/<int:pk>/template/saved/<int:saved_pk>/delete/
GET  L 555555 5 555555 /conversations/<int:pk>/template/saved/<int:saved_pk>/edit/
POST L 44+++4 + 444444 /conversations/<int:pk>/template/saved/<int:saved_pk>/edit/
GET  L 444444 4 444444 /conversations/<int:pk>/template/saved/<int:saved_pk>/file/
POST L 555555 5 555555 /conversations/<int:pk>/template/saved/<int:saved_pk>/file/
GET  L 555555 5 555555 /conversations/<int:pk>/template/saved/new/
POST L ++++++ + 444444 /conversations/<int:pk>/template/saved/new/
GET  L ++++++ + 444444 /conversations/<int:pk>/transcript/
POST L 555555 5 555555 /conversations/<int:pk>/transcript/
GET  L 555555 5 555555 /conversations/<int:pk>/transcript/mail/
POST L ++++++ + 444444 /conversations/<int:pk>/transcript/mail/
GET  L ++++++ + 444444 /conversations/<int:pk>/transcript/text/
POST L 555555 5 555555 /conversations/<int:pk>/transcript/text/
GET  L ++++++ + 444444 /conversations/<int:pk>/transfer/
POST L ++++++ + 444444 /conversations/<int:pk>/transfer/
GET  L 555555 5 555555 /conversations/<int:pk>/typing/
POST L ++++++ + 444444 /conversations/<int:pk>/typing/
GET  L ++++++ + 444444 /customers/<int:pk>/picture/
POST L ++++++ + 444444 /customers/<int:pk>/picture/
GET  + ++++++ +        /favicon.ico
POST + ++++++ +        /favicon.ico
GET  L ++++++ +        /leave/
POST L LLLLLL +        /leave/
GET  + ++++++ +        /login/
POST + ++++++ +        /login/
GET  L LLLLLL L        /login/second-step/
POST L LLLLLL L        /login/second-step/
GET  L 555555 5        /logout/
POST L LLLLLL L        /logout/
GET  + ++++++ +        /manifest.webmanifest
POST 5 555555 5        /manifest.webmanifest
GET  + ++++++ +        /offline/
POST 5 555555 5        /offline/
GET  L ++++++ + 444444 /pages/<int:pk>/bot-picture/
POST L ++++++ + 444444 /pages/<int:pk>/bot-picture/
GET  L ++++++ + 444444 /pages/<int:pk>/canned-replies/
POST L 555555 5 555555 /pages/<int:pk>/canned-replies/
GET  L ++++++ + 444444 /personas/<int:pk>/picture/
POST L ++++++ + 444444 /personas/<int:pk>/picture/
GET  4 444444 4 444444 /personas/<str:signed>.img
POST 4 444444 4 444444 /personas/<str:signed>.img
GET  L 555555 5        /preferences/
POST L ++++++ +        /preferences/
GET  L ++++++ +        /presence/
POST L ++++++ +        /presence/
GET  5 555555 5        /privacy/deletion/
POST 3 333333 3        /privacy/deletion/
GET  + ++++++ + ++++++ /privacy/deletion/<slug:code>/
POST 5 555555 5 555555 /privacy/deletion/<slug:code>/
GET  L ++++++ +        /profile/
POST L ++++++ +        /profile/
GET  L 555555 5 555555 /profile/devices/<str:public_id>/log-out/
POST L 444444 4 444444 /profile/devices/<str:public_id>/log-out/
GET  L 555555 5        /profile/devices/log-out-others/
POST L ++++++ +        /profile/devices/log-out-others/
GET  L 555555 5        /profile/password/
POST L ++++++ +        /profile/password/
GET  L ++++++ +        /profile/preview/
POST L 555555 5        /profile/preview/
GET  L 555555 5 555555 /push/<int:pk>/unsubscribe/
POST L 444444 4 444444 /push/<int:pk>/unsubscribe/
GET  L 444444 4        /push/key/
POST L 555555 5        /push/key/
GET  L 555555 5        /push/renew/
POST L 444444 4        /push/renew/
GET  L 555555 5        /push/subscribe/
POST L 444444 4        /push/subscribe/
GET  L ++++++ +        /queue/
POST L ++++++ +        /queue/
GET  L ++++++ + ++++++ /queue/<str:name>/
POST L ++++++ + ++++++ /queue/<str:name>/
GET  + ++++++ +        /reset-password/
POST + ++++++ +        /reset-password/
GET  L ++++++ +        /search/
POST L 555555 5        /search/
GET  L ++++++ +        /second-factors/
POST L 555555 5        /second-factors/
GET  L 555555 5 555555 /second-factors/<int:pk>/remove/
POST L 444444 4 444444 /second-factors/<int:pk>/remove/
GET  L ++++++ +        /second-factors/app/
POST L ++++++ +        /second-factors/app/
GET  L 555555 5        /second-factors/passkey/
POST L ++++++ +        /second-factors/passkey/
GET  L 555555 5        /second-factors/recovery-codes/
POST L ++++++ +        /second-factors/recovery-codes/
GET  + ++++++ +        /service-worker.js
POST 5 555555 5        /service-worker.js
GET  L ++++++ +        /shortcuts/
POST L 555555 5        /shortcuts/
GET  L ++++++ +        /shortcuts/keys/
POST L ++++++ +        /shortcuts/keys/
GET  L 555555 5        /take-next/
POST L ++++++ +        /take-next/
GET  L ++++++ +        /views/
POST L 555555 5        /views/
GET  L 44+++4 + 444444 /views/<int:pk>/
POST L 44+++4 + 444444 /views/<int:pk>/
GET  L 555555 5 555555 /views/<int:pk>/delete/
POST L 44+++4 + 444444 /views/<int:pk>/delete/
GET  L ++++++ +        /views/new/
POST L ++++++ +        /views/new/
GET  3 333333 3        /webhooks/messenger/
POST 5 555555 5        /webhooks/messenger/
"""
# Columns: without a key, with a wrong one, with a revoked one, with that of another Page, with that of the Page.
OPERATIONS = """
GET 1 1 1 4 + /api/conversations/{psid}
POST 1 1 1 4 + /api/conversations/{psid}/close
POST 1 1 1 4 + /api/conversations/{psid}/hand-over
POST 1 1 1 4 + /api/conversations/{psid}/messages
GET 1 1 1 4 + /api/conversations/{psid}/messages/{key}
POST 1 1 1 4 + /api/conversations/{psid}/resume
"""
MARKS = {401: "1", 403: "3", 404: "4", 405: "5"}
LOG_INS = ("/login/", "/admin/login/")
BROWSER = Client()  # one for all, because each loads all middleware
BODY = {"reason": "She asks for an agent", "text": "Hello"}


def part_of(route):
    """Return the part of the addresses to which a route belongs: each part is a test."""
    if route.startswith("admin/"):
        return "/".join(route.split("/")[:2])
    return "conversations" if route.startswith("conversations/") else "the rest"


PARTS = sorted({part_of(route) for route in ROUTES})


def rows_of(table):
    """Return {(method, route): the row}."""
    rows = [" ".join(line.split()) for line in table.strip().splitlines()]
    return {(row.split()[0], row.split()[-1]): row for row in rows}


def mark(method, address, who=""):
    """Ask once as somebody, and undo what that changed; return the mark of the answer."""
    answer = ask(method, address, Cookie=who)
    if answer.status_code == 302 and answer["Location"].startswith(LOG_INS):
        return "L"
    is_gone = answer.status_code == 302 and answer["Location"] == "/admin/" and address != "/admin/login/"
    return "4" if is_gone else MARKS.get(answer.status_code, "+")


def marks(method, address, groups):
    """Return the marks of nobody and of each group. A method that an address does not know is refused to all."""
    first = mark(method, address, groups[0][0])
    if first == "5":
        return [mark(method, address), *("5" * len(group) for group in groups)]
    return [mark(method, address), *("".join(mark(method, address, who) for who in group) for group in groups)]


def ask(method, address, **headers):
    """Ask once, and undo what that changed."""
    with transaction.atomic():
        options = {"data": json.dumps(headers.pop("body", {})), "content_type": "application/json"}
        BROWSER.cookies.clear()
        answer = BROWSER.generic(method, address, headers=headers, **(options if method == "POST" else {}))
        answer.getvalue()  # reads files to their end, which closes them
        transaction.set_rollback(True)
    return answer


def cookie_of(agent):
    browser = Client()
    browser.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    return f"sessionid={browser.cookies['sessionid'].value}"


@pytest.fixture(autouse=True)
def without_logs():
    """Log nothing: thousands of requests are refused."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("part", PARTS)
def test_every_address_answers_everybody_as_the_table_says(part, settings):
    settings.EMAIL_URL = "smtp://mail.example"
    world = World()
    groups = [[cookie_of(agent) for agent in group] for group in (world.agents, [world.superuser], world.strangers)]
    world.things["accesslog"] = AccessLog.objects.latest("pk").pk  # of one of these log-ins
    rows = {}
    for route in (route for route in ROUTES if part_of(route) == part):
        address = "/" + address_of(route, world.things).lstrip("/")
        for method in ("GET", "POST"):
            asked = groups[: 3 if "<" in route else 2]  # strangers, where an address names something of the Page
            rows[method, route] = " ".join([method, *marks(method, address, asked), f"/{route}"])
    known = {key: row for key, row in rows_of(TABLE).items() if part_of(key[1].lstrip("/")) == part}
    found = {(row.split()[0], row.split()[-1]): row for row in rows.values()}
    assert found == known, "\n" + "\n".join(sorted({*found.values()} - {*known.values()}))


def test_each_address_has_a_row_in_the_table():
    assert sorted(rows_of(TABLE)) == sorted((method, f"/{route}") for route in ROUTES for method in ("GET", "POST"))


def body_of(operation):
    """Return the fields that an operation requires."""
    content = operation.get("requestBody", {}).get("content", {})
    for media in content.values():
        name = (media["schema"].get("$ref") or media["schema"].get("anyOf", [{}])[0].get("$ref", "")).rpartition("/")[2]
        schema = api.get_openapi_schema()["components"]["schemas"].get(name, {})
        return {field: BODY[field] for field in schema.get("required", [])}
    return {}


@pytest.mark.django_db
def test_every_operation_of_the_api_answers_each_key_as_the_table_says():
    world = World()
    revoked, other, own = (ApiKey.objects.make(page, "Bot") for page in (world.page, world.other, world.page))
    ApiKey.objects.find(revoked).revoke()
    keys = [{}, *({"Authorization": f"Bearer {key}"} for key in ("hk_wrong", revoked, other, own))]
    found = {}
    for path, operations in api.get_openapi_schema()["paths"].items():
        address = path.format(psid=world.conversation.customer.psid, key=uuid.UUID(int=1))
        for name, operation in operations.items():
            method, body = name.upper(), body_of(operation)
            answers = (ask(method, address, body=body, **key).status_code for key in keys)
            found[method, path] = f"{method} {' '.join(MARKS.get(status, '+') for status in answers)} {path}"
    assert found == rows_of(OPERATIONS), "\n" + "\n".join(sorted(found.values()))
