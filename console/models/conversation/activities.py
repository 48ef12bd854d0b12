"""What a customer does beside talking: a line in the thread, which may open the messaging window or want an answer."""

from console.models.activity import WHOLE_LEAD, Activity
from console.models.conversation.corrections import Heard, moment_of


class Activities:
    """The part of a Conversation that notes activities."""

    def _note_referral(self, event):
        """Came by a link into the thread that is there, and may be answered. Who filled in an ad's form waits."""
        at, is_lead = moment_of(event.at), event.referral.kind == WHOLE_LEAD
        with self.changing(is_listed=is_lead) as revision:
            self.note_customer_activity(at)
            self.note_ad_click(event.referral, at)
            is_news = Activity.objects.note(self, event, at, revision)
            if is_news and is_lead:
                self.note_question(at)
                self.choose_holder("", "")
        return Heard.NEWS if is_news else Heard.KNOWN

    def _note_activity(self, event):
        with self.changing(is_listed=False) as revision:
            is_news = Activity.objects.note(self, event, moment_of(event.at), revision)
        return Heard.NEWS if is_news else Heard.KNOWN
