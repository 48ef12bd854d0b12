"""Who is there: read by the program that makes them and by those who play them, so it knows no Django."""

from dataclasses import dataclass

PASSWORD = "not a secret at all"
PAGES = [("102030405060708", "EAASANDBOXPAGETOKEN", "Bluebird Tea")]  # the sandbox's own
PAGES += [("102030405060709", "EAACHAOSTWO", "Heron Coffee"), ("102030405060710", "EAACHAOSTHREE", "Magpie Books")]
MORTAL = PAGES[-1]  # the Page whose token may die
# Who has a bot, and whether it listens to people too. The first Page has none: there agents alone answer.
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
        """What a customer reads above a message; the stack's name pattern makes it so."""
        return f"{self.first} {self.last[0]}."


AT_DESKS = Agent("Eli", "Stern")  # who writes in real browsers, and nowhere else
AGENTS = [Agent("Ana", "Ruiz"), Agent("Ben", "Okafor"), Agent("Cleo", "Adler"), Agent("Dev", "Malik")]
LEAVER = Agent("Eve", "Stone")  # there for the letters alone, until she leaves
ADMIN = Agent("Ada", "Lindt")
