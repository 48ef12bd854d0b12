"""Faults for letters: each makes one of the console's promises about what is said untrue."""


def any_file(evidence):
    """A file without an answer is settled by whatever the Page sent without text."""
    evidence._is_it = lambda row, message, file: evidence._words(row) == message.text.split()


def one_echo(echoes):
    """The second echo of one key is taken for the first once more."""
    echoes.is_second = lambda event, message: False


def same_words(echoes):
    """An id that the history gave is never doubted."""
    echoes._is_of_another = lambda event, known, ours: False


def no_retry(answering):
    """Retry is confirmed, and nothing is sent."""
    answering.Replies.retry = lambda self, message, agent: None


def keep_personas(persona):
    """Whoever leaves keeps their personas on Facebook."""
    persona.PersonaQuerySet.withdraw = lambda self: None
    persona.Persona.withdraw = lambda self: None


def no_assigning(conversation):
    """What waits is given to nobody."""
    conversation.ConversationQuerySet.assign = lambda self: None


def no_edits(receiving):
    """What a customer edited stays as it was."""
    receiving.Inbound._note_edit = lambda self, event: None


def no_reactions(receiving):
    """Reactions are not written down."""
    receiving.Inbound._note_reaction = lambda self, event: None


def keep_unsent(receiving):
    """What a customer unsent stays."""
    receiving.Inbound._unsend = lambda self, event: None


MUTATIONS = {
    "any-file": ("console.models.message.reconciliation", any_file),
    "one-echo": ("console.models.conversation.echoes", one_echo),
    "same-words": ("console.models.conversation.echoes", same_words),
    "no-retry": ("console.models.conversation.replies", no_retry),
    "keep-personas": ("personas.models.persona", keep_personas),
    "no-assigning": ("console.models.conversation.conversation", no_assigning),
    "no-edits": ("console.models.conversation.inbound", no_edits),
    "no-reactions": ("console.models.conversation.inbound", no_reactions),
    "keep-unsent": ("console.models.conversation.inbound", keep_unsent),
}
