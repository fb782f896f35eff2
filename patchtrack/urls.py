"""Which view answers which path; the addresses are Patchwork's wherever it has them."""

from django.contrib import admin
from django.urls import include, path, register_converter

from patchtrack.web.converters import MessageIdConverter
from patchtrack.web.views import changes, downloads, lists, mail_health, messages, projects, series

register_converter(MessageIdConverter, "msgid")

# A message-id may hold slashes, so the more particular path always comes first.
project_paths = [
    path("", lists.series_list, name="series-list"),
    path("list/", lists.patch_list, name="patch-list"),
    path("change/", changes.change, name="change"),
    path("patch/<msgid:message_id>/mbox/", downloads.patch_mbox, name="patch-mbox"),
    path("patch/<msgid:message_id>/raw/", downloads.patch_diff, name="patch-diff"),
    path("patch/<msgid:message_id>/", messages.patch_page, name="patch"),
    path("cover/<msgid:message_id>/mbox/", downloads.cover_mbox, name="cover-mbox"),
    path("cover/<msgid:message_id>/", messages.cover_page, name="cover"),
    path("mail/<msgid:message_id>/raw/", downloads.raw_mail, name="raw-mail"),
]

urlpatterns = [
    path("", projects.project_list, name="project-list"),
    path("project/<slug:linkname>/", include(project_paths)),
    path("series/<int:row>/", series.series_page, name="series"),
    path("series/<int:row>/mbox/", downloads.series_mbox, name="series-mbox"),
    path("patch/<int:row>/", messages.patch_by_id, name="patch-by-id"),
    path("patch/<int:row>/mbox/", messages.patch_by_id, {"leaf": "mbox"}, name="patch-mbox-by-id"),
    path("patch/<int:row>/raw/", messages.patch_by_id, {"leaf": "raw"}, name="patch-diff-by-id"),
    path("cover/<int:row>/", messages.cover_by_id, name="cover-by-id"),
    path("cover/<int:row>/mbox/", messages.cover_by_id, {"leaf": "mbox"}, name="cover-mbox-by-id"),
    path("comment/<int:row>/", messages.comment_by_id, name="comment-by-id"),
    path("comment/<int:row>/addressed/", changes.address, name="address-comment"),
    path("change/<int:row>/undo/", changes.undo, name="undo-change"),
    path("mail/", mail_health.mail_health, name="mail-health"),
    path("mail/<int:row>/raw/", mail_health.any_raw_mail, name="any-raw-mail"),
    path("admin/", admin.site.urls),
]
