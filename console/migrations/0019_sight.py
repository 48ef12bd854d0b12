"""An index for what nobody would look at, built beside whatever runs meanwhile."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('console', '0018_ad_window'),
        ('personas', '0008_why_paused'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='handover',
            name='cause',
            field=models.CharField(choices=[('asked', 'the customer asked for a human'), ('handed-over', 'the bot asked for a human'), ('bot-down', 'the bot does not answer'), ('no-bot', 'the Page has no bot any more'), ('taken', 'taken'), ('opened', 'opened again'), ('taken-over', 'taken over'), ('assigned', 'assigned'), ('transferred', 'transferred'), ('released', 'put back'), ('no-answer', 'no answer in time'), ('away', 'away for too long'), ('left', 'left the team'), ('handed-back', 'handed back'), ('idle', 'nobody wrote for a while'), ('resumed', 'the bot goes on'), ('closed', 'closed'), ('reopened', 'the customer writes again'), ('answered-elsewhere', 'somebody answered there'), ('control-taken', 'took the conversation'), ('control-refused', 'Facebook lets only another app answer'), ('control-back', 'Facebook gave the conversation back'), ('no-access', 'no longer sees this Page'), ('not-sent', 'a reply was not sent'), ('overlooked', 'nobody was looking at it'), ('requested', 'another app asks for the conversation')], max_length=20, verbose_name='why'),
        ),
        AddIndexConcurrently(
            model_name='conversation',
            index=models.Index(condition=models.Q(('closed_at__isnull', False), ('waiting_since__isnull', False)), fields=['id'], name='conversation_closed_away'),
        ),
    ]
