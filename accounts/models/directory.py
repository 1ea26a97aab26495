"""When the people and the working time of an organisation were last written to."""

from django.db import models

from accounts.tenancy.models import OrganisationRow


class DirectoryStamp(OrganisationRow):
    """A number that is new after every write to the directory: the organisation, its people, their logins (but for when
    they last signed in), departments, designations, places, roles, calendars and holidays, and what workflows are called and
    belong to. Triggers draw it (``accounts_directory_changed``), so nothing can write to the directory past it.

    What a process read together with a stamp is true as long as the stamp is the same, see ``accounts.selectors.stamps``.
    """

    stamp = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation",), name="directorystamp_one"),)

    def __str__(self) -> str:
        return str(self.stamp)
