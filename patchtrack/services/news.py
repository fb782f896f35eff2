"""What is new, for feeds: in a project, on a series, from a person."""

from django.db.models import Q

from patchtrack.models import Comment, Cover, Message, Patch, Person, Project, Series

# A feed that is read once in a while misses nothing at the pace of most lists.
MOST_NEWS = 50


def find_new_series(project: Project) -> list[Series]:
    """The newest series of a project, the newest first; one query."""
    series = Series.objects.filter(project=project).select_related("submitter")
    return list(series.order_by("-date", "-pk")[:MOST_NEWS])


def find_new_patches(person: Person) -> list[Patch]:
    """The newest patches of a person, the newest first; one query."""
    patches = Patch.objects.filter(submitter=person).select_related("message", "project")
    return list(patches.order_by("-date", "-pk")[:MOST_NEWS])


def find_new_messages(series: Series) -> list[Message]:
    """The newest patches and comments of a series and its cover, the newest first, with what the
    comments are about; four queries."""
    patches = list(Patch.objects.filter(series=series).values_list("pk", flat=True))
    covers = list(Cover.objects.filter(series=series).values_list("pk", flat=True))
    comments = Comment.objects.filter(Q(patch__in=patches) | Q(cover__in=covers))
    ids = [*patches, *covers, *comments.values_list("pk", flat=True)]
    messages = Message.objects.filter(pk__in=ids).select_related(
        "author", "comment__patch__message", "comment__cover__message"
    )
    return list(messages.order_by("-date", "-pk")[:MOST_NEWS])
