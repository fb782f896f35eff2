"""How far the import of each mail archive has come."""

from django.db import models

from patchtrack.models.project import Project


class ArchivePosition(models.Model):
    """The place in the archive at `path` up to which everything is stored in `project`
    (None: routed by list id)."""

    project = models.ForeignKey(Project, models.CASCADE, null=True, db_index=False)
    path = models.CharField(max_length=4000)
    position = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["path", "project"], name="archive_position_unique_path_project"
            ),
            models.UniqueConstraint(
                fields=["path"],
                condition=models.Q(project=None),
                name="archive_position_unique_path_without_project",
            ),
        ]

    def __str__(self) -> str:
        return self.path
