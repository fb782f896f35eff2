"""Rows as plain values under the names of a model's attributes: where hundreds are told of, a row
of Django's takes ten times as long to make."""

from collections import namedtuple
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from django.db.models import Model, QuerySet

from patchtrack.models import Project


class Shape:
    """What is read of a row: some columns, and what is read of the rows that it refers to, by
    the names of these references. A reference is None where the first column of what it refers
    to is.

    A row with the column `project_id` has its `project`, too: a row of Django's, for there are few.
    """

    def __init__(self, *columns: str, **inner: "Shape") -> None:
        self.own, self.inner = columns, inner
        self.has_project = "project_id" in columns
        of_project = ("project",) if self.has_project else ()
        self._make = namedtuple("Row", [*columns, *inner, *of_project])._make
        self.columns = [*columns]
        self._slices = []
        for name, shape in inner.items():
            start = len(self.columns)
            self.columns += [f"{name}__{column}" for column in shape.columns]
            self._slices.append((shape, slice(start, len(self.columns))))

    def make(self, values: tuple[Any, ...], project: Project | None = None) -> Any:
        """A row, of the values of all columns."""
        made = [*values[: len(self.own)]]
        for shape, place in self._slices:
            inside = values[place]
            made.append(None if inside[0] is None else shape.make(inside))
        if self.has_project:
            made.append(project)
        return self._make(made)


@lru_cache
def _widen(shape: Shape, *columns: str) -> Shape:
    """A shape with some columns more: to make one takes as long as to make many rows."""
    return Shape(*shape.own, *columns, **shape.inner)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainRows:
    """A query with verbs of a QuerySet's, of which the rows are plain. `projects` are those that
    have been read already, by their ids; the others are read together, in one query more."""

    shape: Shape
    query: QuerySet
    projects: Mapping[int, Project] = field(default_factory=dict)

    @property
    def model(self) -> type[Model]:
        return self.query.model

    def filter(self, *conditions: Any, **wanted: Any) -> "PlainRows":
        return replace(self, query=self.query.filter(*conditions, **wanted))

    def order_by(self, *columns: Any) -> "PlainRows":
        return replace(self, query=self.query.order_by(*columns))

    def annotate(self, **columns: Any) -> "PlainRows":
        """With some columns more."""
        return replace(
            self, shape=_widen(self.shape, *columns), query=self.query.annotate(**columns)
        )

    def first(self) -> Any:
        """One of the rows, the first one in a query that is ordered; None if there is none."""
        return next(iter(replace(self, query=self.query[:1])), None)

    def __iter__(self) -> Iterator[Any]:
        found = list(self.query.values_list(*self.shape.columns))
        if not self.shape.has_project:
            return map(self.shape.make, found)
        place = self.shape.columns.index("project_id")
        ids = [values[place] for values in found]
        projects = self._find_projects(set(ids))
        return map(self.shape.make, found, map(projects.__getitem__, ids))

    def _find_projects(self, ids: set[int]) -> Mapping[int, Project]:
        if ids <= self.projects.keys():
            return self.projects
        return Project.objects.in_bulk(ids)
