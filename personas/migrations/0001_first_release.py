import agents.pictures
import django.core.validators
import django.db.models.deletion
import personas.fields
import personas.models.discarded_file
import personas.models.page
import personas.models.persona_publishing
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DiscardedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attempts', models.PositiveIntegerField(default=0, editable=False, verbose_name='attempts')),
                ('error', models.TextField(blank=True, verbose_name='error')),
                ('name', models.TextField()),
                ('next_attempt_at', models.DateTimeField(db_index=True, default=personas.models.discarded_file.later, editable=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Page',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', personas.fields.EncryptedTextField(verbose_name='access token')),
                ('state', models.CharField(choices=[('unchecked', 'not checked yet'), ('connected', 'connected'), ('failing', 'not working'), ('ending', 'being disconnected'), ('disconnected', 'disconnected')], default='unchecked', max_length=12, verbose_name='state')),
                ('error', models.TextField(blank=True, verbose_name='error')),
                ('checked_at', models.DateTimeField(blank=True, null=True, verbose_name='checked')),
                ('paused_since', models.DateTimeField(blank=True, null=True, verbose_name='sends nothing since')),
                ('why_paused', models.TextField(blank=True, db_default='', default='', verbose_name='why it sends nothing')),
                ('is_token_refused', models.BooleanField(db_default=False, default=False, editable=False)),
                ('is_blocked', models.BooleanField(db_default=False, default=False, verbose_name='blocked by Facebook')),
                ('waits_until', models.DateTimeField(blank=True, null=True, verbose_name='calls nothing until')),
                ('why_waiting', models.TextField(blank=True, verbose_name='why it waits')),
                ('slowdowns', models.PositiveIntegerField(default=0, editable=False)),
                ('policy', models.TextField(blank=True, db_default='', default='', verbose_name="Facebook's last word on its conduct")),
                ('policy_at', models.BigIntegerField(db_default=0, default=0, editable=False)),
                ('integrity', models.TextField(blank=True, db_default='', default='', verbose_name='what Facebook thinks of it')),
                ('integrity_at', models.BigIntegerField(db_default=0, default=0, editable=False)),
                ('page_id', models.CharField(max_length=32, unique=True, validators=[django.core.validators.RegexValidator('^\\d+$', 'A page id has digits only.')], verbose_name='page id')),
                ('name', models.CharField(blank=True, help_text='Taken from Facebook.', max_length=200, verbose_name='name')),
                ('is_open_to_all', models.BooleanField(db_default=False, default=True, help_text='All agents may see its conversations. Otherwise only superusers and the groups below may.', verbose_name='open to all agents')),
                ('bot_name', models.CharField(blank=True, help_text="Customers see the bot's messages under this name. Empty: under the Page's own.", max_length=50, verbose_name="bot's name")),
                ('bot_picture', models.ImageField(blank=True, help_text='Square, at most 8 MB. Without one: initials.', upload_to=personas.models.page.picture_path, validators=[agents.pictures.check_picture], verbose_name="bot's picture")),
                ('may_use_human_agent', models.BooleanField(default=False, help_text="Only once Facebook's App Review has approved the app for “Human Agent”. Agents can then reply until 7 days after the customer wrote, instead of 24 hours. Without the approval Facebook refuses such replies.", verbose_name='human agents may reply for 7 days')),
                ('may_see_locale', models.BooleanField(db_default=False, default=False, help_text="Only once Facebook's App Review has approved the app for “pages_user_locale” and “pages_user_timezone”. Agents then see the language and the local time of customers. Without the approval Facebook may refuse the whole profile.", verbose_name='Facebook shows language and time zone')),
                ('groups', models.ManyToManyField(blank=True, help_text='Agents of these groups may see its conversations.', to='auth.group', verbose_name='groups')),
            ],
            options={
                'verbose_name': 'Page',
                'verbose_name_plural': 'Pages',
                'ordering': ['name', 'page_id'],
            },
        ),
        migrations.CreateModel(
            name='Persona',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('next_attempt_at', models.DateTimeField(editable=False, null=True, verbose_name='next attempt')),
                ('attempts', models.PositiveIntegerField(default=0, editable=False, verbose_name='attempts')),
                ('error', models.TextField(blank=True, verbose_name='error')),
                ('leased_until', models.DateTimeField(editable=False, null=True)),
                ('gone_at', models.DateTimeField(blank=True, null=True, verbose_name='deleted on Facebook')),
                ('may_exist', models.BooleanField(default=False, editable=False)),
                ('name', models.CharField(max_length=50, verbose_name='name')),
                ('picture', models.ImageField(blank=True, upload_to=personas.models.persona_publishing.picture_path, verbose_name='picture')),
                ('graph_id', models.TextField(blank=True, verbose_name='Graph id')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='created on Facebook')),
                ('refused_at', models.DateTimeField(blank=True, null=True, verbose_name='refused')),
                ('reason', models.TextField(blank=True, editable=False)),
                ('listed_before', models.JSONField(editable=False, null=True)),
                ('picture_source', models.CharField(blank=True, editable=False, max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('leaving_since', models.DateTimeField(blank=True, null=True, verbose_name='to be deleted since')),
                ('verified_at', models.DateTimeField(blank=True, null=True, verbose_name='last checked')),
                ('agent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='personas', to=settings.AUTH_USER_MODEL, verbose_name='agent')),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='personas', to='personas.page', verbose_name='Page')),
            ],
            options={
                'verbose_name': 'persona',
                'verbose_name_plural': 'personas',
                'ordering': ['-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('gone_at', None), ('leaving_since', None)), fields=('page', 'agent'), name='one_current_persona', nulls_distinct=False)],
            },
        ),
    ]
