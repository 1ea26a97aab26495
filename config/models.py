"""The one table of the composition root."""

from django.db import models
from django.db.models.functions import Now


class Heartbeat(models.Model):
    """When a part of the installation last did its work, by the database's clock. Belongs to no organisation."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name
