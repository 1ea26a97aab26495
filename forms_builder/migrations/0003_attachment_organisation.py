"""A file that an automatic step has made was uploaded by nobody, so the row is tied to its organisation by a key of its own."""

from django.db import migrations

MAKE = """
ALTER TABLE forms_builder_attachment ADD CONSTRAINT forms_builder_attachment_organisation_fk
FOREIGN KEY (organisation_id) REFERENCES accounts_organisation (id) DEFERRABLE INITIALLY DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("forms_builder", "0002_made_files")]

    operations = [
        migrations.RunSQL(
            MAKE, "ALTER TABLE forms_builder_attachment DROP CONSTRAINT forms_builder_attachment_organisation_fk;"
        ),
    ]
