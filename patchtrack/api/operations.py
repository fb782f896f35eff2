"""What each address of the API tells and reads, for the schema: the one table of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from patchtrack.api import inputs
from patchtrack.api.views import bundles, comments, patches, people, projects, series


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """`tells` names the kind of record that is answered, `lists` the resource if it is a list of
    them, `reads` what writes send. `call` is the call of the versions' table that writes are, if
    not all versions have them, and `statuses` are further answers to writes."""

    tells: str
    lists: str = ""
    reads: type[Serializer] | None = None
    call: str = ""
    statuses: tuple[int, ...] = ()


OPERATIONS: Mapping[type[APIView], Operation] = {
    projects.Index: Operation(tells="index"),
    projects.Projects: Operation(tells="project", lists="projects"),
    projects.OneProject: Operation(tells="project", reads=inputs.ProjectInput),
    people.Users: Operation(tells="user", lists="users"),
    people.OneUser: Operation(tells="own user", reads=inputs.UserInput),
    people.People: Operation(tells="person", lists="people"),
    people.OnePerson: Operation(tells="person"),
    patches.Patches: Operation(tells="patch", lists="patches"),
    patches.OnePatch: Operation(tells="whole patch", reads=inputs.PatchInput, statuses=(409,)),
    patches.Checks: Operation(tells="check", lists="checks", reads=inputs.CheckInput),
    patches.OneCheck: Operation(tells="check"),
    comments.Covers: Operation(tells="cover", lists="covers"),
    comments.OneCover: Operation(tells="whole cover"),
    comments.Comments: Operation(tells="comment", lists="comments"),
    comments.OneComment: Operation(tells="comment", reads=inputs.CommentInput),
    series.AllSeries: Operation(tells="series", lists="series"),
    series.OneSeries: Operation(tells="series"),
    series.Events: Operation(tells="event", lists="events"),
    bundles.Bundles: Operation(
        tells="bundle", lists="bundles", reads=inputs.BundleInput, call="write bundles"
    ),
    bundles.OneBundle: Operation(tells="bundle", reads=inputs.BundleInput, call="write bundles"),
}
