from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("console", "0014_customer_refusals")]

    operations = [
        migrations.AlterField("conversation", "elsewhere_app", models.TextField(blank=True, editable=False)),
        migrations.AlterField("customer", "psid", models.TextField(verbose_name="PSID")),
        migrations.AlterField("handover", "from_app", models.TextField(blank=True)),
        migrations.AlterField("handover", "to_app", models.TextField(blank=True)),
        migrations.AlterField("message", "mid", models.TextField(blank=True, null=True, verbose_name="mid")),
        migrations.AlterField("message", "source", models.TextField(blank=True, verbose_name="said elsewhere")),
    ]
