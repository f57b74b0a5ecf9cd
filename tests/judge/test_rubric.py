from pathlib import Path

import pytest

from judge.rubric import RubricKind, load_rubric, rubrics
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


def test_the_shipped_rubrics_load_and_are_named_as_their_files() -> None:
    assert set(rubrics()) == {"correctness", "following-instructions"}
    assert rubrics()["correctness"].needs == ("reference",)
    assert rubrics()["following-instructions"].kind is RubricKind.PAIRWISE


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
