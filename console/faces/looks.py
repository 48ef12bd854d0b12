"""The looks of all desks, as Redis remembers them. They end by themselves.

A look is named `12-3-DESK`: a conversation, an agent, and a random name that one tab of the agent's browser gave
itself. Nobody else learns that name, so a desk that knows it looks on without a check of its log-in.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache

from redis import RedisError

from console.infrastructure.redis import redis

LASTS = 10  # s without a word of the desk
KEYS = ["faces:looking", "faces:typing"]  # sorted sets of looks, by the second in which they end

LOOK = """
local now = tonumber(redis.call('TIME')[1])
local is_known = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or 0) > now
if ARGV[4] == 'on' and not is_known then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
if ARGV[2] == '1' then redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[1]) else redis.call('ZREM', KEYS[2], ARGV[1]) end
return 1
"""
READ = """
local time = redis.call('TIME')
for _, key in ipairs(KEYS) do redis.call('ZREMRANGEBYSCORE', key, '-inf', time[1]) end
local looking, typing = redis.call('ZRANGE', KEYS[1], 0, -1), redis.call('ZRANGE', KEYS[2], 0, -1)
return {string.format('%d.%06d', time[1], time[2]), looking, typing}
"""


@dataclass
class Looks:
    """The agents who look at each conversation: {conversation's key: {agent's key: whether the agent types there}}.

    at: the moment at which they were read, by the clock of Redis.
    """

    at: str = "0"
    by_conversation: dict = field(default_factory=dict)


def look(conversation_id, agent_id, desk, is_typing=False):
    """Remember that a desk of the agent's looks at a conversation. The caller has checked that the agent may see it."""
    _look(f"{conversation_id}-{agent_id}-{desk}", is_typing)


def look_on(name, is_typing):
    """Let a look last; return False if it has ended. While Redis is away, no look counts as ended."""
    return _look(name, is_typing, "on")


def look_away(name):
    try:
        for key in KEYS:
            redis().zrem(key, name)
    except RedisError:
        return


def looks_now():
    """Return the current looks; no looks while Redis is away."""
    try:
        at, looking, typing = _script(READ)(keys=KEYS)
    except RedisError:
        return Looks()
    found, typing = defaultdict(dict), set(typing)
    for name in looking:
        conversation_id, agent_id, _desk = name.split("-")
        agents = found[int(conversation_id)]
        agents[int(agent_id)] = agents.get(int(agent_id), False) or name in typing
    return Looks(at, dict(found))


def _look(name, is_typing, manner="anew"):
    try:
        return bool(_script(LOOK)(keys=KEYS, args=[name, int(is_typing), LASTS, manner]))
    except RedisError:
        return True


@cache
def _script(text):
    return redis().register_script(text)
