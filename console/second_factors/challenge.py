"""The second step of a log-in: the password was right, and a second factor is asked for. Nobody is logged in yet."""

import time

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import login
from django.utils.crypto import constant_time_compare

from agents.models import Agent
from console.infrastructure import rate_limit
from console.infrastructure.sessions import SECOND_FACTOR

PENDING = "pending_log_in"
MOST_SECONDS = 600  # between the two steps
HOUR = 3600  # s
MOST_ATTEMPTS = 20  # of one agent in an hour, from all addresses


def begin(request, agent, leads_to):
    """Remember whose password was right, under a new key of the session."""
    request.session.flush()
    request.session[PENDING] = {
        "agent": agent.pk,
        "hash": agent.get_session_auth_hash(),
        "backend": agent.backend,
        "at": time.time(),
        "leads_to": leads_to,
    }


def pending_agent(request):
    """Return the agent whose password was right a moment ago, and still is; None if there is none."""
    pending = request.session.get(PENDING)
    if not pending or time.time() - pending["at"] > MOST_SECONDS:
        return None
    agent = Agent.objects.filter(pk=pending["agent"], is_active=True).first()
    is_same = agent and constant_time_compare(pending["hash"], agent.get_session_auth_hash())
    return agent if is_same else None


def complete(request, agent):
    """Log the agent in; return the address to go on to."""
    pending = request.session.pop(PENDING)
    login(request, agent, backend=pending["backend"])
    request.session[SECOND_FACTOR] = True
    agent.come_back()
    return pending["leads_to"]


def may_try(request, agent):
    """Count an attempt; return whether the agent and this address have attempts left."""
    apart = HOUR / MOST_ATTEMPTS
    within = HOUR - apart
    has_slot = rate_limit.reserve(f"agent-{agent.pk}", ("second-factor", 1 / apart), within=within) <= within
    return has_slot and AxesProxyHandler.is_allowed(request, {"username": agent.get_username()})


def note_failure(request, agent):
    """Count a wrong code as a failed log-in: too many of them lock the agent's name at this address."""
    credentials = {"username": agent.get_username()}
    AxesProxyHandler.user_login_failed(sender=__name__, credentials=credentials, request=request)
