"""What SNS refuses, known before it is asked. No mock server here: it accepts much that SNS does not."""

import pytest

from reinfra.alerts.validate import SIZE_LIMIT, Publication, problems


def found(subject: str = "[CRIT] x INC-1", message: str = "m", **attributes: str) -> list[str]:
    return problems(Publication(subject, message, attributes))


def test_a_plain_message_has_no_problem() -> None:
    assert found(severity="critical") == []


@pytest.mark.parametrize(
    ("subject", "problem"),
    [
        ("", "is empty"),
        ("x" * 100, "100 characters, 99 are allowed"),
        ("one\ntwo", "line break or control"),
        ("bell\x07", "line break or control"),
        ("93 °C", "not ASCII"),
        (" leading", "must begin with"),
    ],
)
def test_a_subject_that_sns_refuses_is_found(subject: str, problem: str) -> None:
    assert any(problem in line for line in found(subject))


def test_a_subject_of_99_characters_is_the_longest() -> None:
    assert found("x" * 99) == []


@pytest.mark.parametrize("message", ["", " \n\t "])
def test_an_empty_message_is_found(message: str) -> None:
    assert found(message=message) == ["the message is empty"]


def test_characters_that_sqs_refuses_are_found() -> None:
    assert "SQS refuses" in found(message="a\x00b")[0]
    assert "SQS refuses" in found(message="a\ud800b")[0]
    assert found(message="tab\tline\nemoji \U0001f525") == []


def test_size_counts_bytes_and_attributes() -> None:
    attributes = {"kind": "power"}
    used = len("kind" + "String" + "power")
    assert problems(Publication("s", "m" * (SIZE_LIMIT - used), attributes)) == []
    over = problems(Publication("s", "m" * (SIZE_LIMIT - used + 1), attributes))
    assert over == ["it has 262145 bytes with its attributes, 262144 are allowed"]
    assert problems(Publication("s", "é" * (SIZE_LIMIT // 2))) == []
    assert problems(Publication("s", "é" * (SIZE_LIMIT // 2) + "m"))


def test_an_empty_attribute_is_found() -> None:
    assert found(team="") == ["attribute 'team' is empty"]


@pytest.mark.parametrize("name", ["", "a b", ".a", "a.", "a..b", "AWS.x", "amazon.y", "x" * 257])
def test_a_name_that_sns_refuses_is_found(name: str) -> None:
    assert any("no valid name" in line for line in problems(Publication("s", "m", {name: "v"})))


def test_more_attributes_than_raw_delivery_keeps_are_found() -> None:
    eleven = {f"a{n}": "v" for n in range(11)}
    assert "raw delivery" in problems(Publication("s", "m", eleven))[0]


def test_a_fifo_message_needs_sound_ids() -> None:
    sound = Publication("s", "m", {}, "INC-7", "INC-7:1")
    assert problems(sound, fifo=True) == []
    assert problems(Publication("s", "m"), fifo=True) != []
    spaced = Publication("s", "m", {}, "INC 7", "x" * 129)
    assert len(problems(spaced, fifo=True)) == 2
