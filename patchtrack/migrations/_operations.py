"""What migrations do here that Django's own operations do not."""

from django.db.migrations.operations.base import Operation


class AtOnce(Operation):
    """Several operations, none of which needs the models as another one of them leaves them.

    After each operation by itself, Django makes all models that are related to it anew, which took
    more than a quarter of the time in which a new database is made.
    """

    def __init__(self, operations):
        self.operations = operations

    def state_forwards(self, app_label, state):
        # Made when they are next asked for, with all models in it.
        state.__dict__.pop("apps", None)
        state.is_delayed = False
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return f"{len(self.operations)} operations at once"


class OnPostgreSQL(Operation):
    """Statements for PostgreSQL alone, and those that undo them."""

    def __init__(self, statements, undoing=()):
        self.statements = statements
        self.undoing = undoing

    def state_forwards(self, app_label, state):
        """Django's models stay as they are."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        self._execute(schema_editor, self.statements)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        self._execute(schema_editor, self.undoing)

    def describe(self):
        return f"{len(self.statements)} statements for PostgreSQL"

    @staticmethod
    def _execute(schema_editor, statements):
        if schema_editor.connection.vendor == "postgresql":
            for statement in statements:
                schema_editor.execute(statement)
