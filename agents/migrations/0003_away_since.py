from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('agents', '0002_presence'),
    ]

    operations = [
        migrations.RunSQL(
            "UPDATE agents_agent SET away_since = now() WHERE NOT is_present", migrations.RunSQL.noop
        ),
    ]
