"""Which webhook fields a bot hears of, and which events somebody waits for."""

import console.models.rules
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('console', '0020_erase_unsent'),
    ]

    operations = [
        migrations.AddField(
            model_name='notice',
            name='has_words',
            field=models.BooleanField(db_default=True, default=True, editable=False),
        ),
        migrations.AddField(
            model_name='rules',
            name='bot_fields',
            field=models.JSONField(blank=True, db_default=models.Value(['messages', 'messaging_postbacks', 'messaging_referrals', 'messaging_optins', 'messaging_account_linking', 'messaging_feedback', 'messaging_customer_information', 'messaging_handovers', 'messaging_policy_enforcement'], models.JSONField()), default=console.models.rules.usual_bot_fields, verbose_name='the bot hears of'),
        ),
        migrations.AlterField(
            model_name='handover',
            name='cause',
            field=models.CharField(choices=[('asked', 'the customer asked for a human'), ('handed-over', 'the bot asked for a human'), ('bot-down', 'the bot does not answer'), ('no-bot', 'the Page has no bot any more'), ('not-told', 'the bot does not take this kind of message'), ('taken', 'taken'), ('opened', 'opened again'), ('taken-over', 'taken over'), ('assigned', 'assigned'), ('transferred', 'transferred'), ('released', 'put back'), ('no-answer', 'no answer in time'), ('away', 'away for too long'), ('left', 'left the team'), ('handed-back', 'handed back'), ('idle', 'nobody wrote for a while'), ('resumed', 'the bot goes on'), ('closed', 'closed'), ('reopened', 'the customer writes again'), ('answered-elsewhere', 'somebody answered there'), ('control-taken', 'took the conversation'), ('control-refused', 'Facebook lets only another app answer'), ('control-back', 'Facebook gave the conversation back'), ('no-access', 'no longer sees this Page'), ('not-sent', 'a reply was not sent'), ('overlooked', 'nobody was looking at it'), ('requested', 'another app asks for the conversation')], max_length=20, verbose_name='why'),
        ),
    ]
