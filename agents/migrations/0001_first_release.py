import agents.models
import agents.pictures
import agents.preferences
import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Agent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('away_reason', models.CharField(blank=True, choices=[('lunch', 'at lunch'), ('meeting', 'in a meeting'), ('other', 'busy elsewhere'), ('back-soon', 'back soon')], db_default='', default='', editable=False, max_length=9, verbose_name='reason')),
                ('away_by', models.CharField(blank=True, db_default='', default='', editable=False, max_length=320, verbose_name='set by')),
                ('back_at', models.DateTimeField(editable=False, null=True, verbose_name='back at')),
                ('is_present', models.BooleanField(default=False, verbose_name='present')),
                ('away_since', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='away since')),
                ('last_seen_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last seen')),
                ('is_auto_away', models.BooleanField(default=False, editable=False)),
                ('departures', models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                ('left_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='left')),
                ('undo_seconds', models.PositiveSmallIntegerField(choices=[(0, 'off'), (5, '5 seconds'), (10, '10 seconds')], default=5, help_text='How long a reply waits in the browser after Send, so that it can be taken back.', verbose_name='undo Send')),
                ('next_conversation', models.CharField(choices=[('desk', 'open the next; on a phone, the list'), ('always', 'open the next, also on a phone'), ('stay', 'stay in the conversation')], default='desk', max_length=6, verbose_name='after Close, Transfer, Hand back')),
                ('calls', models.CharField(choices=[('none', 'off'), ('mine', 'for my conversations'), ('all', 'also when a customer begins to wait')], db_default='mine', default='mine', max_length=4, verbose_name='sounds and notifications')),
                ('has_shortcuts', models.BooleanField(default=True, help_text='Single keys for the desk. Switch them off if you control the computer by voice.', verbose_name='keyboard shortcuts')),
                ('has_dense_rows', models.BooleanField(db_default=False, default=False, help_text='More conversations fit into the queue.', verbose_name='dense rows')),
                ('queue_order', models.CharField(choices=[('wait', 'longest waiting first'), ('newest', 'newest first'), ('window', 'messaging window that closes soonest first'), ('due', 'first reply that is due soonest first')], db_default='wait', default='wait', max_length=6, verbose_name='order of the queue')),
                ('theme', models.CharField(blank=True, choices=[('', 'that of the system'), ('light', 'light'), ('dark', 'dark')], db_default='', default='', max_length=5, verbose_name='theme')),
                ('has_high_contrast', models.BooleanField(db_default=False, default=False, help_text='The system can ask for it too.', verbose_name='high contrast')),
                ('language', models.CharField(blank=True, choices=agents.preferences.languages, db_default='', default='', max_length=15, verbose_name='language')),
                ('own_keys', models.JSONField(blank=True, db_default={}, default=dict, editable=False)),
                ('picture', models.ImageField(blank=True, help_text="Shown to customers beside the agent's messages. Square, at most 8 MB. Without one: initials.", upload_to=agents.models.picture_path, validators=[agents.pictures.check_picture], verbose_name='picture')),
                ('may_change_profile', models.BooleanField(db_default=True, default=True, help_text='Without it, admins alone say who customers see.', verbose_name='changes their own name and picture')),
                ('capacity', models.PositiveSmallIntegerField(default=5, help_text='How many open conversations may be assigned to them.', verbose_name='capacity')),
                ('assigned_at', models.DateTimeField(editable=False, null=True)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'agent',
                'verbose_name_plural': 'agents',
                'ordering': ['first_name', 'last_name', 'username'],
                'permissions': [('set_presence', 'Can say of colleagues that they are away'), ('answer_customers', 'Can take conversations and answer customers'), ('export_conversations', 'Can print, download and mail transcripts'), ('see_custom_fields', 'Can see and fill in the custom fields of customers'), ('transfer_for_colleagues', 'Can transfer a conversation that a colleague holds')],
            },
            managers=[
                ('objects', agents.models.AgentManager()),
            ],
        ),
        migrations.CreateModel(
            name='Role',
            fields=[
                ('group_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='auth.group')),
                ('key', models.SlugField(editable=False, max_length=20, null=True, unique=True)),
                ('requires_second_factor', models.BooleanField(db_default=False, default=False, help_text='Its agents can do nothing until they have set up an authenticator app or a passkey.', verbose_name='needs a second factor')),
            ],
            options={
                'verbose_name': 'role',
                'verbose_name_plural': 'roles',
                'ordering': ['name'],
            },
            bases=('auth.group',),
            managers=[
                ('objects', django.contrib.auth.models.GroupManager()),
            ],
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('device', models.CharField(blank=True, max_length=100, verbose_name='device')),
                ('seen_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='last seen')),
                ('agent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', swappable=False, to='agents.agent', verbose_name='agent')),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'ordering': ['-seen_at', 'session_key'],
                'abstract': False,
            },
        ),
    ]
