"""The rate limit of a Page: Facebook's own ceilings, and less while Facebook's headers say that a limit is near.

Redis keeps it for all workers together. Without Redis there is no limit here: Facebook then refuses calls, and its
errors slow the Page down. https://developers.facebook.com/docs/messenger-platform/overview/rate-limiting
"""

from functools import cache

from redis import RedisError

from console.infrastructure.redis import redis

MESSAGES = ("messages", 300)  # texts a second for one Page
HISTORY = ("history", 2)  # calls to the Conversations API a second for one Page
SHORT = 0.5  # s; a worker sleeps for a wait up to this
REMEMBERED = 60  # s that a warning lasts; the next answer renews it

# Slots are `1 / rate` apart; the first key holds the time of the next one. A slot that is too far away is not reserved.
RESERVE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local rate = math.min(ARGV[1], redis.call('GET', KEYS[2]) or ARGV[1])
local slot = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
if slot - now <= tonumber(ARGV[2]) then
    local following = slot + 1 / rate
    redis.call('SET', KEYS[1], string.format('%.6f', following), 'PX', math.ceil((following - now) * 1000) + 1000)
end
return tostring(slot - now)
"""


def reserve(page_id, kind=MESSAGES, within=SHORT):
    """Reserve the next slot if it begins within so many seconds; return the seconds until it begins."""
    name, rate = kind
    try:
        keys = [f"rate-limit:{page_id}:{name}", f"rate-limit:{page_id}:rate"]
        return float(_reserve()(keys=keys, args=[rate, within]))
    except RedisError:
        return 0.0


def learn(page_id, usage):
    """Slow the Page down near a limit: to 10 calls a second at 80 percent, 1 at 90, and 1 in ten seconds at 100."""
    if not usage.is_near_limit:
        return
    percent = 100 if usage.minutes else min(usage.percent, 100)
    try:
        redis().set(f"rate-limit:{page_id}:rate", 10 ** ((90 - percent) / 10), ex=REMEMBERED)
    except RedisError:
        return


def rates(pages):
    """Return {key of a Page: calls a second} for the Pages that were slowed down. Raises RedisError without Redis."""
    found = redis().mget([f"rate-limit:{page}:rate" for page in pages]) if pages else []
    return {page: float(rate) for page, rate in zip(pages, found, strict=True) if rate}


@cache
def _reserve():
    return redis().register_script(RESERVE)
