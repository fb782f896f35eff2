"""Which view answers which path of the API, in each version."""

from django.urls import URLPattern, URLResolver, include, path

from patchtrack import converters  # noqa: F401 (the paths need it)
from patchtrack.api.versions import LATEST, has_call
from patchtrack.api.views import (
    bundles,
    comments,
    many,
    patches,
    people,
    projects,
    schema,
    series,
    streams,
)


def find_paths(version: int) -> list[URLPattern]:
    """The paths that a version has."""
    all_patches, one_series = patches.Patches, series.OneSeries
    if has_call("change many", version):
        all_patches, one_series = many.ManyPatches, many.ChangeableSeries
    paths = [
        path("", projects.Index.as_view()),
        path("projects/", projects.Projects.as_view()),
        path("projects/<str:key>/", projects.OneProject.as_view()),
        path("users/", people.Users.as_view()),
        path("users/<id:row>/", people.OneUser.as_view()),
        path("people/", people.People.as_view()),
        path("people/<id:row>/", people.OnePerson.as_view()),
        path("patches/", all_patches.as_view()),
        path("patches/<id:row>/", patches.OnePatch.as_view()),
        path("patches/<id:row>/checks/", patches.Checks.as_view()),
        path("patches/<id:row>/checks/<id:check>/", patches.OneCheck.as_view()),
        path("covers/", comments.Covers.as_view()),
        path("covers/<id:row>/", comments.OneCover.as_view()),
        path("series/", series.AllSeries.as_view()),
        path("series/<id:row>/", one_series.as_view()),
        path("bundles/", bundles.Bundles.as_view()),
        path("bundles/<id:row>/", bundles.OneBundle.as_view()),
        path("events/", series.Events.as_view()),
        path("schema/", schema.Schema.as_view()),
        path("docs/", schema.docs),
    ]
    if has_call("series checks", version):
        paths.append(path("series/<id:row>/checks/", many.SeriesChecks.as_view()))
    if has_call("event stream", version):
        paths.append(path("events/stream", streams.EventStream.as_view()))
    for parent in ("patches", "covers"):
        named = {"parent": parent}
        where = f"{parent}/<id:row>/comments/"
        if has_call("comments", version):
            paths.append(path(where, comments.Comments.as_view(), named))
        if has_call("one comment", version):
            paths.append(path(f"{where}<id:comment>/", comments.OneComment.as_view(), named))
    return paths


def _mount(prefix: str, version: int) -> URLResolver:
    options = {"version": version, "prefix": prefix and f"/{prefix}"}
    return path(f"{prefix}/" if prefix else "", include(find_paths(version)), options)


urlpatterns = [_mount(f"1.{version}", version) for version in range(LATEST + 1)]
urlpatterns.append(_mount("", LATEST))
