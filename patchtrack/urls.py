"""Which view answers which path; the addresses are Patchwork's wherever it has them."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from patchtrack import converters, failures  # noqa: F401 (the paths need converters)
from patchtrack.api.xmlrpc.view import xmlrpc
from patchtrack.web.views import (
    accounts,
    bundles,
    changes,
    comparisons,
    downloads,
    feeds,
    lists,
    logins,
    mail_health,
    messages,
    old_links,
    people,
    project_settings,
    projects,
    registration,
    saved,
    search,
    series,
    site,
    todo,
    webhooks,
)

admin.autodiscover()

# A message-id may hold slashes, so the more particular path always comes first.
project_paths = [
    path("", lists.series_list, name="series-list"),
    path("list/", lists.patch_list, name="patch-list"),
    path("change/", changes.change, name="change"),
    path("bundles/", bundles.project_bundles, name="project-bundles"),
    path("feed/", feeds.project_feed, name="project-feed"),
    path("pwclientrc/", downloads.pwclientrc, name="pwclientrc"),
    path("settings/", project_settings.project_settings, name="project-settings"),
    path("settings/rules/", project_settings.new_rule, name="project-rules"),
    path("settings/rules/<id:row>/", project_settings.one_rule, name="project-rule"),
    path("settings/webhooks/", webhooks.webhooks, name="webhooks"),
    path("settings/webhooks/<id:row>/", webhooks.webhook, name="webhook"),
    path("settings/webhooks/<id:row>/act/", webhooks.act_on_webhook, name="act-on-webhook"),
    path(
        "settings/webhooks/<id:row>/<id:delivery>/",
        webhooks.redeliver_webhook,
        name="redeliver-webhook",
    ),
    path(
        "settings/webhooks/<id:row>/<id:delivery>/pass-over/",
        webhooks.pass_over_delivery,
        name="pass-over-delivery",
    ),
    path("filters/", saved.save, name="save-filter"),
    path("patch/<msgid:message_id>/mbox/", downloads.patch_mbox, name="patch-mbox"),
    path("patch/<msgid:message_id>/raw/", downloads.patch_diff, name="patch-diff"),
    path("patch/<msgid:message_id>/file/<id:number>/", messages.file_page, name="patch-file"),
    path("patch/<msgid:message_id>/", messages.patch_page, name="patch"),
    path("cover/<msgid:message_id>/mbox/", downloads.cover_mbox, name="cover-mbox"),
    path("cover/<msgid:message_id>/file/<id:number>/", messages.file_page, name="cover-file"),
    path("cover/<msgid:message_id>/", messages.cover_page, name="cover"),
    path("mail/<msgid:message_id>/raw/", downloads.raw_mail, name="raw-mail"),
    path("mail/<msgid:message_id>/file/<id:number>/", messages.file_page, name="mail-file"),
    path("mail/<msgid:message_id>/", messages.mail_page, name="mail-page"),
]

account_paths = [
    path("", accounts.profile, name="profile"),
    path("login/", logins.LogIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("link/", accounts.addresses, name="addresses"),
    path("unlink/<id:row>/", accounts.unlink_address, name="unlink-address"),
    path("primary/<id:row>/", accounts.primary_address, name="primary-address"),
    path("tokens/", accounts.tokens, name="tokens"),
    path("tokens/<id:row>/revoke/", accounts.revoke_token, name="revoke-token"),
    path("password-change/", logins.ChangePassword.as_view(), name="password-change"),
    path("password-again/", logins.PasswordAgain.as_view(), name="password-again"),
    path("password-reset/", logins.reset_password, name="password-reset"),
    path(
        "password-reset/<slug:uidb64>/<str:token>/",
        logins.SetPassword.as_view(),
        name="set-password",
    ),
]

urlpatterns = [
    path("", projects.project_list, name="project-list"),
    path("project/<slug:linkname>/", include(project_paths)),
    path("series/<id:row>/", series.series_page, name="series"),
    path("series/<id:row>/compare/<id:other>/", comparisons.compare_page, name="series-compare"),
    path("series/<id:row>/feed/", feeds.series_feed, name="series-feed"),
    path("series/<id:row>/mbox/", downloads.series_mbox, name="series-mbox"),
    path("patch/<id:row>/", messages.patch_by_id, name="patch-by-id"),
    path("patch/<id:row>/mbox/", messages.patch_by_id, {"leaf": "mbox"}, name="patch-mbox-by-id"),
    path("patch/<id:row>/raw/", messages.patch_by_id, {"leaf": "raw"}, name="patch-diff-by-id"),
    path("cover/<id:row>/", messages.cover_by_id, name="cover-by-id"),
    path("cover/<id:row>/mbox/", messages.cover_by_id, {"leaf": "mbox"}, name="cover-mbox-by-id"),
    path("comment/<id:row>/", messages.comment_by_id, name="comment-by-id"),
    path("comment/<id:row>/addressed/", changes.address, name="address-comment"),
    path("change/<id:row>/undo/", changes.undo, name="undo-change"),
    path("bundle/<str:username>/<str:name>/", bundles.bundle_page, name="bundle"),
    path("bundle/<str:username>/<str:name>/mbox/", bundles.bundle_mbox, name="bundle-mbox"),
    path("bundle/<str:username>/<str:name>/change/", bundles.change, name="change-bundle"),
    path("user/bundles/", bundles.my_bundles, name="my-bundles"),
    path("user/todo/", todo.todo, name="todo"),
    path("user/todo/seen/", todo.seen, name="todo-seen"),
    path("user/todo/feed/", todo.feed_key, name="feed-key"),
    path("user/todo/feed-key/revoke/", todo.revoke_feed_key, name="revoke-feed-key"),
    path("user/todo/feed/<str:key>/", feeds.todo_feed, name="todo-feed"),
    path("filters/<id:row>/remove/", saved.remove, name="remove-filter"),
    path("person/<id:row>/", people.person_page, name="person"),
    path("person/<id:row>/feed/", feeds.person_feed, name="person-feed"),
    path("search/", search.search, name="search"),
    path("api/", include("patchtrack.api.urls")),
    # Clients are configured with the final slash and without.
    path("xmlrpc/", xmlrpc, name="xmlrpc"),
    path("xmlrpc", xmlrpc),
    path("about/", site.about, name="about"),
    path("favicon.ico", site.favicon, name="favicon"),
    path("robots.txt", site.robots, name="robots"),
    path("mail/", mail_health.mail_health, name="mail-health"),
    path("mail/decide/", mail_health.decide, name="mail-decide"),
    path("mail/<id:row>/", mail_health.mail_page, name="kept-mail"),
    path("mail/<id:row>/raw/", mail_health.any_raw_mail, name="any-raw-mail"),
    path("user/", include(account_paths)),
    path("register/", registration.register, name="register"),
    path("confirm/<str:key>/", registration.confirm, name="confirm"),
    path("mail-settings/", registration.mail_settings, name="mail-settings"),
    path("mail-sent/", registration.mail_sent, name="mail-sent"),
    # The admin's own page would let a password be guessed without counting.
    path("admin/login/", logins.LogIn.as_view()),
    path("admin/", admin.site.urls),
    *old_links.paths,
]

handler400 = failures.bad_request
handler404 = failures.not_found
handler500 = failures.server_error
