"""Settings come from the environment, are refused when wrong, and each is documented."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db import connection

from ingest.daemon.limits import Limits
from ingest.management.commands.lmtpd import read_limits
from patchtrack import environment
from patchtrack.environment import (
    choose_hosts,
    choose_secret_key,
    derive_database,
    parse_database_url,
    read_choice,
    read_integer,
    read_list,
    read_pairs,
    read_people,
    read_seconds,
    read_text,
    split_header,
)
from tests.database_url import format_database_url

ROOT = Path(__file__).resolve().parent.parent
HERE = Path("/opt/patchtrack")
VARIABLE = re.compile(r"\bPATCHTRACK_[A-Z_]+\b")


def parse(url: str) -> environment.DatabaseAddress:
    return parse_database_url(url, HERE)


def derive(url: str, **environ: str) -> dict:
    return derive_database(parse(url), environ)


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess:
    """Runs manage.py with these variables and no others of ours."""
    inherited = {"PATH": os.environ["PATH"]}
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", *arguments],
        env=inherited | variables,
        input="",
        capture_output=True,
        text=True,
        check=False,
    )


class TestReading:
    def test_an_empty_variable_counts_as_not_set(self):
        assert read_text({"A": " "}, "A", "default") == "default"

    def test_a_list_is_separated_by_commas(self):
        assert read_list({"A": "one, two,,"}, "A") == ["one", "two"]

    def test_pairs_have_keys_in_lower_case(self):
        pairs = read_pairs({"A": "Tea@x.org=Tea, chai@x.org = chai,"}, "A")
        assert pairs == {"tea@x.org": "Tea", "chai@x.org": "chai"}

    def test_a_value_may_have_an_equals_sign(self):
        assert read_pairs({"A": "a=b=c"}, "A") == {"a": "b=c"}

    def test_no_pairs(self):
        assert read_pairs({"A": " , "}, "A") == {}

    @pytest.mark.parametrize("text", ["tea", "tea=", "=tea", "a=b,tea= ", "="])
    def test_what_is_no_pair_is_refused(self, text):
        with pytest.raises(ImproperlyConfigured, match="A must be key=value,key=value: see "):
            read_pairs({"A": text}, "A")

    def test_people_have_a_name_or_an_address_alone(self):
        people = read_people({"A": "Jane Doe <jane@example.org>, joe@example.org"}, "A")
        assert people == [("Jane Doe", "jane@example.org"), ("", "joe@example.org")]

    def test_who_has_no_address_is_refused(self):
        with pytest.raises(ImproperlyConfigured, match="A must be Name <address>"):
            read_people({"A": "Jane Doe"}, "A")

    def test_a_choice_is_read_in_any_case(self):
        assert read_choice({"A": "ReD"}, "A", ("red", "blue"), "blue") == "red"

    def test_a_wrong_choice_is_refused_with_the_right_ones(self):
        with pytest.raises(ImproperlyConfigured, match=r"A is 'green'.* red, blue"):
            read_choice({"A": "green"}, "A", ("red", "blue"), "blue")

    @pytest.mark.parametrize("text", ["-1", "1.5", "ten", "٣"])
    def test_a_whole_number_is_refused_when_it_is_none(self, text):
        with pytest.raises(ImproperlyConfigured, match="A is "):
            read_integer({"A": text}, "A", 7)

    def test_a_number_below_the_least_is_refused(self):
        with pytest.raises(ImproperlyConfigured, match="whole number from 1"):
            read_integer({"A": "0"}, "A", 7, least=1)

    def test_seconds_may_have_a_fraction(self):
        assert read_seconds({"A": "0.25"}, "A", 7) == 0.25

    @pytest.mark.parametrize("text", ["-1", "nan", "inf", "10s"])
    def test_seconds_are_refused_when_they_are_none(self, text):
        with pytest.raises(ImproperlyConfigured, match="A is "):
            read_seconds({"A": text}, "A", 7)

    @pytest.mark.parametrize(
        ("text", "header"),
        [
            ("", None),
            ("X-Forwarded-Proto", ("HTTP_X_FORWARDED_PROTO", "https")),
            ("X-Scheme: tls", ("HTTP_X_SCHEME", "tls")),
        ],
    )
    def test_a_proxy_header_becomes_djangos_pair(self, text, header):
        assert split_header(text) == header


class TestDatabaseUrl:
    @pytest.mark.parametrize(
        ("url", "path"),
        [
            ("sqlite:////srv/p.sqlite3", "/srv/p.sqlite3"),
            ("sqlite:///var/p.sqlite3", "/opt/patchtrack/var/p.sqlite3"),
            ("sqlite:////srv/my%20data%3F.db", "/srv/my data?.db"),
        ],
    )
    def test_sqlite_is_a_path(self, url, path):
        assert parse(url).name == path

    def test_postgresql_in_full(self):
        address = parse("postgresql://jane:s%40cret%2F@db.example.org:5433/patches?sslmode=require")
        assert address == environment.DatabaseAddress(
            engine="django.db.backends.postgresql",
            name="patches",
            user="jane",
            password="s@cret/",
            host="db.example.org",
            port="5433",
            options=(("sslmode", "require"),),
        )

    @pytest.mark.parametrize(
        ("url", "host"),
        [
            ("postgresql://jane@[::1]:5432/p", "::1"),
            ("postgresql://%2Fvar%2FRun/p", "/var/Run"),
            ("postgresql:///p", ""),
        ],
    )
    def test_postgresql_hosts(self, url, host):
        assert parse(url).host == host

    def test_a_socket_directory_is_an_option(self):
        options = derive("postgresql:///p?host=/var/run/postgresql")["OPTIONS"]
        assert options["host"] == "/var/run/postgresql"

    def test_a_plus_sign_in_an_option_stays_one(self):
        assert parse("postgresql:///p?user=a+b").options == (("user", "a+b"),)

    def test_a_service_needs_no_name(self):
        assert parse("postgresql:///?service=patches").name == ""

    @pytest.mark.parametrize(
        "url",
        [
            "jane:secret@host/p",
            "mysql://jane:secret@host/p",
            "postgresql:jane:secret@host/p",
            "postgresql://jane:secret@host",
            "postgresql://jane:sec#ret@host/p",
            "postgresql://jane:secret/x@host/p",
            "postgresql://jane:secret?x@host/p",
            "postgresql://jane:secret@host/p?pool=8",
            "sqlite://jane:secret@host/p",
            "sqlite:///",
            "sqlite:///:memory:",
            "sqlite:///p?timeout=5",
        ],
    )
    def test_a_wrong_url_is_refused_without_telling_its_password(self, url):
        with pytest.raises(ImproperlyConfigured, match="DATABASE_URL") as caught:
            parse(url)
        assert "sec" not in str(caught.value)

    @pytest.mark.django_db
    def test_the_running_database_comes_back_from_its_own_url(self):
        settings = connection.settings_dict
        again = derive(format_database_url(settings))
        assert again == {name: settings[name] for name in again}


class TestDatabase:
    def test_sqlite_takes_the_write_lock_when_a_transaction_begins(self):
        assert derive("sqlite:///p")["OPTIONS"]["transaction_mode"] == "IMMEDIATE"

    def test_sqlite_waits_for_the_lock(self):
        options = derive("sqlite:///p", PATCHTRACK_LOCK_TIMEOUT="2.5")["OPTIONS"]
        assert options["timeout"] == 2.5

    def test_postgresql_gets_its_timeouts_in_milliseconds_and_compiles_nothing(self):
        options = derive("postgresql:///p", PATCHTRACK_STATEMENT_TIMEOUT="1.5")["OPTIONS"]
        assert options["options"] == (
            "-c lock_timeout=10000 -c statement_timeout=1500 "
            "-c idle_in_transaction_session_timeout=60000 -c jit=off"
        )

    def test_options_of_the_url_come_last_and_so_win(self):
        options = derive("postgresql:///p?options=-c%20lock_timeout%3D1")["OPTIONS"]
        assert options["options"].endswith(" -c lock_timeout=1")

    def test_a_pool_keeps_the_connections_instead_of_django(self):
        database = derive("postgresql:///p", PATCHTRACK_DATABASE_POOL="8")
        assert (database["OPTIONS"]["pool"]["max_size"], database["CONN_MAX_AGE"]) == (8, 0)

    def test_without_a_pool_django_keeps_the_connection(self):
        database = derive("postgresql:///p")
        assert ("pool" in database["OPTIONS"], database["CONN_MAX_AGE"]) == (False, None)

    @pytest.mark.django_db
    def test_the_running_database_has_its_timeouts(self):
        assert (
            read_running_timeouts()
            == {
                "sqlite": [("PRAGMA busy_timeout", 20000)],
                "postgresql": [("SHOW lock_timeout", "10s"), ("SHOW statement_timeout", "1min")],
            }[connection.vendor]
        )

    @pytest.mark.django_db
    @pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's own settings")
    @pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2)])
    def test_a_running_sqlite_is_durable(self, pragma, value):
        assert ask(f"PRAGMA {pragma}") == value

    @pytest.mark.django_db
    @pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL's own setting")
    def test_a_running_postgresql_reads_committed_rows(self):
        assert ask("SHOW transaction_isolation") == "read committed"


def read_running_timeouts() -> list:
    questions = {
        "sqlite": ["PRAGMA busy_timeout"],
        "postgresql": ["SHOW lock_timeout", "SHOW statement_timeout"],
    }[connection.vendor]
    return [(question, ask(question)) for question in questions]


def ask(question: str):
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


class TestProfiles:
    required = {  # noqa: RUF012
        "PATCHTRACK_PROFILE": "production",
        "PATCHTRACK_SECRET_KEY": "".join(map(chr, range(40, 100))),
        "PATCHTRACK_HOSTS": "patches.example.org",
    }

    def test_production_needs_a_key_and_says_how_to_make_one(self):
        with pytest.raises(ImproperlyConfigured, match=r"KEY is not set.*token_urlsafe"):
            choose_secret_key({}, production=True)

    def test_production_refuses_a_short_key(self):
        with pytest.raises(ImproperlyConfigured, match="too short"):
            choose_secret_key({"PATCHTRACK_SECRET_KEY": "secret"}, production=True)

    def test_production_needs_hosts(self):
        with pytest.raises(ImproperlyConfigured, match="PATCHTRACK_HOSTS is not set"):
            choose_hosts({}, production=True)

    def test_development_needs_nothing_and_answers_to_its_own_machine_only(self):
        assert choose_secret_key({}, production=False)
        assert choose_hosts({}, production=False) == ["localhost", "127.0.0.1", "[::1]"]

    def test_only_the_development_server_keeps_its_queries(self):
        kept = "from django.db import connection; print(connection.queries_logged)"
        assert manage("shell", "--no-imports", "-c", kept).stdout == "False\n"

    def test_production_passes_djangos_deployment_check(self):
        done = manage("check", "--deploy", "--fail-level", "WARNING", **self.required)
        assert done.stdout == "System check identified no issues (0 silenced).\n", done.stderr

    def test_the_deployment_check_can_fail(self):
        done = manage(
            *("check", "--deploy", "--fail-level", "WARNING"),
            **self.required | {"PATCHTRACK_HSTS_SECONDS": "0"},
        )
        assert (done.returncode, "security.W004" in done.stderr) == (1, True)

    def test_a_wrong_setting_is_told_in_one_line(self):
        done = manage("check", PATCHTRACK_PROFILE="staging")
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)

    def test_a_wrong_setting_does_not_make_a_delivered_mail_bounce(self):
        assert manage("parsemail", PATCHTRACK_PROFILE="production").returncode == 75

    @pytest.mark.parametrize("server", ["wsgi", "asgi"])
    def test_a_web_server_means_production(self, server):
        done = subprocess.run(
            [sys.executable, "-c", f"import patchtrack.{server}"],
            env={"PATH": os.environ["PATH"]},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "ImproperlyConfigured: PATCHTRACK_SECRET_KEY is not set" in done.stderr


class TestDaemon:
    @pytest.mark.parametrize(
        ("name", "text", "value"),
        [
            ("PATCHTRACK_STRICT_RECIPIENTS", "Yes", True),
            ("PATCHTRACK_STRICT_RECIPIENTS", "", False),
            ("PATCHTRACK_RECIPIENTS", "Tea@x.org=tea", {"tea@x.org": "tea"}),
            ("PATCHTRACK_RECIPIENTS", "", {}),
            ("PATCHTRACK_LMTP_CONNECTIONS", "", 100),
            ("PATCHTRACK_LMTP_RECIPIENTS", "7", 7),
            ("PATCHTRACK_LMTP_QUEUE", "", 1000),
            ("PATCHTRACK_LMTP_MEMORY", "", 536870912),
            ("PATCHTRACK_LMTP_IDLE_SECONDS", "1.5", 1.5),
            ("PATCHTRACK_LMTP_STOP_SECONDS", "0", 0),
        ],
    )
    def test_a_setting_is_read(self, read_settings, name, text, value):
        assert read_settings(**{name: text})[name] == value

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("PATCHTRACK_STRICT_RECIPIENTS", "perhaps"),
            ("PATCHTRACK_RECIPIENTS", "tea@x.org"),
            ("PATCHTRACK_LMTP_CONNECTIONS", "0"),
            ("PATCHTRACK_LMTP_RECIPIENTS", "many"),
            ("PATCHTRACK_LMTP_QUEUE", "0"),
            ("PATCHTRACK_LMTP_MEMORY", "512M"),
            ("PATCHTRACK_LMTP_IDLE_SECONDS", "0"),
            ("PATCHTRACK_LMTP_STOP_SECONDS", "-1"),
        ],
    )
    def test_a_wrong_setting_is_refused(self, read_settings, name, text):
        with pytest.raises(ImproperlyConfigured, match=f"^{name} "):
            read_settings(**{name: text})

    def test_every_limit_is_one_of_the_settings(self, settings):
        names = "CONNECTIONS RECIPIENTS QUEUE MEMORY IDLE_SECONDS STOP_SECONDS".split()
        for number, name in enumerate(names):
            setattr(settings, f"PATCHTRACK_LMTP_{name}", number)
        settings.PATCHTRACK_MAX_MESSAGE_BYTES = 3
        limits = read_limits()
        assert limits == Limits(
            connections=0,
            recipients=1,
            waiting=2,
            held_bytes=3,
            idle_seconds=4,
            stop_seconds=5,
            message_bytes=3,
        )

    def test_the_largest_mail_must_find_room(self, settings):
        settings.PATCHTRACK_LMTP_MEMORY, settings.PATCHTRACK_MAX_MESSAGE_BYTES = 99, 100
        with pytest.raises(CommandError, match="would never find room") as caught:
            read_limits()
        assert caught.value.returncode == os.EX_CONFIG


@pytest.fixture
def read_settings(monkeypatch):
    """The settings as a program reads them that is started with these variables."""

    def read(**variables: str) -> dict:
        for name, text in variables.items():
            monkeypatch.setenv(name, text)
        return runpy.run_path(str(ROOT / "patchtrack" / "settings.py"))

    return read


class TestDocumentation:
    def test_each_variable_in_the_code_is_documented_and_the_other_way_round(self):
        assert find_documented() == find_read()

    def test_no_variable_is_documented_twice(self):
        names = find_table_names()
        assert sorted(names) == sorted(set(names))


def find_documented() -> set[str]:
    return {name for name in find_table_names() if name.startswith("PATCHTRACK_")}


def find_table_names() -> list[str]:
    page = (ROOT / "docs" / "settings.md").read_text()
    return re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE)


def find_read() -> set[str]:
    files = [ROOT / "manage.py", *(ROOT / "tools").glob("*")]
    for room in ("patchtrack", "ingest"):
        files += (ROOT / room).rglob("*.py")
    return {name for path in files if path.is_file() for name in VARIABLE.findall(path.read_text())}
