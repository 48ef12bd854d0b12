import console.infrastructure.stored_file
import console.models.canned_file
import console.models.customer
import console.models.handover_rules
import console.models.message.attachment
import console.privacy.exports
import console.privacy.models
import console.search.trigger
import console.wording.canned_variables
import console.wording.quick_replies
import datetime
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.utils.timezone
import personas.fields
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('agents', '0001_first_release'),
        ('personas', '0001_first_release'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CallRules',
            fields=[
                ('agent', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='call_rules', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('silent', models.JSONField(default=list)),
                ('unanswered_after', models.PositiveSmallIntegerField(choices=[(0, 'never'), (2, '2 minutes'), (5, '5 minutes'), (10, '10 minutes'), (30, '30 minutes'), (60, '1 hour'), (180, '3 hours')], default=10, verbose_name='a customer of mine waits for')),
                ('queue_after', models.PositiveSmallIntegerField(choices=[(0, 'never'), (2, '2 minutes'), (5, '5 minutes'), (10, '10 minutes'), (30, '30 minutes'), (60, '1 hour'), (180, '3 hours')], default=10, verbose_name='a customer in the queue waits for')),
                ('window_within', models.PositiveSmallIntegerField(choices=[(0, 'never'), (2, '2 minutes'), (5, '5 minutes'), (10, '10 minutes'), (30, '30 minutes'), (60, '1 hour'), (180, '3 hours')], default=60, verbose_name='the messaging window closes, and a customer of mine waits, in')),
                ('quiet_from', models.TimeField(blank=True, null=True, verbose_name='quiet from')),
                ('quiet_until', models.TimeField(blank=True, null=True, verbose_name='until')),
                ('time_zone', models.CharField(blank=True, max_length=64)),
                ('volume', models.PositiveSmallIntegerField(choices=[(0, 'no sound'), (20, 'low'), (50, 'normal'), (100, 'loud')], default=50, verbose_name='volume')),
            ],
            options={
                'verbose_name': 'rules of calls',
                'verbose_name_plural': 'rules of calls',
            },
        ),
        migrations.CreateModel(
            name='Conversation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('leased_until', models.DateTimeField(editable=False, null=True)),
                ('revision', models.BigIntegerField(default=0, editable=False)),
                ('last_words', models.CharField(blank=True, max_length=200, verbose_name='last words')),
                ('are_last_words_ours', models.BooleanField(db_default=False, default=False, editable=False)),
                ('last_at', models.DateTimeField(null=True, verbose_name='last message')),
                ('rank', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Coalesce(django.db.models.expressions.CombinedExpression(models.Value(datetime.datetime(4000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)), '-', models.F('closed_at')), django.db.models.expressions.CombinedExpression(models.F('waiting_since'), '-', models.Value(datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))), django.db.models.expressions.CombinedExpression(models.Value(datetime.datetime(4000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)), '-', models.F('last_at')), django.db.models.expressions.CombinedExpression(models.Value(datetime.datetime(4000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)), '-', models.Value(datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)))), output_field=models.DurationField())),
                ('holder', models.CharField(choices=[('bot', 'bot'), ('queue', 'queue'), ('agent', 'agent'), ('elsewhere', 'elsewhere')], default='queue', max_length=10, verbose_name='holder')),
                ('elsewhere_app', models.TextField(blank=True, editable=False)),
                ('held_since', models.DateTimeField(editable=False, null=True, verbose_name='held since')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('waiting_since', models.DateTimeField(blank=True, null=True, verbose_name='customer waits since')),
                ('answer_by', models.DateTimeField(editable=False, null=True, verbose_name='first reply by')),
                ('unread', models.PositiveIntegerField(default=0, verbose_name='unread')),
                ('is_new', models.BooleanField(default=False, editable=False)),
                ('awake_since', models.DateTimeField(editable=False, null=True)),
                ('is_snoozed', models.BooleanField(db_default=False, default=False, editable=False)),
                ('is_back', models.BooleanField(db_default=False, default=False, editable=False)),
                ('delivered_until', models.DateTimeField(editable=False, null=True)),
                ('read_until', models.DateTimeField(editable=False, null=True)),
                ('is_controlled_elsewhere', models.BooleanField(default=False, editable=False)),
                ('thread_control_at', models.BigIntegerField(default=0, editable=False)),
                ('customer_active_at', models.DateTimeField(editable=False, null=True, verbose_name='customer last active')),
                ('messaging_window_until', models.DateTimeField(editable=False, null=True, verbose_name='replies until')),
                ('ad_click_at', models.DateTimeField(editable=False, null=True)),
                ('ad_window_until', models.DateTimeField(editable=False, null=True, verbose_name='replies after an ad until, perhaps')),
                ('human_agent_until', models.DateTimeField(editable=False, null=True, verbose_name='replies of human agents until')),
                ('human_agent_at', models.DateTimeField(editable=False, null=True, verbose_name='confirmed that a human agent replies')),
                ('agent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='conversations', to=settings.AUTH_USER_MODEL, verbose_name='held by')),
                ('human_agent_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmed by')),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conversations', to='personas.page', verbose_name='Page')),
            ],
            options={
                'verbose_name': 'conversation',
                'verbose_name_plural': 'conversations',
                'permissions': [('take_over_conversation', 'Can take a conversation over from a present colleague')],
            },
        ),
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('psid', models.TextField(verbose_name='PSID')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('picture', models.FileField(blank=True, upload_to=console.models.customer.picture_path, verbose_name='picture')),
                ('locale', models.CharField(blank=True, db_default='', max_length=20, verbose_name='locale')),
                ('utc_offset', models.FloatField(blank=True, null=True, verbose_name='hours from UTC')),
                ('profile_at', models.DateTimeField(blank=True, null=True, verbose_name='profile fetched')),
                ('next_attempt_at', models.DateTimeField(default=console.models.customer.soon, editable=False)),
                ('refusals', models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='customers', to='personas.page', verbose_name='Page')),
            ],
            options={
                'verbose_name': 'customer',
                'verbose_name_plural': 'customers',
            },
        ),
        migrations.CreateModel(
            name='Digest',
            fields=[
                ('agent', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='digest', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('every', models.PositiveSmallIntegerField(choices=[(0, 'never'), (1, 'at most every hour'), (4, 'at most every 4 hours'), (8, 'at most every 8 hours'), (24, 'at most once a day')], default=0, verbose_name='e-mail while I am away')),
                ('has_words', models.BooleanField(default=False, verbose_name='with the names and last words of customers')),
                ('sent_at', models.DateTimeField(editable=False, null=True)),
                ('counted', models.JSONField(default=list, editable=False)),
            ],
            options={
                'verbose_name': 'e-mail digest',
                'verbose_name_plural': 'e-mail digests',
            },
        ),
        migrations.CreateModel(
            name='HandoverRules',
            fields=[
                ('page', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='rules', serialize=False, to='personas.page')),
                ('webhook_url', models.CharField(blank=True, help_text='While the bot holds a conversation, its events go to this address as Facebook sent them.', max_length=500, validators=[django.core.validators.RegexValidator('^https?://[^\\s/]+\\S*$', 'An address begins with https:// or http://.')], verbose_name="bot's webhook")),
                ('bot_fields', models.JSONField(blank=True, db_default=models.Value(['messages', 'messaging_postbacks', 'messaging_referrals', 'messaging_optins', 'messaging_account_linking', 'messaging_feedback', 'messaging_customer_information', 'messaging_handovers', 'messaging_policy_enforcement'], models.JSONField()), default=console.models.handover_rules.usual_bot_fields, verbose_name='webhook fields of the bot')),
                ('receives_standby', models.BooleanField(default=False, help_text="While the queue or an agent holds a conversation, the bot's webhook gets its events as “standby”.", verbose_name='the bot gets standby events')),
                ('bot_app_id', models.CharField(blank=True, help_text='If the bot is a Facebook app of its own, thread control is passed to it and taken from it.', max_length=32, validators=[django.core.validators.RegexValidator('^\\d+$', "An app's id has digits only.")], verbose_name="bot's Facebook app")),
                ('holder_url', models.CharField(blank=True, help_text='Each change of holder is posted to this address, signed with the secret below.', max_length=500, validators=[django.core.validators.RegexValidator('^https?://[^\\s/]+\\S*$', 'An address begins with https:// or http://.')], verbose_name='webhook for changes of holder')),
                ('holder_secret', personas.fields.EncryptedTextField(blank=True, verbose_name='secret')),
                ('bot_gets_full_names', models.BooleanField(db_default=False, default=False, help_text='Otherwise it gets the names that customers see.', verbose_name='the bot gets the full names of agents')),
                ('payloads', models.TextField(blank=True, help_text='Payloads of buttons and quick replies, one on a line, exactly as the bot sends them.', verbose_name='payloads that ask for an agent')),
                ('words', models.TextField(blank=True, help_text='Words or phrases, one on a line, found anywhere in what a customer writes to the bot.', verbose_name='words that ask for an agent')),
                ('assigns', models.BooleanField(default=False, help_text='Waiting conversations go to the present agent who holds the fewest. Otherwise agents take them.', verbose_name='assign automatically')),
                ('answer_within', models.PositiveSmallIntegerField(blank=True, help_text='An agent who has not replied by then loses the conversation. Empty: never.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='first reply within (minutes)')),
                ('away_for', models.PositiveSmallIntegerField(blank=True, help_text='An agent who is away for this long loses their open conversations. Empty: never.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='return to the queue after absence (minutes)')),
                ('back_after', models.PositiveSmallIntegerField(blank=True, help_text='After this time without a message, unless the customer waits for a reply. Empty: never.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='back to the bot after (minutes)')),
                ('escalate_after', models.PositiveSmallIntegerField(blank=True, help_text='If nobody has replied to a waiting customer by then. Without a team: all agents of the Page.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='call the whole team after (minutes)')),
                ('introduction', models.CharField(blank=True, help_text='Sent when an agent takes over, for instance: You are talking to {name} now. Empty: nothing.', max_length=300, validators=[console.models.handover_rules.check_braces], verbose_name='introduction of an agent')),
                ('closed_message', models.CharField(blank=True, help_text='Sent once to a customer who begins to wait for an agent then. Empty: nothing.', max_length=1000, verbose_name='message outside business hours')),
                ('bot_down_until', models.DateTimeField(editable=False, null=True, verbose_name='bot does not answer; next attempt')),
                ('bot_error', models.TextField(blank=True, editable=False, verbose_name="bot's last error")),
                ('bot_answered_at', models.DateTimeField(editable=False, null=True, verbose_name='bot answered')),
            ],
            options={
                'verbose_name': 'handover rules',
                'verbose_name_plural': 'handover rules',
            },
        ),
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='The program that uses it.', max_length=100, verbose_name='for')),
                ('start', models.CharField(editable=False, max_length=12, verbose_name='begins with')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='made')),
                ('used_at', models.DateTimeField(editable=False, null=True, verbose_name='last used')),
                ('revoked_at', models.DateTimeField(editable=False, null=True, verbose_name='revoked')),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='keys', to='personas.page', verbose_name='Page')),
            ],
            options={
                'verbose_name': 'API key',
                'verbose_name_plural': 'API keys',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='CannedReply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(choices=[('own', 'only its author'), ('team', 'a team'), ('page', 'everyone, for one Page'), ('everyone', 'everyone')], default='own', max_length=8, verbose_name='who may use it')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('shortcut', models.CharField(help_text='Agents type / and this to insert it.', max_length=40, validators=[django.core.validators.RegexValidator('^[\\w-]+\\Z', 'Letters, digits, - and _ only.')], verbose_name='shortcut')),
                ('folder', models.CharField(blank=True, max_length=50, verbose_name='folder')),
                ('text', models.TextField(blank=True, help_text='A line with --- alone begins another message.', max_length=10000, validators=[console.wording.canned_variables.check_variables], verbose_name='text')),
                ('quick_replies', models.TextField(blank=True, db_default='', default='', help_text='One in a line. They are sent under the last message.', validators=[console.wording.quick_replies.check_quick_replies], verbose_name='quick replies')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('page', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='personas.page', verbose_name='Page')),
            ],
            options={
                'verbose_name': 'canned reply',
                'verbose_name_plural': 'canned replies',
                'ordering': ['folder', 'shortcut', 'pk'],
                'permissions': [('manage_canned_replies', 'Can manage the canned replies that agents share')],
                'abstract': False,
                'default_related_name': 'canned_replies',
            },
        ),
        migrations.CreateModel(
            name='CannedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.TextField(verbose_name='name')),
                ('size', models.PositiveIntegerField(verbose_name='bytes')),
                ('file', models.FileField(upload_to=console.models.canned_file.file_path, verbose_name='file')),
                ('canned_reply', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='console.cannedreply')),
            ],
            options={
                'verbose_name': 'file of a canned reply',
                'verbose_name_plural': 'files of canned replies',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Snooze',
            fields=[
                ('conversation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='snooze', serialize=False, to='console.conversation', verbose_name='conversation')),
                ('until', models.DateTimeField(db_index=True, null=True, verbose_name='until')),
            ],
            options={
                'verbose_name': 'snooze',
                'verbose_name_plural': 'snoozes',
            },
        ),
        migrations.AddField(
            model_name='conversation',
            name='customer',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='conversation', to='console.customer', verbose_name='customer'),
        ),
        migrations.CreateModel(
            name='CustomField',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('kind', models.CharField(choices=[('text', 'text'), ('number', 'number'), ('choice', 'choice'), ('date', 'date'), ('link', 'link')], default='text', max_length=8, verbose_name='kind')),
                ('choices', models.TextField(blank=True, help_text='For a choice: one on each line.', verbose_name='choices')),
                ('link', models.CharField(blank=True, help_text='For a link: its address, with {} in the place of the value: https://shop.example/orders/{}', max_length=500, verbose_name='link')),
                ('is_required', models.BooleanField(default=False, help_text='An agent cannot close a conversation while this is empty. A bot can: it does not see the fields.', verbose_name='required before closing')),
                ('position', models.PositiveSmallIntegerField(default=0, help_text='The lowest one comes first.', verbose_name='position')),
                ('page', models.ForeignKey(blank=True, help_text='Empty: customers of all Pages have it. The Page cannot be changed later.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='custom_fields', to='personas.page', verbose_name='Page')),
            ],
            options={
                'verbose_name': 'custom field',
                'verbose_name_plural': 'custom fields',
                'ordering': ['position', 'name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='CustomValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.CharField(max_length=500, verbose_name='value')),
                ('changed_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='custom_values', to='console.customer', verbose_name='customer')),
                ('field', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='values', to='console.customfield', verbose_name='custom field')),
            ],
            options={
                'verbose_name': 'value of a custom field',
                'verbose_name_plural': 'values of custom fields',
            },
        ),
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('next_attempt_at', models.DateTimeField(editable=False, null=True, verbose_name='next attempt')),
                ('attempts', models.PositiveIntegerField(default=0, editable=False, verbose_name='attempts')),
                ('error', models.TextField(blank=True, verbose_name='error')),
                ('call', models.CharField(blank=True, choices=[('pass', 'pass_thread_control'), ('take', 'take_thread_control'), ('announce', 'message to the customer')], editable=False, max_length=8)),
                ('done_at', models.DateTimeField(editable=False, null=True)),
                ('from_holder', models.CharField(choices=[('bot', 'bot'), ('queue', 'queue'), ('agent', 'agent'), ('elsewhere', 'elsewhere')], max_length=10, verbose_name='from')),
                ('from_app', models.TextField(blank=True)),
                ('to_holder', models.CharField(choices=[('bot', 'bot'), ('queue', 'queue'), ('agent', 'agent'), ('elsewhere', 'elsewhere')], max_length=10, verbose_name='to')),
                ('to_app', models.TextField(blank=True)),
                ('cause', models.CharField(choices=[('asked', 'the customer asked for an agent'), ('handed-over', 'the bot asked for an agent'), ('bot-down', 'the bot does not answer'), ('no-bot', 'the Page has no bot any more'), ('disconnected', 'the Page was disconnected'), ('not-subscribed', 'the bot does not take this kind of message'), ('taken', 'taken'), ('reopened', 'reopened'), ('taken-over', 'taken over'), ('assigned', 'assigned'), ('transferred', 'transferred'), ('returned', 'returned'), ('no-answer', 'no reply in time'), ('away', 'away for too long'), ('left', 'left the team'), ('handed-back', 'handed back'), ('idle', 'nobody wrote for a while'), ('resumed', 'resumed by the bot'), ('closed', 'closed'), ('undone', 'taken back'), ('customer-wrote', 'the customer writes again'), ('answered-elsewhere', 'somebody replied there'), ('control-taken', 'took the conversation'), ('control-refused', 'Facebook did not let us take the conversation'), ('control-elsewhere', 'Facebook lets only another app reply'), ('control-back', 'Facebook gave the conversation back'), ('no-access', 'no longer sees this Page'), ('not-sent', 'a reply was not sent'), ('overlooked', 'nobody was looking at it'), ('requested', 'another app asks for the conversation')], max_length=20, verbose_name='why')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('summary', models.TextField(blank=True, verbose_name='summary')),
                ('undo_until', models.DateTimeField(editable=False, null=True)),
                ('at', models.DateTimeField(verbose_name='when')),
                ('revision', models.BigIntegerField(editable=False)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by whom')),
                ('conversation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='handovers', to='console.conversation')),
                ('from_agent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('to_agent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'handover',
                'verbose_name_plural': 'handovers',
            },
        ),
        migrations.AddField(
            model_name='conversation',
            name='reason',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='console.handover'),
        ),
        migrations.CreateModel(
            name='InboundWebhook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('next_attempt_at', models.DateTimeField(editable=False, null=True, verbose_name='next attempt')),
                ('attempts', models.PositiveIntegerField(default=0, editable=False, verbose_name='attempts')),
                ('error', models.TextField(blank=True, verbose_name='error')),
                ('body', models.TextField(verbose_name='body')),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('received_at', models.DateTimeField(auto_now_add=True, verbose_name='received')),
                ('processed_at', models.DateTimeField(blank=True, null=True, verbose_name='processed')),
                ('unknown', models.PositiveIntegerField(default=0, verbose_name='unknown events')),
                ('is_relayed', models.BooleanField(default=False, editable=False)),
                ('mids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), db_default=[], default=list, editable=False, size=None)),
            ],
            options={
                'verbose_name': 'inbound webhook',
                'verbose_name_plural': 'inbound webhooks',
                'permissions': [('view_health', 'Can see the Health page')],
                'indexes': [models.Index(condition=models.Q(('attempts__lt', 12), ('processed_at', None)), fields=['id'], name='webhook_due'), models.Index(condition=models.Q(('attempts__gte', 12), ('processed_at', None)), fields=['id'], name='webhook_given_up'), django.contrib.postgres.indexes.GinIndex(fields=['mids'], name='webhook_mids')],
                'constraints': [models.UniqueConstraint(fields=('digest',), name='one_webhook_per_digest')],
            },
        ),
        migrations.CreateModel(
            name='Label',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('colour', models.CharField(choices=[('grey', 'grey'), ('red', 'red'), ('orange', 'orange'), ('yellow', 'yellow'), ('green', 'green'), ('teal', 'teal'), ('blue', 'blue'), ('purple', 'purple')], default='grey', max_length=8, verbose_name='colour')),
                ('description', models.CharField(blank=True, help_text='When to use it. Agents see it as they choose labels.', max_length=200, verbose_name='description')),
                ('conversations', models.ManyToManyField(editable=False, related_name='labels', to='console.conversation')),
                ('customers', models.ManyToManyField(editable=False, related_name='labels', to='console.customer')),
                ('page', models.ForeignKey(blank=True, help_text='Empty: conversations and customers of all Pages can have it. The Page cannot be changed later.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='labels', to='personas.page', verbose_name='Page')),
            ],
            options={
                'verbose_name': 'label',
                'verbose_name_plural': 'labels',
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('next_attempt_at', models.DateTimeField(editable=False, null=True, verbose_name='next attempt')),
                ('attempts', models.PositiveIntegerField(default=0, editable=False, verbose_name='attempts')),
                ('error', models.TextField(blank=True, verbose_name='error')),
                ('state', models.CharField(choices=[('received', 'received'), ('queued', 'queued'), ('sending', 'sending'), ('unknown', 'unknown'), ('sent', 'sent'), ('delivered', 'delivered'), ('read', 'read'), ('failed', 'failed')], max_length=12, verbose_name='state')),
                ('unknown_since', models.DateTimeField(editable=False, null=True)),
                ('reconciliations', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('attempted_at', models.DateTimeField(editable=False, null=True)),
                ('has_rate_slot', models.BooleanField(default=False, editable=False)),
                ('forgotten_personas', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('sent_as_page_because', models.TextField(blank=True, verbose_name='why it was sent as the Page')),
                ('is_incoming', models.BooleanField(verbose_name='from the customer')),
                ('is_by_bot', models.BooleanField(default=False, verbose_name='from the bot')),
                ('is_automatic', models.BooleanField(default=False, verbose_name='by a rule')),
                ('source', models.TextField(blank=True, verbose_name='said elsewhere')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('payload', models.TextField(blank=True, verbose_name='payload')),
                ('reply_to', models.TextField(blank=True, db_default='', default='', editable=False)),
                ('is_partial', models.BooleanField(db_default=False, default=False, editable=False)),
                ('is_imported', models.BooleanField(db_default=False, default=False, verbose_name="from Facebook's history")),
                ('reaction', models.CharField(blank=True, max_length=64, verbose_name='reaction')),
                ('reaction_at', models.BigIntegerField(default=0, editable=False)),
                ('earlier_texts', models.JSONField(blank=True, default=list, verbose_name='earlier texts')),
                ('edited_at', models.BigIntegerField(default=0, editable=False)),
                ('is_deleted', models.BooleanField(default=False, verbose_name='unsent')),
                ('idempotency_key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('mid', models.TextField(blank=True, null=True, verbose_name='mid')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='sent')),
                ('revision', models.BigIntegerField(editable=False)),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('conversation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='all_messages', related_query_name='messages', to='console.conversation')),
                ('page', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='personas.page', verbose_name='Page')),
                ('persona', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='personas.persona', verbose_name='persona')),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
            },
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(verbose_name='text')),
                ('quick_replies', models.TextField(blank=True, db_default='', default='', verbose_name='quick replies')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('agent', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to=settings.AUTH_USER_MODEL)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='console.conversation')),
                ('reply_to', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='console.message')),
            ],
            options={
                'verbose_name': 'draft',
                'verbose_name_plural': 'drafts',
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attempts', models.PositiveIntegerField(default=0, editable=False, verbose_name='attempts')),
                ('error', models.TextField(blank=True, verbose_name='error')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('title', models.TextField(blank=True, verbose_name='title')),
                ('file', models.FileField(blank=True, upload_to=console.infrastructure.stored_file.file_path, verbose_name='file')),
                ('media_type', models.TextField(db_default='', default='', editable=False)),
                ('size', models.PositiveIntegerField(editable=False, null=True)),
                ('digest', models.CharField(db_default='', default='', editable=False, max_length=64)),
                ('url', models.TextField(blank=True, verbose_name='address')),
                ('payload', models.JSONField(editable=False, null=True)),
                ('card', models.PositiveSmallIntegerField(editable=False, null=True)),
                ('tapped', models.JSONField(db_default=models.Value([], models.JSONField()), default=list, editable=False)),
                ('next_attempt_at', models.DateTimeField(default=console.models.message.attachment.later, editable=False)),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='console.message')),
            ],
            options={
                'verbose_name': 'attachment',
                'verbose_name_plural': 'attachments',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Moderation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('next_attempt_at', models.DateTimeField(editable=False, null=True, verbose_name='next attempt')),
                ('attempts', models.PositiveIntegerField(default=0, editable=False, verbose_name='attempts')),
                ('error', models.TextField(blank=True, verbose_name='error')),
                ('leased_until', models.DateTimeField(editable=False, null=True)),
                ('action', models.CharField(choices=[('block', 'block'), ('spam', 'block and report as spam'), ('unblock', 'unblock')], max_length=8, verbose_name='action')),
                ('state', models.CharField(choices=[('pending', 'pending'), ('done', 'done'), ('failed', 'failed')], default='pending', max_length=8, verbose_name='state')),
                ('is_blocked', models.BooleanField(default=False, verbose_name='blocked by Facebook')),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by whom')),
                ('customer', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='moderation', to='console.customer', verbose_name='customer')),
            ],
            options={
                'verbose_name': 'moderation',
                'verbose_name_plural': 'moderations',
                'permissions': [('moderate_customer', 'Can block customers and report them as spam')],
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(verbose_name='text')),
                ('is_edited', models.BooleanField(default=False, verbose_name='edited')),
                ('is_deleted', models.BooleanField(default=False, verbose_name='deleted')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('revision', models.BigIntegerField(editable=False)),
                ('idempotency_key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('conversation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='console.conversation')),
            ],
            options={
                'verbose_name': 'note',
                'verbose_name_plural': 'notes',
            },
        ),
        migrations.CreateModel(
            name='Mention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seen_at', models.DateTimeField(null=True, verbose_name='seen')),
                ('agent', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to=settings.AUTH_USER_MODEL, verbose_name='agent')),
                ('note', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to='console.note')),
            ],
            options={
                'verbose_name': 'mention',
                'verbose_name_plural': 'mentions',
            },
        ),
        migrations.CreateModel(
            name='PushSubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('endpoint', models.CharField(editable=False, max_length=2000, unique=True)),
                ('p256dh', models.CharField(editable=False, max_length=100)),
                ('auth', personas.fields.EncryptedTextField(editable=False)),
                ('device', models.CharField(blank=True, max_length=100, verbose_name='device')),
                ('language', models.CharField(editable=False, max_length=15)),
                ('used_at', models.DateTimeField(verbose_name='last used')),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='push_subscriptions', to=settings.AUTH_USER_MODEL, verbose_name='agent')),
                ('session', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='push_subscriptions', to='agents.session')),
            ],
            options={
                'verbose_name': 'push subscription',
                'verbose_name_plural': 'push subscriptions',
                'ordering': ['-used_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Reaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('next_attempt_at', models.DateTimeField(editable=False, null=True, verbose_name='next attempt')),
                ('attempts', models.PositiveIntegerField(default=0, editable=False, verbose_name='attempts')),
                ('error', models.TextField(blank=True, verbose_name='error')),
                ('leased_until', models.DateTimeField(editable=False, null=True)),
                ('emoji', models.CharField(blank=True, max_length=16)),
                ('shown', models.CharField(blank=True, max_length=16)),
                ('is_pending', models.BooleanField(default=True)),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='agent')),
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='page_reaction', to='console.message')),
            ],
            options={
                'verbose_name': 'reaction',
                'verbose_name_plural': 'reactions',
            },
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('news', models.CharField(choices=[('message', 'a customer of mine writes'), ('assigned', 'a conversation is assigned to me'), ('transferred', 'a colleague transfers a conversation to me'), ('mention', 'a note mentions me'), ('unsent', 'a reply of mine was not sent, and the conversation is back'), ('back', 'a snooze of mine is over'), ('unanswered', 'a customer of mine waits for long'), ('window-closes', 'the messaging window closes while a customer of mine waits'), ('waiting', 'a customer begins to wait'), ('handed-over', 'the bot hands over a conversation'), ('queue-waits', 'a customer waits for long'), ('escalated', 'nobody reacts to a customer of my team')], max_length=14)),
                ('minutes', models.PositiveSmallIntegerField(default=0)),
                ('since', models.DateTimeField()),
                ('agent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='console.conversation')),
            ],
            options={
                'verbose_name': 'reminder',
                'verbose_name_plural': 'reminders',
            },
        ),
        migrations.CreateModel(
            name='SavedTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(choices=[('own', 'only its author'), ('team', 'a team'), ('page', 'everyone, for one Page'), ('everyone', 'everyone')], default='own', max_length=8, verbose_name='who may use it')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('payload', models.JSONField(verbose_name='template')),
                ('idempotency_key', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('page', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='personas.page', verbose_name='Page')),
            ],
            options={
                'verbose_name': 'saved template',
                'verbose_name_plural': 'saved templates',
                'ordering': ['name', 'pk'],
                'abstract': False,
                'default_related_name': 'saved_templates',
            },
        ),
        migrations.CreateModel(
            name='SavedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('title', models.TextField(blank=True, verbose_name='title')),
                ('file', models.FileField(blank=True, upload_to=console.infrastructure.stored_file.file_path, verbose_name='file')),
                ('media_type', models.TextField(db_default='', default='', editable=False)),
                ('size', models.PositiveIntegerField(editable=False, null=True)),
                ('digest', models.CharField(db_default='', default='', editable=False, max_length=64)),
                ('saved_template', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='console.savedtemplate')),
            ],
            options={
                'verbose_name': 'file of a saved template',
                'verbose_name_plural': 'files of saved templates',
            },
        ),
        migrations.CreateModel(
            name='ScheduledReply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='goes out at')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sent', 'Sent'), ('discarded', 'Discarded'), ('stopped', 'Stopped'), ('refused', 'Not sent')], default='waiting', max_length=10, verbose_name='state')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('quick_replies', models.TextField(blank=True, db_default='', default='', verbose_name='quick replies')),
                ('template', models.JSONField(null=True, verbose_name='template')),
                ('is_for_silence', models.BooleanField(default=False, verbose_name='only if the customer has not written by then')),
                ('seen', models.BigIntegerField(editable=False)),
                ('problem', models.TextField(blank=True, verbose_name='problem')),
                ('revision', models.BigIntegerField(editable=False)),
                ('idempotency_key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scheduled_replies', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('conversation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='scheduled_replies', to='console.conversation')),
            ],
            options={
                'verbose_name': 'scheduled reply',
                'verbose_name_plural': 'scheduled replies',
            },
        ),
        migrations.CreateModel(
            name='ScheduledFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('title', models.TextField(blank=True, verbose_name='title')),
                ('file', models.FileField(blank=True, upload_to=console.infrastructure.stored_file.file_path, verbose_name='file')),
                ('media_type', models.TextField(db_default='', default='', editable=False)),
                ('size', models.PositiveIntegerField(editable=False, null=True)),
                ('digest', models.CharField(db_default='', default='', editable=False, max_length=64)),
                ('scheduled_reply', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='console.scheduledreply')),
            ],
            options={
                'verbose_name': 'file of a scheduled reply',
                'verbose_name_plural': 'files of scheduled replies',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='SearchDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('message', 'Message'), ('note', 'Note'), ('file', 'File'), ('customer', 'Customer')], max_length=8)),
                ('at', models.DateTimeField()),
                ('vector', django.contrib.postgres.search.SearchVectorField()),
                ('attachment', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='console.attachment')),
                ('conversation', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='console.conversation')),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='console.customer')),
                ('message', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='console.message')),
                ('note', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='console.note')),
                ('page', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='personas.page')),
            ],
        ),
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('word', models.TextField(primary_key=True, serialize=False)),
                ('parts', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('near', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(models.F('parts'), name='search_word_parts'), django.contrib.postgres.indexes.GinIndex(models.F('near'), name='search_word_near')],
            },
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=50, unique=True, verbose_name='name')),
                ('skill', models.CharField(blank=True, help_text='How a bot asks for this team, for instance: refunds.', max_length=50, validators=[django.core.validators.RegexValidator('^[\\w-]+$', 'Letters, digits, - and _ only.')], verbose_name='skill')),
                ('closed_message', models.CharField(blank=True, help_text='Empty: the message of the Page.', max_length=1000, verbose_name='message outside business hours')),
                ('members', models.ManyToManyField(blank=True, related_name='teams', to=settings.AUTH_USER_MODEL, verbose_name='members')),
                ('pages', models.ManyToManyField(related_name='teams', to='personas.page', verbose_name='Pages')),
            ],
            options={
                'verbose_name': 'team',
                'verbose_name_plural': 'teams',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(choices=[('own', 'only its author'), ('team', 'a team'), ('page', 'everyone, for one Page'), ('everyone', 'everyone')], default='own', max_length=8, verbose_name='who may use it')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('state', models.CharField(choices=[('open', 'open, with anybody'), ('waiting', 'waiting in the queue'), ('agent', 'with an agent'), ('bot', 'with the bot'), ('closed', 'closed in the last 30 days')], default='open', max_length=8, verbose_name='state')),
                ('is_unread', models.BooleanField(default=False, verbose_name='with unread messages')),
                ('waits_minutes', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='waiting longer than, in minutes')),
                ('window_hours', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='messaging window closes within, in hours')),
                ('came_by', models.CharField(blank=True, choices=[('ad', 'an ad'), ('form', 'the form of an ad'), ('link', 'a link'), ('site', 'a website'), ('shop', 'the shop'), ('post', 'a post')], max_length=8, verbose_name='came by')),
                ('language', models.CharField(blank=True, choices=[('af', 'Afrikaans'), ('ar', 'Arabic'), ('az', 'Azerbaijani'), ('bg', 'Bulgarian'), ('be', 'Belarusian'), ('bn', 'Bengali'), ('br', 'Breton'), ('bs', 'Bosnian'), ('ca', 'Catalan'), ('cs', 'Czech'), ('cy', 'Welsh'), ('da', 'Danish'), ('de', 'German'), ('el', 'Greek'), ('en', 'English'), ('eo', 'Esperanto'), ('es', 'Spanish'), ('et', 'Estonian'), ('eu', 'Basque'), ('fa', 'Persian'), ('fi', 'Finnish'), ('fr', 'French'), ('fy', 'Frisian'), ('ga', 'Irish'), ('gd', 'Scottish Gaelic'), ('gl', 'Galician'), ('he', 'Hebrew'), ('hi', 'Hindi'), ('hr', 'Croatian'), ('hu', 'Hungarian'), ('hy', 'Armenian'), ('ia', 'Interlingua'), ('id', 'Indonesian'), ('ig', 'Igbo'), ('io', 'Ido'), ('is', 'Icelandic'), ('it', 'Italian'), ('ja', 'Japanese'), ('ka', 'Georgian'), ('kk', 'Kazakh'), ('km', 'Khmer'), ('kn', 'Kannada'), ('ko', 'Korean'), ('ky', 'Kyrgyz'), ('lb', 'Luxembourgish'), ('lt', 'Lithuanian'), ('lv', 'Latvian'), ('mk', 'Macedonian'), ('ml', 'Malayalam'), ('mn', 'Mongolian'), ('mr', 'Marathi'), ('ms', 'Malay'), ('my', 'Burmese'), ('nb', 'Norwegian Bokmål'), ('ne', 'Nepali'), ('nl', 'Dutch'), ('nn', 'Norwegian Nynorsk'), ('os', 'Ossetic'), ('pa', 'Punjabi'), ('pl', 'Polish'), ('pt', 'Portuguese'), ('ro', 'Romanian'), ('ru', 'Russian'), ('sk', 'Slovak'), ('sl', 'Slovenian'), ('sq', 'Albanian'), ('sr', 'Serbian'), ('sv', 'Swedish'), ('sw', 'Swahili'), ('ta', 'Tamil'), ('te', 'Telugu'), ('tg', 'Tajik'), ('th', 'Thai'), ('tk', 'Turkmen'), ('tr', 'Turkish'), ('tt', 'Tatar'), ('ug', 'Uyghur'), ('uk', 'Ukrainian'), ('ur', 'Urdu'), ('uz', 'Uzbek'), ('vi', 'Vietnamese')], max_length=2, verbose_name='language')),
                ('custom_value', models.CharField(blank=True, max_length=500, verbose_name='value of the custom field')),
                ('idempotency_key', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('order', models.CharField(choices=[('wait', 'longest waiting first'), ('newest', 'newest first'), ('window', 'messaging window that closes soonest first'), ('due', 'first reply that is due soonest first')], default='wait', max_length=8, verbose_name='order')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('custom_field', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='console.customfield', verbose_name='custom field')),
                ('held_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='with the agent')),
                ('label', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='console.label', verbose_name='label')),
                ('on_page', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='personas.page', verbose_name='Page')),
                ('page', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='personas.page', verbose_name='Page')),
                ('for_team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='console.team', verbose_name='team')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='console.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'saved view',
                'verbose_name_plural': 'saved views',
                'ordering': ['name', 'pk'],
                'abstract': False,
                'default_related_name': 'saved_views',
            },
        ),
        migrations.AddField(
            model_name='savedtemplate',
            name='team',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='console.team', verbose_name='team'),
        ),
        migrations.CreateModel(
            name='Holiday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('name', models.CharField(blank=True, max_length=100, verbose_name='name')),
                ('page', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='%(class)s_set', to='personas.page')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='%(class)s_set', to='console.team')),
            ],
            options={
                'verbose_name': 'holiday',
                'verbose_name_plural': 'holidays',
                'ordering': ['day'],
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='handover',
            name='to_team',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='console.team'),
        ),
        migrations.AddField(
            model_name='conversation',
            name='team',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='conversations', to='console.team', verbose_name='team'),
        ),
        migrations.AddField(
            model_name='cannedreply',
            name='team',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='console.team', verbose_name='team'),
        ),
        migrations.CreateModel(
            name='BusinessHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekday', models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], verbose_name='day')),
                ('opens', models.TimeField(verbose_name='from')),
                ('closes', models.TimeField(verbose_name='until')),
                ('page', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='%(class)s_set', to='personas.page')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='%(class)s_set', to='console.team')),
            ],
            options={
                'verbose_name': 'business hours',
                'verbose_name_plural': 'business hours',
                'ordering': ['weekday', 'opens'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='UploadedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('kind', models.CharField(max_length=10)),
                ('attachment_id', models.TextField(blank=True)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('page', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='uploaded_files', to='personas.page')),
            ],
        ),
        migrations.CreateModel(
            name='BotEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('next_attempt_at', models.DateTimeField(editable=False, null=True, verbose_name='next attempt')),
                ('attempts', models.PositiveIntegerField(default=0, editable=False, verbose_name='attempts')),
                ('error', models.TextField(blank=True, verbose_name='error')),
                ('leased_until', models.DateTimeField(editable=False, null=True)),
                ('kind', models.CharField(choices=[('event', 'event'), ('holder', 'change of holder')], max_length=8, verbose_name='kind')),
                ('body', models.TextField(verbose_name='body')),
                ('has_words', models.BooleanField(db_default=True, default=True, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='written')),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bot_events', to='personas.page', verbose_name='Page')),
                ('conversation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bot_events', to='console.conversation', verbose_name='conversation')),
            ],
            options={
                'verbose_name': 'bot event',
                'verbose_name_plural': 'bot events',
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['page', 'conversation', 'kind', 'id'], name='bot_event_queue')],
            },
        ),
        migrations.CreateModel(
            name='Activity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('referral', 'came by a link or an ad'), ('opt-in', 'opted in or out'), ('account', 'linked or unlinked an account'), ('feedback', 'gave feedback'), ('rating', 'rated a reply'), ('form', 'filled in a form'), ('reaction', 'reacted to an earlier message')], max_length=12, verbose_name='kind')),
                ('details', models.JSONField(verbose_name='details')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('revision', models.BigIntegerField(editable=False)),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('conversation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='console.conversation')),
            ],
            options={
                'verbose_name': 'activity',
                'verbose_name_plural': 'activities',
                'indexes': [models.Index(fields=['conversation', 'at', 'id'], name='activity_thread'), models.Index(fields=['conversation', 'revision'], name='activity_changes')],
                'constraints': [models.UniqueConstraint(fields=('conversation', 'digest'), name='one_activity_per_event')],
            },
        ),
        migrations.CreateModel(
            name='HistoryImport',
            fields=[
                ('next_attempt_at', models.DateTimeField(editable=False, null=True, verbose_name='next attempt')),
                ('attempts', models.PositiveIntegerField(default=0, editable=False, verbose_name='attempts')),
                ('error', models.TextField(blank=True, verbose_name='error')),
                ('leased_until', models.DateTimeField(editable=False, null=True)),
                ('customer', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='history_import', serialize=False, to='console.customer', verbose_name='customer')),
                ('state', models.CharField(choices=[('pending', 'pending'), ('done', 'done'), ('failed', 'failed')], default='pending', max_length=8, verbose_name='state')),
                ('after', models.TextField(blank=True, editable=False)),
                ('pages', models.PositiveSmallIntegerField(default=0, editable=False)),
            ],
            options={
                'verbose_name': 'history import',
                'verbose_name_plural': 'history imports',
                'indexes': [models.Index(condition=models.Q(('state', 'pending')), fields=['customer'], name='history_import_pending')],
            },
        ),
        migrations.CreateModel(
            name='MergedCustomer',
            fields=[
                ('customer', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='merged', serialize=False, to='console.customer', verbose_name='customer')),
                ('group', models.UUIDField(db_index=True, verbose_name='group')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='when')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by whom')),
            ],
            options={
                'verbose_name': 'merged customer',
                'verbose_name_plural': 'merged customers',
            },
        ),
        migrations.AddIndex(
            model_name='customer',
            index=django.contrib.postgres.indexes.HashIndex(fields=['psid'], name='customer_psid'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(condition=models.Q(('profile_at', None)), fields=['next_attempt_at'], name='customer_unfetched'),
        ),
        migrations.AddConstraint(
            model_name='customer',
            constraint=models.UniqueConstraint(models.F('page'), django.db.models.functions.text.MD5('psid'), name='one_customer_per_page_and_psid'),
        ),
        migrations.AddConstraint(
            model_name='customvalue',
            constraint=models.UniqueConstraint(fields=('customer', 'field'), name='one_value_per_customer_and_field'),
        ),
        migrations.AddConstraint(
            model_name='label',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('name'), models.F('page'), name='one_label_per_name_and_page', nulls_distinct=False, violation_error_message='Another label has this name.'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=django.contrib.postgres.indexes.HashIndex(fields=['mid'], name='message_mid'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['conversation', 'at', 'id'], name='message_thread'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['conversation', 'revision'], name='message_changes'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state__in', ['queued', 'sending', 'unknown'])), fields=['conversation'], name='message_pending'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state', 'failed')), fields=['conversation', 'at'], name='message_failed'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state__in', ['sent', 'delivered'])), fields=['conversation', 'sent_at'], name='message_unread'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(models.F('page'), django.db.models.functions.text.MD5('mid'), name='one_message_per_page_and_mid'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('is_incoming', True), ('state', 'received')), models.Q(('is_incoming', False), models.Q(('state', 'received'), _negated=True)), _connector='OR'), name='received_is_incoming'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['sent', 'delivered', 'read']), _negated=True), ('mid__isnull', False), _connector='OR'), name='sent_has_its_mid'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.UniqueConstraint(fields=('agent', 'conversation'), name='one_draft_per_conversation'),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(condition=models.Q(('error', ''), ('file', ''), ('kind__in', ['image', 'audio', 'video', 'file', 'sticker'])), fields=['next_attempt_at'], name='attachment_unfetched'),
        ),
        migrations.AddIndex(
            model_name='moderation',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['next_attempt_at'], name='moderation_pending'),
        ),
        migrations.AddIndex(
            model_name='note',
            index=models.Index(fields=['conversation', 'at', 'id'], name='note_thread'),
        ),
        migrations.AddIndex(
            model_name='note',
            index=models.Index(fields=['conversation', 'revision'], name='note_changes'),
        ),
        migrations.AddIndex(
            model_name='mention',
            index=models.Index(condition=models.Q(('seen_at', None)), fields=['agent', 'note'], name='mention_unseen'),
        ),
        migrations.AddConstraint(
            model_name='mention',
            constraint=models.UniqueConstraint(fields=('note', 'agent'), name='one_mention_per_note_and_agent'),
        ),
        migrations.AddIndex(
            model_name='reaction',
            index=models.Index(condition=models.Q(('is_pending', True)), fields=['next_attempt_at'], name='reaction_pending'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.UniqueConstraint(fields=('conversation', 'news', 'minutes', 'agent'), name='one_reminder_of_each_kind', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='scheduledreply',
            index=models.Index(fields=['conversation', 'revision'], name='scheduled_changes'),
        ),
        migrations.AddIndex(
            model_name='scheduledreply',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['at'], name='scheduled_due'),
        ),
        migrations.AddIndex(
            model_name='searchdocument',
            index=django.contrib.postgres.indexes.GinIndex(models.F('vector'), condition=models.Q(('kind', 'customer'), _negated=True), gin_pending_list_limit=256, name='search_said'),
        ),
        migrations.AddIndex(
            model_name='searchdocument',
            index=django.contrib.postgres.indexes.GinIndex(models.F('vector'), condition=models.Q(('kind', 'customer')), name='search_customers'),
        ),
        migrations.AddIndex(
            model_name='searchdocument',
            index=models.Index(condition=models.Q(('kind', 'customer'), _negated=True), fields=['-at', '-id'], name='search_newest'),
        ),
        migrations.AddIndex(
            model_name='searchdocument',
            index=models.Index(condition=models.Q(('message__isnull', False)), fields=['message'], name='search_document_message'),
        ),
        migrations.AddIndex(
            model_name='searchdocument',
            index=models.Index(condition=models.Q(('note__isnull', False)), fields=['note'], name='search_document_note'),
        ),
        migrations.AddIndex(
            model_name='searchdocument',
            index=models.Index(condition=models.Q(('attachment__isnull', False)), fields=['attachment'], name='search_document_attachment'),
        ),
        migrations.AddIndex(
            model_name='searchdocument',
            index=models.Index(condition=models.Q(('customer__isnull', False)), fields=['customer'], name='search_document_customer'),
        ),
        migrations.AddConstraint(
            model_name='searchdocument',
            constraint=console.search.trigger.Trigger(body='INSERT INTO console_searchdocument (kind, page_id, conversation_id, message_id, at, vector)\nSELECT \'message\', page_id, conversation_id, id, at, to_tsvector(\'simple\', translate(left(text, 200000), \'!"#$%&\'\'()*+,-./:;<=>?@[\\]^_`{|}~\', \'                                \'))\nFROM added AS message\nWHERE text <> \'\';', event='INSERT ON console_message REFERENCING NEW TABLE AS added FOR EACH STATEMENT', name='search_message_added'),
        ),
        migrations.AddConstraint(
            model_name='searchdocument',
            constraint=console.search.trigger.Trigger(body='DELETE FROM console_searchdocument WHERE kind = \'message\' AND message_id = OLD.id;\nINSERT INTO console_searchdocument (kind, page_id, conversation_id, message_id, at, vector)\nSELECT \'message\', page_id, conversation_id, id, at, to_tsvector(\'simple\', translate(left(text, 200000), \'!"#$%&\'\'()*+,-./:;<=>?@[\\]^_`{|}~\', \'                                \'))\nFROM (SELECT NEW.*) AS message\nWHERE text <> \'\';', event='UPDATE ON console_message FOR EACH ROW WHEN (OLD.text IS DISTINCT FROM NEW.text OR OLD.at IS DISTINCT FROM NEW.at)', name='search_message_changed'),
        ),
        migrations.AddConstraint(
            model_name='searchdocument',
            constraint=console.search.trigger.Trigger(body="DELETE FROM console_searchdocument WHERE kind = 'message' AND message_id IN (SELECT id FROM removed);", event='DELETE ON console_message REFERENCING OLD TABLE AS removed FOR EACH STATEMENT', name='search_message_removed'),
        ),
        migrations.AddConstraint(
            model_name='searchdocument',
            constraint=console.search.trigger.Trigger(body='INSERT INTO console_searchdocument (kind, page_id, conversation_id, note_id, at, vector)\nSELECT \'note\', page_id, conversation_id, note.id, note.at, to_tsvector(\'simple\', translate(left(note.text, 200000), \'!"#$%&\'\'()*+,-./:;<=>?@[\\]^_`{|}~\', \'                                \'))\nFROM added AS note JOIN console_conversation AS conversation ON conversation.id = note.conversation_id\nWHERE note.text <> \'\';', event='INSERT ON console_note REFERENCING NEW TABLE AS added FOR EACH STATEMENT', name='search_note_added'),
        ),
        migrations.AddConstraint(
            model_name='searchdocument',
            constraint=console.search.trigger.Trigger(body='DELETE FROM console_searchdocument WHERE kind = \'note\' AND note_id = OLD.id;\nINSERT INTO console_searchdocument (kind, page_id, conversation_id, note_id, at, vector)\nSELECT \'note\', page_id, conversation_id, note.id, note.at, to_tsvector(\'simple\', translate(left(note.text, 200000), \'!"#$%&\'\'()*+,-./:;<=>?@[\\]^_`{|}~\', \'                                \'))\nFROM (SELECT NEW.*) AS note JOIN console_conversation AS conversation ON conversation.id = note.conversation_id\nWHERE note.text <> \'\';', event='UPDATE ON console_note FOR EACH ROW WHEN (OLD.text IS DISTINCT FROM NEW.text)', name='search_note_changed'),
        ),
        migrations.AddConstraint(
            model_name='searchdocument',
            constraint=console.search.trigger.Trigger(body="DELETE FROM console_searchdocument WHERE kind = 'note' AND note_id IN (SELECT id FROM removed);", event='DELETE ON console_note REFERENCING OLD TABLE AS removed FOR EACH STATEMENT', name='search_note_removed'),
        ),
        migrations.AddConstraint(
            model_name='searchdocument',
            constraint=console.search.trigger.Trigger(body='INSERT INTO console_searchdocument (kind, page_id, conversation_id, message_id, attachment_id, at, vector)\nSELECT \'file\', page_id, conversation_id, message_id, file.id, message.at, to_tsvector(\'simple\', translate(left(concat_ws(\' \', coalesce(nullif(file.title, \'\'), CASE file.kind WHEN \'file\' THEN regexp_replace(split_part(file.url, \'?\', 1), \'^.*/\', \'\') ELSE \'\' END), (SELECT string_agg(said #>> \'{}\', \' \') FROM jsonb_path_query(file.payload, \'strict $.** ? (@.type() == "object").keyvalue()\n ? ((@.key == "text" || @.key == "title" || @.key == "subtitle") && @.value.type() == "string").value\') AS said)), 200000), \'!"#$%&\'\'()*+,-./:;<=>?@[\\]^_`{|}~\', \'                                \'))\nFROM added AS file JOIN console_message AS message ON message.id = file.message_id\nWHERE concat_ws(\' \', coalesce(nullif(file.title, \'\'), CASE file.kind WHEN \'file\' THEN regexp_replace(split_part(file.url, \'?\', 1), \'^.*/\', \'\') ELSE \'\' END), (SELECT string_agg(said #>> \'{}\', \' \') FROM jsonb_path_query(file.payload, \'strict $.** ? (@.type() == "object").keyvalue()\n ? ((@.key == "text" || @.key == "title" || @.key == "subtitle") && @.value.type() == "string").value\') AS said)) <> \'\';', event='INSERT ON console_attachment REFERENCING NEW TABLE AS added FOR EACH STATEMENT', name='search_file_added'),
        ),
        migrations.AddConstraint(
            model_name='searchdocument',
            constraint=console.search.trigger.Trigger(body='DELETE FROM console_searchdocument WHERE kind = \'file\' AND attachment_id = OLD.id;\nINSERT INTO console_searchdocument (kind, page_id, conversation_id, message_id, attachment_id, at, vector)\nSELECT \'file\', page_id, conversation_id, message_id, file.id, message.at, to_tsvector(\'simple\', translate(left(concat_ws(\' \', coalesce(nullif(file.title, \'\'), CASE file.kind WHEN \'file\' THEN regexp_replace(split_part(file.url, \'?\', 1), \'^.*/\', \'\') ELSE \'\' END), (SELECT string_agg(said #>> \'{}\', \' \') FROM jsonb_path_query(file.payload, \'strict $.** ? (@.type() == "object").keyvalue()\n ? ((@.key == "text" || @.key == "title" || @.key == "subtitle") && @.value.type() == "string").value\') AS said)), 200000), \'!"#$%&\'\'()*+,-./:;<=>?@[\\]^_`{|}~\', \'                                \'))\nFROM (SELECT NEW.*) AS file JOIN console_message AS message ON message.id = file.message_id\nWHERE concat_ws(\' \', coalesce(nullif(file.title, \'\'), CASE file.kind WHEN \'file\' THEN regexp_replace(split_part(file.url, \'?\', 1), \'^.*/\', \'\') ELSE \'\' END), (SELECT string_agg(said #>> \'{}\', \' \') FROM jsonb_path_query(file.payload, \'strict $.** ? (@.type() == "object").keyvalue()\n ? ((@.key == "text" || @.key == "title" || @.key == "subtitle") && @.value.type() == "string").value\') AS said)) <> \'\';', event='UPDATE ON console_attachment FOR EACH ROW WHEN (OLD.title IS DISTINCT FROM NEW.title OR OLD.payload IS DISTINCT FROM NEW.payload)', name='search_file_changed'),
        ),
        migrations.AddConstraint(
            model_name='searchdocument',
            constraint=console.search.trigger.Trigger(body="DELETE FROM console_searchdocument WHERE kind = 'file' AND attachment_id IN (SELECT id FROM removed);", event='DELETE ON console_attachment REFERENCING OLD TABLE AS removed FOR EACH STATEMENT', name='search_file_removed'),
        ),
        migrations.AddConstraint(
            model_name='searchdocument',
            constraint=console.search.trigger.Trigger(body='INSERT INTO console_searchdocument (kind, page_id, conversation_id, customer_id, at, vector)\nSELECT \'customer\', page_id, NULL, id, now(), to_tsvector(\'simple\', translate(left(name || \' \' || psid, 200000), \'!"#$%&\'\'()*+,-./:;<=>?@[\\]^_`{|}~\', \'                                \'))\nFROM added AS customer\nWHERE name || \' \' || psid <> \'\';', event='INSERT ON console_customer REFERENCING NEW TABLE AS added FOR EACH STATEMENT', name='search_customer_added'),
        ),
        migrations.AddConstraint(
            model_name='searchdocument',
            constraint=console.search.trigger.Trigger(body='DELETE FROM console_searchdocument WHERE kind = \'customer\' AND customer_id = OLD.id;\nINSERT INTO console_searchdocument (kind, page_id, conversation_id, customer_id, at, vector)\nSELECT \'customer\', page_id, NULL, id, now(), to_tsvector(\'simple\', translate(left(name || \' \' || psid, 200000), \'!"#$%&\'\'()*+,-./:;<=>?@[\\]^_`{|}~\', \'                                \'))\nFROM (SELECT NEW.*) AS customer\nWHERE name || \' \' || psid <> \'\';', event='UPDATE ON console_customer FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name)', name='search_customer_changed'),
        ),
        migrations.AddConstraint(
            model_name='searchdocument',
            constraint=console.search.trigger.Trigger(body="DELETE FROM console_searchdocument WHERE kind = 'customer' AND customer_id IN (SELECT id FROM removed);", event='DELETE ON console_customer REFERENCING OLD TABLE AS removed FOR EACH STATEMENT', name='search_customer_removed'),
        ),
        migrations.AddConstraint(
            model_name='searchdocument',
            constraint=console.search.trigger.Trigger(body='DELETE FROM console_searchword WHERE word IN (\n    SELECT word FROM console_searchword\n    WHERE word IN (SELECT unnest(tsvector_to_array(vector)) FROM gone) FOR UPDATE SKIP LOCKED\n);', event='DELETE ON console_searchdocument REFERENCING OLD TABLE AS gone FOR EACH STATEMENT', name='search_words_forgotten'),
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('skill'), condition=models.Q(('skill', ''), _negated=True), name='one_team_per_skill', violation_error_message='Another team has this skill.'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('page', None), ('scope', 'team'), ('team__isnull', False)), models.Q(('page__isnull', False), ('scope', 'page'), ('team', None)), models.Q(('page', None), ('scope__in', ['own', 'everyone']), ('team', None)), _connector='OR'), name='savedview_scope', violation_error_message='Choose a team or a Page only if it is shared with them.'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(fields=('author', 'idempotency_key'), name='one_saved_view_per_form'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('custom_field', None), ('custom_value', '')), models.Q(('custom_field__isnull', False), models.Q(('custom_value', ''), _negated=True)), _connector='OR'), name='saved_view_custom_field', violation_error_message='Give a custom field together with its value.'),
        ),
        migrations.AddConstraint(
            model_name='savedtemplate',
            constraint=models.UniqueConstraint(fields=('author', 'idempotency_key'), name='one_saved_template_per_form'),
        ),
        migrations.AddConstraint(
            model_name='savedtemplate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('page', None), ('scope', 'team'), ('team__isnull', False)), models.Q(('page__isnull', False), ('scope', 'page'), ('team', None)), models.Q(('page', None), ('scope__in', ['own', 'everyone']), ('team', None)), _connector='OR'), name='savedtemplate_scope', violation_error_message='Choose a team or a Page only if it is shared with them.'),
        ),
        migrations.AddConstraint(
            model_name='holiday',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('page', None), ('team__isnull', False)), models.Q(('page__isnull', False), ('team', None)), _connector='OR'), name='holiday_of_page_or_team'),
        ),
        migrations.AddIndex(
            model_name='handover',
            index=models.Index(fields=['conversation', 'at', 'id'], name='handover_thread'),
        ),
        migrations.AddIndex(
            model_name='handover',
            index=models.Index(fields=['conversation', 'revision'], name='handover_changes'),
        ),
        migrations.AddIndex(
            model_name='handover',
            index=models.Index(condition=models.Q(('done_at', None), models.Q(('call', ''), _negated=True)), fields=['conversation'], name='handover_pending'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('closed_at', None)), fields=['agent', 'rank', 'id'], name='conversation_held'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('closed_at', None), ('holder', 'queue')), fields=['rank', 'id'], name='conversation_waiting'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('closed_at', None), models.Q(('holder__in', ['agent', 'elsewhere']), models.Q(('holder', 'queue'), ('team__isnull', False)), _connector='OR')), fields=['rank', 'id'], name='conversation_others'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('closed_at', None), ('holder', 'bot')), fields=['rank', 'id'], name='conversation_bots'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('closed_at', None)), fields=['rank', 'id'], name='conversation_open'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('closed_at__isnull', False)), fields=['rank', 'id'], name='conversation_closed'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(fields=['-last_at', '-id'], name='conversation_newest'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(django.db.models.expressions.CombinedExpression(models.Value(datetime.datetime(4000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)), '-', django.db.models.functions.comparison.Coalesce(models.F('last_at'), models.Value(datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)))), models.F('id'), condition=models.Q(('closed_at', None)), name='conversation_open_newest'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(django.db.models.functions.comparison.Coalesce(django.db.models.expressions.CombinedExpression(models.F('answer_by'), '-', models.Value(datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))), django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.Value(datetime.datetime(4000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)), '-', models.Value(datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))), '+', models.F('rank'))), models.F('id'), condition=models.Q(('closed_at', None)), name='conversation_open_due'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('answer_by__isnull', False), ('closed_at', None)), fields=['answer_by'], name='conversation_unanswered'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('closed_at__isnull', False), ('waiting_since__isnull', False)), fields=['id'], name='conversation_closed_away'),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=models.CheckConstraint(condition=models.Q(('closed_at', None), ('holder__in', ['bot', 'queue']), _connector='OR'), name='nobody_holds_what_is_closed'),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agent__isnull', False), ('holder', 'agent')), models.Q(models.Q(('holder', 'agent'), _negated=True), ('agent', None)), _connector='OR'), name='an_agent_holds_what_is_held_by_one'),
        ),
        migrations.AddConstraint(
            model_name='cannedreply',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('page', None), ('scope', 'team'), ('team__isnull', False)), models.Q(('page__isnull', False), ('scope', 'page'), ('team', None)), models.Q(('page', None), ('scope__in', ['own', 'everyone']), ('team', None)), _connector='OR'), name='cannedreply_scope', violation_error_message='Choose a team or a Page only if it is shared with them.'),
        ),
        migrations.AddConstraint(
            model_name='cannedreply',
            constraint=models.UniqueConstraint(models.F('author'), django.db.models.functions.text.Lower('shortcut'), condition=models.Q(('scope', 'own')), name='one_own_canned_reply_per_shortcut', violation_error_message='You already have a canned reply with this shortcut.'),
        ),
        migrations.AddConstraint(
            model_name='cannedreply',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('shortcut'), models.F('scope'), models.F('team'), models.F('page'), condition=models.Q(('scope', 'own'), _negated=True), name='one_shared_canned_reply_per_shortcut', nulls_distinct=False, violation_error_message='Agents who may use it already have a canned reply with this shortcut.'),
        ),
        migrations.AddConstraint(
            model_name='businesshours',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('page', None), ('team__isnull', False)), models.Q(('page__isnull', False), ('team', None)), _connector='OR'), name='businesshours_of_page_or_team'),
        ),
        migrations.AddConstraint(
            model_name='businesshours',
            constraint=models.CheckConstraint(condition=models.Q(('closes__gt', models.F('opens')), ('closes', '00:00'), _connector='OR'), name='hours_end_later', violation_error_message='They end after they begin; 00:00 is the end of the day.'),
        ),
        migrations.AddConstraint(
            model_name='uploadedfile',
            constraint=models.UniqueConstraint(fields=('page', 'digest', 'kind'), name='one_upload_per_page_and_file'),
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('next_attempt_at', models.DateTimeField(editable=False, null=True, verbose_name='next attempt')),
                ('psid', models.TextField(blank=True, editable=False)),
                ('digest', models.CharField(db_index=True, editable=False, max_length=64)),
                ('code', models.CharField(default=console.privacy.models.new_code, editable=False, max_length=40, unique=True, verbose_name='confirmation code')),
                ('source', models.CharField(choices=[('admin', 'in the admin'), ('command', 'by command'), ('facebook', 'at Facebook')], max_length=10, verbose_name='where it was asked for')),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='asked at')),
                ('gone_at', models.DateTimeField(editable=False, null=True)),
                ('done_at', models.DateTimeField(null=True, verbose_name='done at')),
                ('state', models.CharField(choices=[('asked', 'asked for'), ('deleting', 'deleting the conversation'), ('cleaning', 'cleaning stored webhooks'), ('done', 'done')], default='asked', max_length=10, verbose_name='state')),
                ('counts', models.JSONField(default=dict, verbose_name='receipt')),
                ('cleaned', models.BigIntegerField(default=0, editable=False)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                ('customer', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='erasure', to='console.customer')),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='erasures', to='personas.page', verbose_name='Page')),
            ],
            options={
                'verbose_name': 'erasure',
                'verbose_name_plural': 'erasures',
                'ordering': ['-pk'],
                'default_permissions': ('add', 'view'),
            },
        ),
        migrations.CreateModel(
            name='DeletionRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('user_id', models.TextField(blank=True, verbose_name='id of the user for this app')),
                ('code', models.CharField(default=console.privacy.models.new_code, editable=False, max_length=40, unique=True, verbose_name='confirmation code')),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='asked at')),
                ('handled_at', models.DateTimeField(null=True, verbose_name='handled at')),
                ('erasures', models.ManyToManyField(related_name='requests', to='console.erasure', verbose_name='erasures')),
            ],
            options={
                'verbose_name': 'data deletion request',
                'verbose_name_plural': 'data deletion requests',
                'ordering': ['-pk'],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='CustomerExport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('next_attempt_at', models.DateTimeField(editable=False, null=True, verbose_name='next attempt')),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('file', models.FileField(blank=True, upload_to=console.privacy.exports.export_path)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exports', to='console.customer')),
            ],
            options={
                'verbose_name': 'export of a customer',
                'verbose_name_plural': 'exports of customers',
                'ordering': ['-pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='RetentionRules',
            fields=[
                ('next_attempt_at', models.DateTimeField(editable=False, null=True, verbose_name='next attempt')),
                ('page', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='retention_rules', serialize=False, to='personas.page')),
                ('message_days', models.PositiveSmallIntegerField(blank=True, help_text='A closed conversation is deleted after this time, with its messages, files and customer. 0: never. Empty: as for the whole console.', null=True, verbose_name='messages (days)')),
                ('file_days', models.PositiveSmallIntegerField(blank=True, help_text='A file is deleted this long after its message, which stays. Empty or 0: with its message.', null=True, verbose_name='files (days)')),
                ('webhook_days', models.PositiveSmallIntegerField(blank=True, help_text='At most as long as for the whole console. Empty: exactly so long.', null=True, validators=[django.core.validators.MinValueValidator(2)], verbose_name='stored webhooks (days)')),
                ('looked_at', models.BigIntegerField(default=0, editable=False)),
            ],
            options={
                'verbose_name': 'retention rules',
                'verbose_name_plural': 'retention rules',
            },
        ),
        migrations.CreateModel(
            name='SecondFactor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('app', 'Authenticator app'), ('passkey', 'Passkey')], max_length=10)),
                ('name', models.CharField(blank=True, max_length=60)),
                ('secret', personas.fields.EncryptedTextField()),
                ('counter', models.BigIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('used_at', models.DateTimeField(null=True)),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='second_factors', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['kind', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('kind', 'app')), fields=('agent',), name='one_authenticator_app_per_agent')],
            },
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('agent', 'digest'), name='one_recovery_code_per_digest')],
            },
        ),
    ]
