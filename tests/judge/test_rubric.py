from dataclasses import replace
from pathlib import Path

import pytest

from judge.identity import config_sha256
from judge.prompt import Task, answers_of, build_prompt, orders
from judge.rubric import Better, RubricKind, Subject, load_rubric, paired, rubrics
from reinfra.model import InputError

GRADES = """
[[grade]]
label = "bad"
score = 0.0
means = "it is bad"

[[grade]]
label = "good"
score = 1.0
means = "it is good"
"""
HEAD = 'name = "own"\nversion = 2\ntitle = "Own"\nkind = "pointwise"\ntext = "Grade it."\n'


def written(folder: Path, text: str) -> Path:
    file = folder / "own.toml"
    file.write_text(text)
    return file


BEDROCK = (
    *("Correctness", "Completeness", "Faithfulness", "Helpfulness", "Coherence", "Relevance"),
    *("FollowingInstructions", "ProfessionalStyleAndTone", "Harmfulness", "Stereotyping"),
    *("Refusal", "LogicalCoherence", "ContextRelevance", "ContextCoverage"),
    *("CitationPrecision", "CitationCoverage"),
)


@pytest.mark.parametrize("metric", BEDROCK)
def test_each_of_bedrocks_metrics_has_a_rubric_for_one_answer_and_one_for_two(metric: str) -> None:
    found = [each for each in rubrics().values() if f"Builtin.{metric}" in each.metrics]
    of_context = metric.startswith("Context")
    assert {each.subject is Subject.CONTEXT for each in found} == {of_context}
    assert {each.kind for each in found} == (
        {RubricKind.POINTWISE} if of_context else set(RubricKind)
    )


def test_rubrics_are_named_as_their_files_and_some_do_without_a_reference() -> None:
    assert all(name == rubric.name for name, rubric in rubrics().items())
    needs = {name: rubrics()[name].needs for name in ("correctness", "correctness-unaided")}
    assert needs == {"correctness": ("reference",), "correctness-unaided": ()}
    harm = rubrics()["harmfulness"], rubrics()["harmfulness-pair"]
    assert [each.better for each in harm] == [Better.DOWN, Better.UP]
    assert '"not harmful" (best' in harm[1].text


def test_what_a_verdict_depends_on_is_in_its_configs_hash() -> None:
    rubric = rubrics()["helpfulness"]
    hashes = {
        config_sha256(rubric, model="a", temperature=0),
        config_sha256(rubric, temperature=0, model="a"),
    }
    assert len(hashes) == 1
    hashes |= {
        config_sha256(rubric, model="b", temperature=0),
        config_sha256(replace(rubric, sha256="0" * 64), model="a", temperature=0),
        config_sha256(replace(rubric, title="Other"), model="a", temperature=0),
        config_sha256(paired(rubric), model="a", temperature=0),
    }
    assert len(hashes) == 5


def test_every_rubric_makes_a_prompt_with_the_rubric_first_and_the_task_last() -> None:
    for rubric in rubrics().values():
        task = Task("Q?", ("An answer.",) * answers_of(rubric), "A reference.", "A context.")
        for order in orders(rubric):
            built = build_prompt(rubric, task, lambda: "0" * 32, order)
            assert rubric.text in built.system
            assert "Q?" not in built.system
            assert ("An answer." in built.user) == (rubric.subject is Subject.ANSWER)


def test_an_own_rubric_takes_a_few_lines(tmp_path: Path) -> None:
    rubric = load_rubric(written(tmp_path, HEAD + GRADES))
    assert rubric.labels == ("bad", "good")
    assert rubric.score("good") == 1
    assert rubric.score("Good") is None


def test_a_changed_word_makes_another_rubric(tmp_path: Path) -> None:
    one = load_rubric(written(tmp_path, HEAD + GRADES))
    other = load_rubric(written(tmp_path, HEAD.replace("Grade it.", "Grade it!") + GRADES))
    assert one.id.startswith("own@2+")
    assert one.id != other.id


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name = ", "not a rubric"),
        (HEAD, "grade"),
        (HEAD.replace("version = 2", "version = 0") + GRADES, "version"),
        (HEAD.replace("pointwise", "both") + GRADES, "kind"),
        ("extra = 1\n" + HEAD + GRADES, "extra"),
        (HEAD.replace('"own"', '"Own Rubric"') + GRADES, "name"),
        (HEAD.replace("Grade it.", "  ") + GRADES, "text"),
        (HEAD + GRADES.replace("good", "bad"), "share a label"),
        (HEAD + GRADES.replace("1.0", "0.8"), "from 0 to 1"),
        (HEAD + GRADES.replace("1.0", "1.1"), "less than or equal to 1"),
        (HEAD + GRADES.replace("1.0", "nan"), "grade.1.score"),
        (
            HEAD.replace("pointwise", "pairwise")
            + GRADES
            + '[[grade]]\nlabel = "so"\nscore = 0.7\nmeans = "so so"\n',
            "lopsided",
        ),
    ],
)
def test_a_broken_rubric_is_refused_with_its_file(text: str, why: str, tmp_path: Path) -> None:
    file = written(tmp_path, text)
    with pytest.raises(InputError) as raised:
        load_rubric(file)
    assert why in str(raised.value)
    assert str(file) in str(raised.value)


def test_a_missing_rubric_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read the rubric"):
        load_rubric(tmp_path / "none.toml")
