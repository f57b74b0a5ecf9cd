from collectors.otlp.evaluations import Passing
from collectors.otlp.gathered import Gathered
from collectors.otlp.identity import Naming
from collectors.otlp.prompts import RECENT
from reinfra.model import Fact, Report, subject

CHAT = subject({"service.name": "chat", "gen_ai.prompt.name": "greet"})


def delivered(naming: Naming, *versions: str) -> Report:
    passing = Passing({}, frozenset(), frozenset())
    gathered = Gathered(naming, passing, {"service.name": "chat"})
    for version in versions:
        gathered.labels({"gen_ai.prompt.name": "greet", "gen_ai.prompt.version": version})
    return gathered.report()


def test_the_version_of_a_prompt_is_a_fact_and_a_rollout_is_both_until_one_is_out_of_use() -> None:
    naming = Naming({}, ("gen_ai.prompt.version",))
    said = [delivered(naming, *versions).facts for versions in (["1"], ["2"], ["1", "2"], [])]
    assert said == [
        (Fact(CHAT, "gen_ai.prompt.version", "1"),),
        (Fact(CHAT, "gen_ai.prompt.version", "1,2"),),
        (Fact(CHAT, "gen_ai.prompt.version", "1,2"),),
        (),
    ]
    (fact,) = delivered(naming, *(["2"] * RECENT)).facts
    assert fact.value == "2"


def test_a_request_without_a_version_says_nothing_of_one() -> None:
    assert delivered(Naming({}, ("gen_ai.prompt.version",)), "").facts == ()
