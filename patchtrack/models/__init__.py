"""What Patchtrack knows: tables, constraints and query verbs."""

import patchtrack.models.lookups
import patchtrack.models.vocabulary  # noqa: F401 (these register lookups)
from patchtrack.models.account import Confirmation, FeedKey, OptOut, Profile, SavedFilter
from patchtrack.models.archive import ArchivePosition
from patchtrack.models.arrival import ArrivalBlock
from patchtrack.models.change import Change
from patchtrack.models.dependency import Dependency
from patchtrack.models.event import Event, EventCounter
from patchtrack.models.mail import Discard, Kind, Mail, Message, Outcome, Thread, ThreadToken
from patchtrack.models.notification import Notification, Untold
from patchtrack.models.person import ApiToken, Person
from patchtrack.models.project import DelegationRule, HeaderPolicy, Project, State, Tag
from patchtrack.models.search import SearchText, Unsearched
from patchtrack.models.submission import (
    Bundle,
    BundlePatch,
    Check,
    Comment,
    Cover,
    Patch,
    PatchRelation,
    RelatedPatch,
    Series,
    SeriesAlias,
)
from patchtrack.models.throttle import Throttle
from patchtrack.models.webhook import Webhook, WebhookDelivery

__all__ = [
    "ApiToken",
    "ArchivePosition",
    "ArrivalBlock",
    "Bundle",
    "BundlePatch",
    "Change",
    "Check",
    "Comment",
    "Confirmation",
    "Cover",
    "DelegationRule",
    "Dependency",
    "Discard",
    "Event",
    "EventCounter",
    "FeedKey",
    "HeaderPolicy",
    "Kind",
    "Mail",
    "Message",
    "Notification",
    "OptOut",
    "Outcome",
    "Patch",
    "PatchRelation",
    "Person",
    "Profile",
    "Project",
    "RelatedPatch",
    "SavedFilter",
    "SearchText",
    "Series",
    "SeriesAlias",
    "State",
    "Tag",
    "Thread",
    "ThreadToken",
    "Throttle",
    "Unsearched",
    "Untold",
    "Webhook",
    "WebhookDelivery",
]
