"""Measure faces: what two hundred desks cost that look on, type, and open other conversations."""

import asyncio

import uvloop

from console.faces import looks
from tests.bench.client import at_rate, request
from tests.bench.figures import Row
from tests.bench.stack import CLOCK, each, usage
from tests.bench.streams import open_streams

DESKS, SECONDS, SETTLE = 200, 10, 3
LOOK_ON_EVERY, OPEN_EVERY = 4, 30  # s, each desk: as desk-look.js does, and as often as an agent opens a conversation
TYPES = 4  # of so many desks one types, and another has just stopped
MOST_USED = 0.1  # of a core of the web process, beside what its idle streams use


def measure(stack, cast, machine):
    cast.hire(DESKS)
    yield from uvloop.run(_measure(stack, cast, machine))


async def _measure(stack, cast, machine):
    desks = [_Desk(cast, stack.port, number) for number in range(DESKS)]
    async with open_streams(cast, stack.port, DESKS, agents=DESKS) as streams:
        with stack.measured_cpu() as idle:
            await asyncio.sleep(SECONDS)
        for desk in desks:
            looks.look(desk.conversation.pk, desk.agent.pk, desk.name)
        await asyncio.sleep(SETTLE)
        rate = DESKS // LOOK_ON_EVERY
        words = [desks[number % DESKS].look_on(number // TYPES % 2) for number in range(rate * SECONDS)]
        row, used = await _asked(stack, streams, f"{DESKS} desks look on, {rate}/s", words, rate)
        share, idle_share = (spent["web"] / spent[CLOCK] for spent in (used, idle))
        row.target = f"web < {MOST_USED:.0%} more"
        row.is_met = share - idle_share < MOST_USED / machine.factor
        row.notes += [f"web {idle_share:.1%} while they are idle, {share:.1%} while they look on"]
        opening = DESKS // OPEN_EVERY
        asked = [desks[number % DESKS].look() for number in range(opening * SECONDS)]
        return [row, (await _asked(stack, streams, f"… and open another, {opening}/s", asked, opening))[0]]


async def _asked(stack, streams, name, questions, rate):
    """Ask; return a row, and the use of the programs meanwhile."""
    streams.received = 0
    with stack.measured_cpu() as used:
        answered = await at_rate(stack.port, questions, rate)
    row = Row.of(name, [seconds for seconds, _answer in answered], rate=rate)
    refused = sum(answer.status != 204 for _seconds, answer in answered)
    bytes_each = streams.received / DESKS / used[CLOCK]
    row.notes = [
        usage(used),
        f"{each(used, 'web', len(answered))}; {refused} not answered 204; {bytes_each:.0f} bytes a second to each desk",
    ]
    return row, used


class _Desk:
    def __init__(self, cast, port, number):
        self.cast, self.port, self.number, self.name = cast, port, number, f"{number:032x}"
        self.agent, self.conversation = cast.agents[number], cast.conversations[number % len(cast.conversations)]

    def look_on(self, typing):
        body = f"look={self.conversation.pk}-{self.agent.pk}-{self.name}&typing={int(typing)}".encode()
        return request("POST", "/live/look-on/", host=f"127.0.0.1:{self.port}", body=body)

    def look(self):
        path = f"/conversations/{self.conversation.pk}/look/"
        return self.cast.press(path, self.number, self.port, desk=f"{self.number:031x}f")
