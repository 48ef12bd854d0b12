"""The agents and Pages of a run. Programs with and without Django read this, so it imports no Django."""

from dataclasses import dataclass

PASSWORD = "not a secret at all"
PAGES = [("102030405060708", "EAASANDBOXPAGETOKEN", "Bluebird Tea")]  # the sandbox's own
PAGES += [("102030405060709", "EAACHAOSTWO", "Heron Coffee"), ("102030405060710", "EAACHAOSTHREE", "Magpie Books")]
MORTAL = PAGES[-1]  # the Page whose token may end
# {Page: whether its bot also receives what is said while people answer}. The first Page has no bot.
BOTS = {PAGES[1][0]: False, PAGES[2][0]: True}
LETTERS = ("102030405060711", "EAACHAOSLETTERS", "Swallow Post")  # the Page of letters.py
DOOMED = PAGES[1][0]  # the Page whose bot is dead in the end
ROUTED = PAGES[0][0]  # where another app takes threads, too
CALL = "human"  # the word that calls a person


@dataclass(frozen=True)
class Agent:
    first: str
    last: str

    @property
    def username(self):
        return self.first.lower()

    @property
    def public_name(self):
        """Return the persona's name, as the stack's name pattern makes it."""
        return f"{self.first} {self.last[0]}."


AT_DESKS = Agent("Eli", "Stern")  # writes in real browsers, and nowhere else
AGENTS = [Agent("Ana", "Ruiz"), Agent("Ben", "Okafor"), Agent("Cleo", "Adler"), Agent("Dev", "Malik")]
LEAVER = Agent("Eve", "Stone")  # there for the letters alone, until she leaves
ADMIN = Agent("Ada", "Lindt")
OUTSIDER = Agent("Fay", "North")  # may not see the letters, and only looks on
