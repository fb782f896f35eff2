"""Django's admin: what is configured can be changed there, what came by mail only be read."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from patchtrack import models
from patchtrack.services.sending import retry_notifications
from patchtrack.templatetags.patchtrack import raw_mail_of
from patchtrack.web.links import message_url

admin.site.site_header = "Patchtrack"
admin.site.site_title = "Patchtrack"


class ReadOnlyAdmin(admin.ModelAdmin):
    """For rows that follow from mail, or that only a service may write, with their events."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


admin.site.unregister(get_user_model())


@admin.register(get_user_model())
class AccountAdmin(UserAdmin):
    """When users came and were last here is nothing to be set."""

    readonly_fields = ["last_login", "date_joined"]


class DelegationRuleInline(admin.StackedInline):
    """Stacked, since in a table the fields would have no labels."""

    model = models.DelegationRule
    extra = 0
    autocomplete_fields = ["user"]


@admin.register(models.Project)
class ProjectAdmin(admin.ModelAdmin):
    list_display = ["linkname", "name", "list_id", "subject_match", "obey_headers_of"]
    search_fields = ["linkname", "name", "list_id", "list_email"]
    filter_horizontal = ["maintainers", "hidden_states"]
    inlines = [DelegationRuleInline]

    def view_on_site(self, project: Model) -> str:
        return reverse("series-list", args=[project.linkname])


@admin.register(models.State)
class StateAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "ordering", "action_required"]


@admin.register(models.Tag)
class TagAdmin(admin.ModelAdmin):
    list_display = ["name", "abbrev", "show_column"]


@admin.register(models.DelegationRule)
class DelegationRuleAdmin(admin.ModelAdmin):
    list_display = ["project", "path", "user", "priority"]
    list_filter = ["project"]
    list_select_related = ["project", "user"]
    search_fields = ["path", "user__username"]
    autocomplete_fields = ["project", "user"]


@admin.register(models.Person)
class PersonAdmin(admin.ModelAdmin):
    """The name and address come from mail; which user the person is may be said here."""

    list_display = ["address", "name", "user"]
    list_select_related = ["user"]
    search_fields = ["address", "name"]
    readonly_fields = ["address", "name", "named_at"]
    autocomplete_fields = ["user"]
    show_full_result_count = False

    def view_on_site(self, person: Model) -> str:
        return reverse("person", args=[person.pk])

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


