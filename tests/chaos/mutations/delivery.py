"""Mutations for letters: each breaks one promise of the console about the contents of a conversation."""


def any_file(history):
    """Any message of the Page without a text proves that a file was sent."""
    history._is_it = lambda row, message, file: history._words(row) == message.text.split()


def one_echo(echoes):
    """A second echo with the same key is taken for a repetition of the first."""
    echoes.is_second = lambda event, message: False


def same_words(echoes):
    """An id from the history is never doubted."""
    echoes._is_of_another = lambda event, known, ours: False


def no_retry(answering):
    """Retry is confirmed, and nothing is sent."""
    answering.Replies.retry = lambda self, message, agent: None


def keep_personas(persona):
    """An agent who leaves keeps the personas on Facebook."""
    persona.PersonaQuerySet.withdraw = lambda self: None
    persona.Persona.withdraw = lambda self: None


def no_assigning(conversation):
    """Waiting conversations are assigned to nobody."""
    conversation.ConversationQuerySet.assign = lambda self: None


def no_edits(inbound):
    """Edits of customers are ignored."""
    _ignore(inbound, inbound.events.Edit)


def no_reactions(inbound):
    """Reactions are ignored."""
    _ignore(inbound, inbound.events.Reaction)


def keep_unsent(corrections):
    """Unsent messages stay."""
    corrections.process_unsending = lambda conversation, event: corrections.Outcome.PROCESSED


def lose_receipts(thread):
    """A batch of webhooks writes the receipts of one of its conversations, and loses the others."""
    show_receipts = thread._show_receipts
    thread._show_receipts = lambda conversations: show_receipts(conversations[:1])


def _ignore(inbound, kind):
    inbound.PROCESSORS[kind] = lambda conversation, event: inbound.Outcome.PROCESSED


MUTATIONS = {
    "any-file": ("console.models.message.history", any_file),
    "one-echo": ("console.models.conversation.echoes", one_echo),
    "same-words": ("console.models.conversation.echoes", same_words),
    "no-retry": ("console.models.conversation.replies", no_retry),
    "keep-personas": ("personas.models.persona", keep_personas),
    "no-assigning": ("console.models.conversation.conversation", no_assigning),
    "no-edits": ("console.models.conversation.inbound", no_edits),
    "no-reactions": ("console.models.conversation.inbound", no_reactions),
    "lose-receipts": ("console.models.conversation.thread", lose_receipts),
    "keep-unsent": ("console.models.conversation.corrections", keep_unsent),
}
