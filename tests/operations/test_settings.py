"""Settings: where they come from, which wins, and what a wrong one says."""

from pathlib import Path

import pytest

from idp.cli.config import documentation_text, example_text
from idp.settings import Settings, SettingsFault, load_settings
from tests.operations.installation import ROOT

DEVELOPMENT = {"server": {"mode": "development"}}


def toml(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def fault(path: Path | None = None, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(SettingsFault) as caught:
        load_settings(path, environ or {})
    return str(caught.value)


def test_the_example_file_is_written_from_the_declarations() -> None:
    assert (ROOT / "config.example.toml").read_text(encoding="utf-8") == example_text()


def test_the_documentation_is_written_from_the_declarations() -> None:
    assert (ROOT / "docs/configuration.md").read_text(encoding="utf-8") == documentation_text()


def test_the_example_file_holds_every_default() -> None:
    read = load_settings(ROOT / "config.example.toml", {}, DEVELOPMENT)
    assert read == Settings.model_validate(DEVELOPMENT)


def test_the_command_line_wins_over_the_environment_which_wins_over_the_file(
    tmp_path: Path,
) -> None:
    file = toml(
        tmp_path,
        '[server]\nmode = "development"\nport = 1111\nhost = "127.0.0.2"\nworkers = 2\n',
    )
    environ = {"IDP_SERVER__PORT": "2222", "IDP_SERVER__HOST": "127.0.0.3"}
    server = load_settings(file, environ, {"server": {"port": 3333}}).server
    assert (server.port, server.host, server.workers, server.threads) == (
        3333,
        "127.0.0.3",
        2,
        8,
    )


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret\n", encoding="utf-8")
    environ = {
        "IDP_SERVER__MODE": "development",
        "IDP_MAIL__PASSWORD_FILE": str(tmp_path / "password"),
    }
    assert load_settings(None, environ).mail.password == "s3cret"


def test_a_variable_and_its_file_at_once_are_refused(tmp_path: Path) -> None:
    output = fault(
        environ={
            "IDP_MAIL__PASSWORD": "a",
            "IDP_MAIL__PASSWORD_FILE": str(tmp_path / "b"),
        }
    )
    assert "mail.password" in output and "IDP_MAIL__PASSWORD_FILE" in output


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[server]\nprot = 1\n", ["server.prot", "no such setting", "port"]),
        ("[sever]\nport = 1\n", ["sever", "no such setting", "server"]),
        ("[server]\nport = 99999\n", ["server.port", "99999", "65535"]),
        ('[server]\nport = "many"\n', ["server.port", "many", "integer"]),
        ('[server]\nmode = "test"\n', ["server.mode", "test", "production"]),
        (
            '[server]\nissuer = "https://a.example/"\n',
            ["server.issuer", "https://a.example/"],
        ),
        ('server = "here"\n', ["server"]),
        ("[server\n", ["not valid TOML"]),
    ],
)
def test_a_wrong_setting_is_named_with_what_was_given_and_what_is_allowed(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    output = fault(toml(tmp_path, text))
    assert [word for word in words if word not in output] == []


def test_production_refuses_plain_http_example_secrets_and_debug() -> None:
    output = fault(environ={"IDP_SERVER__LOG_LEVEL": "DEBUG"})
    for name in (
        "server.issuer",
        "server.log_level",
        "secrets.secret_key",
        "secrets.master_key",
        "secrets.pairwise_key",
    ):
        assert name in output


def test_a_wrong_secret_is_never_shown() -> None:
    output = fault(environ={"IDP_SERVER__MODE": "development", "IDP_SECRETS__SECRET_KEY": "hush"})
    assert "secrets.secret_key" in output and "hush" not in output


def test_a_settings_file_that_is_missing_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "none.toml") in fault(tmp_path / "none.toml")
