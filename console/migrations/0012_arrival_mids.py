import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("console", "0011_handover")]

    operations = [
        migrations.AddField(
            model_name="arrival",
            name="mids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), db_default=[], default=list, editable=False, size=None
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="is_deleted",
            field=models.BooleanField(default=False, verbose_name="unsent"),
        ),
    ]