@admin.register(models.ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """A token can be revoked here, which is to delete it."""

    list_display = ["name", "user", "scope", "created"]
    list_select_related = ["user"]
    search_fields = ["name", "user__username"]
    exclude = ["digest"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)


@admin.register(models.Mail)
class MailAdmin(ReadOnlyAdmin):
    list_display = ["received_at", "outcome", "project", "recipient", "size", "shown", "detail"]
    list_filter = ["outcome", "project"]
    list_select_related = ["project"]
    search_fields = ["sha256__exact", "message__message_id__exact"]
    exclude = ["raw"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("raw")

    def view_on_site(self, mail: Model) -> str:
        return reverse("kept-mail", args=[mail.pk])


@admin.register(models.Discard)
class DiscardAdmin(ReadOnlyAdmin):
    """Mails are discarded and taken back on the page that shows what waits."""

    list_display = ["mail", "username", "date"]
    list_select_related = ["mail"]
    search_fields = ["username", "mail__sha256__exact"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("mail__raw")


@admin.register(models.Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ["message_id", "kind", "project", "author", "date", "subject"]
    list_filter = ["kind", "project"]
    list_select_related = ["project", "author"]
    search_fields = ["message_id__exact", "author__address__exact"]

    def view_on_site(self, message: Model) -> str:
        return raw_mail_of(message.project, message)


class SubmissionAdmin(ReadOnlyAdmin):
    list_select_related = ["project", "submitter"]
    list_filter = ["project"]
    search_fields = ["name", "message__message_id__exact", "submitter__address__exact"]

    def view_on_site(self, submission: Model) -> str:
        return message_url(
            submission.project.linkname, submission.message.kind, submission.message.message_id
        )


@admin.register(models.Patch)
class PatchAdmin(SubmissionAdmin):
    list_display = ["name", "project", "submitter", "state", "delegate", "archived", "date"]
    list_filter = ["state", "archived", "project"]
    list_select_related = ["project", "submitter", "state", "delegate"]


@admin.register(models.Cover)
class CoverAdmin(SubmissionAdmin):
    list_display = ["name", "project", "submitter", "date"]


@admin.register(models.Series)
class SeriesAdmin(ReadOnlyAdmin):
    list_display = [
        "name", "version", "project", "submitter", "received_total", "total", "complete", "date",
    ]  # fmt: skip
    list_filter = ["complete", "partial", "project"]
    list_select_related = ["project", "submitter"]
    search_fields = ["name", "submitter__address__exact"]

    def view_on_site(self, series: Model) -> str:
        return reverse("series", args=[series.pk])


@admin.register(models.SeriesAlias)
class SeriesAliasAdmin(ReadOnlyAdmin):
    list_display = ["id", "series"]
    list_select_related = ["series"]


@admin.register(models.Dependency)
class DependencyAdmin(ReadOnlyAdmin):
    list_display = ["message", "target"]
    list_select_related = ["message"]
    search_fields = ["target__exact", "message__message_id__exact"]


@admin.register(models.PatchRelation)
class PatchRelationAdmin(ReadOnlyAdmin):
    list_display = ["id"]


@admin.register(models.RelatedPatch)
class RelatedPatchAdmin(ReadOnlyAdmin):
    list_display = ["patch", "relation"]
    list_select_related = ["patch", "relation"]


@admin.register(models.Comment)
class CommentAdmin(ReadOnlyAdmin):
    list_display = ["message", "patch", "cover", "addressed"]
    list_filter = ["addressed"]
    list_select_related = ["message", "patch", "cover"]
    search_fields = ["message__message_id__exact"]


@admin.register(models.Check)
class CheckAdmin(ReadOnlyAdmin):
    list_display = ["context", "state", "patch", "user", "date"]
    list_filter = ["state"]
    list_select_related = ["patch", "user"]
    search_fields = ["context"]


@admin.register(models.Bundle)
class BundleAdmin(ReadOnlyAdmin):
    list_display = ["name", "owner", "project", "public"]
    list_filter = ["public", "project"]
    list_select_related = ["owner", "project"]
    search_fields = ["name", "owner__username"]


@admin.register(models.Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["date", "category", "project", "message", "series", "actor"]
    list_filter = ["category", "project"]
    list_select_related = ["project", "message", "series", "actor"]
    ordering = ["-id"]


@admin.register(models.Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    list_display = ["url", "project", "active", "attempts", "due"]
    list_filter = ["active", "project"]
    list_select_related = ["project"]
    search_fields = ["url"]
    exclude = ["secret"]


@admin.register(models.WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    list_display = ["created", "category", "webhook", "status", "attempts", "wanted"]
    list_filter = ["category"]
    list_select_related = ["webhook"]
    search_fields = ["key", "webhook__url"]
    ordering = ["-id"]


@admin.register(models.ArchivePosition)
class ArchivePositionAdmin(ReadOnlyAdmin):
    """Deleting a position makes the next import read its archive from the beginning."""

    list_display = ["path", "project", "position"]
    list_select_related = ["project"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)


@admin.register(models.Profile)
class ProfileAdmin(admin.ModelAdmin):
    list_display = ["user", "page_size", "time_zone", "notifications"]
    list_select_related = ["user"]
    search_fields = ["user__username"]
    autocomplete_fields = ["user"]


@admin.register(models.OptOut)
class OptOutAdmin(admin.ModelAdmin):
    list_display = ["address", "created"]
    search_fields = ["address"]


@admin.register(models.Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """Mails that wait; those without a time were given up. They can be tried again, or deleted."""

    list_display = ["created", "user", "person", "due", "attempts", "failure"]
    list_filter = [("due", admin.EmptyFieldListFilter)]
    list_select_related = ["user", "person"]
    search_fields = ["user__username__exact", "person__address__exact"]
    actions = ["try_again"]
    ordering = ["-id"]

    @admin.action(description="Try again to send these", permissions=["delete"])
    def try_again(self, _request: HttpRequest, rows: QuerySet) -> None:
        retry_notifications(rows.values_list("pk", flat=True))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)


@admin.register(models.Untold)
class UntoldAdmin(ReadOnlyAdmin):
    list_display = ["event_id"]
    ordering = ["-pk"]


@admin.register(models.FeedKey)
class FeedKeyAdmin(ReadOnlyAdmin):
    """A key can be revoked here, which is to delete it."""

    list_display = ["user", "created"]
    list_select_related = ["user"]
    search_fields = ["user__username"]
    exclude = ["digest"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)


@admin.register(models.Confirmation)
class ConfirmationAdmin(ReadOnlyAdmin):
    list_display = ["address", "purpose", "user", "created"]
    list_select_related = ["user"]
    search_fields = ["address"]
    exclude = ["digest"]


@admin.register(models.Throttle)
class ThrottleAdmin(ReadOnlyAdmin):
    list_display = ["key", "until"]
    ordering = ["-until"]


@admin.register(models.SavedFilter)
class SavedFilterAdmin(ReadOnlyAdmin):
    list_display = ["name", "user", "project", "page", "query"]
    list_select_related = ["user", "project"]
    search_fields = ["name", "user__username"]


@admin.register(models.Change)
class ChangeAdmin(ReadOnlyAdmin):
    list_display = ["date", "user", "project", "after"]
    list_select_related = ["user", "project"]
    search_fields = ["user__username"]
