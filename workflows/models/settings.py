"""What an organisation chooses about its requests and workflows."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from accounts.tenancy.fields import OrganisationForeignKey
from accounts.tenancy.models import OrganisationOwned
from workflows.models.definitions import WorkflowDefinition

MAX_UNDO = 600
MIN_FIGURES, MAX_FIGURES = 2, 1_000


class WorkflowSettings(OrganisationOwned):
    """At most one row per organisation; without a row the defaults hold."""

    undo_seconds = models.PositiveSmallIntegerField(
        default=10,
        validators=[MaxValueValidator(MAX_UNDO)],
        help_text="How long a decision about many requests can be undone before it is made and anybody is told; 0: at once.",
    )
    cases_gate = models.BooleanField(
        "cases must pass",
        default=False,
        db_default=False,
        help_text="A version whose test cases do not play as told is not published. Otherwise it is only warned of.",
    )
    figures_from = models.PositiveSmallIntegerField(
        "times are told of at least",
        default=5,
        db_default=5,
        validators=[MinValueValidator(MIN_FIGURES), MaxValueValidator(MAX_FIGURES)],
        help_text="How long requests stay at a step is told only where so many did, and never of one person alone.",
    )
    publish_approval = OrganisationForeignKey(
        WorkflowDefinition,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="publishing is approved by",
        help_text="The workflow whose request must end as “Approved” before a version goes live. Empty: publishers publish.",
    )

    forbid_outside = models.BooleanField(
        "nobody without an account decides",
        default=False,
        db_default=False,
        help_text="No step may ask people without an account for a decision; links that are out stop working.",
    )

    class Meta:
        verbose_name = "request settings"
        verbose_name_plural = "request settings"
        constraints = (
            models.UniqueConstraint(fields=("organisation",), name="workflowsettings_one"),
            models.CheckConstraint(condition=models.Q(undo_seconds__lte=MAX_UNDO), name="workflowsettings_undo"),
            models.CheckConstraint(
                condition=models.Q(figures_from__gte=MIN_FIGURES, figures_from__lte=MAX_FIGURES),
                name="workflowsettings_figures",
            ),
        )

    def __str__(self) -> str:
        return "Request settings"
