import pytest

from reinfra.config import Settings
from reinfra.config.receivers import WebhookReceiver
from reinfra.doctor.channels import channels
from reinfra.doctor.finding import Level


def test_a_receiver_whose_secret_is_not_set_is_named_with_the_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("THE_ADDRESS", "https://chat.example.com/x")
    monkeypatch.delenv("THE_KEY", raising=False)
    variables = {"url_env": "THE_ADDRESS", "secret_env": "THE_KEY"}
    chat = WebhookReceiver.model_validate({"kind": "webhook", "name": "chat", **variables})
    found = list(channels(Settings(receiver=(chat,))))
    assert found[0].said == "console, chat"
    (bad,) = [one for one in found if one.level is Level.BAD]
    assert bad.what == "receiver chat"
    assert "THE_KEY" in bad.said
    assert "chat.example.com" not in bad.said
