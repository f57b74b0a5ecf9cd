from pathlib import Path

import pytest

from reinfra.config import load_settings
from reinfra.config.load import origins
from reinfra.errors import InputError


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _file(text: str) -> Path:
    path = Path("reinfra.toml")
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_the_defaults_hold() -> None:
    assert load_settings().dashboard.port == 8501


def test_the_file_in_the_working_directory_is_read() -> None:
    _file("[dashboard]\nport = 9000")
    assert load_settings().dashboard.port == 9000


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    _file('[alerts]\nchannels = ["console"]\nmax_attempts = 3')
    monkeypatch.setenv("REINFRA_ALERTS_CHANNELS", "file, console")
    alerts = load_settings().alerts
    assert (alerts.channels, alerts.max_attempts) == (("file", "console"), 3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[database]\nurll = 'x'", "reinfra.toml: database.urll: no such key"),
        ("[nonsense]\na = 1", "reinfra.toml: nonsense: no such key"),
        (
            "[dashboard]\nport = 'high'",
            "reinfra.toml: dashboard.port: Input should be a valid integer",
        ),
        ("[dashboard]\nport = 70000", "reinfra.toml: dashboard.port: Input should be less than"),
        ("[alerts]\nchannels = ['sns']", "reinfra.toml: alerts.sns_topic_arn: a topic is needed"),
        ("[alerts]\nsns_topic_arn = 'arn:x'", "reinfra.toml: alerts.sns_topic_arn: not the ARN"),
        ("[detect]\nquiet = inf", "reinfra.toml: detect.quiet: "),
        ("[detect]\nquiet = 1e9", "reinfra.toml: detect.quiet: "),
        ("[detect]\nstep = nan", "reinfra.toml: detect.step: "),
        ("port == 3", "reinfra.toml: not TOML"),
        (
            '[[source]]\ncollector = "host"\n[[source]]\ncollector = "otlp"\nname = "vllm-a"\nx = 1',
            "reinfra.toml: [[source]] number 2 (vllm-a): x: no such key",
        ),
        ('[[source]]\ncollector = "scrap"', "reinfra.toml: [[source]] number 1 (scrap): "),
    ],
)
def test_a_wrong_file_is_named_with_key_and_reason(text: str, said: str) -> None:
    _file(text)
    with pytest.raises(InputError) as raised:
        load_settings()
    assert str(raised.value).startswith(said)
    assert "\n" not in str(raised.value)


def test_a_wrong_variable_is_named_and_not_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    _file("[dashboard]\nport = 9000")
    monkeypatch.setenv("REINFRA_DASHBOARD_PORT", "high")
    with pytest.raises(InputError, match=r"^REINFRA_DASHBOARD_PORT: dashboard\.port"):
        load_settings()


@pytest.mark.parametrize(
    ("variable", "text", "key"),
    [
        ("REINFRA_DETECT", '{"quiet": "x"}', r"detect\.quiet"),
        ("REINFRA_DETECT", "5", "detect"),
        ("REINFRA_ALERTS_CHANNELS", "sns", r"alerts\.sns_topic_arn"),
        ("REINFRA_ALERTS_SNS_TOPIC_ARN", "sns", r"alerts\.sns_topic_arn"),
    ],
)
def test_the_variable_is_blamed_and_no_file_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, variable: str, text: str, key: str
) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(InputError, match=rf"^{variable}: {key}: .*unset {variable}\.$"):
        load_settings()


def test_the_file_is_blamed_beside_an_innocent_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    _file("[detect]\nquiet = 'x'")
    monkeypatch.setenv("REINFRA_DETECT", '{"step": 60}')
    monkeypatch.setenv("REINFRA_DETECT_HISTORY", "7")
    with pytest.raises(InputError, match=r"^reinfra\.toml: detect\.quiet"):
        load_settings()


@pytest.mark.parametrize("name", ["REINFRA_NONSENSE", "REINFRA_DASHBOARD_PORTS"])
def test_a_variable_that_sets_nothing_is_refused(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "1")
    with pytest.raises(InputError, match=name):
        load_settings()


def test_a_named_file_that_is_missing_is_an_error() -> None:
    with pytest.raises(InputError, match=r"absent\.toml: unreadable: No such file"):
        load_settings(Path("absent.toml"))


def test_a_file_that_is_no_text_is_an_error() -> None:
    Path("reinfra.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="not UTF-8"):
        load_settings()


def test_each_setting_can_be_traced_to_where_it_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    _file("[dashboard]\nport = 9000\nhost = '::1'")
    monkeypatch.setenv("REINFRA_DASHBOARD_PORT", "9001")
    assert origins() == {
        "dashboard.port": "REINFRA_DASHBOARD_PORT",
        "dashboard.host": "reinfra.toml",
    }
