from reinfra.gaps import Refusal, Scorecard, lines, summary

Results = dict[str, Scorecard | Refusal]


def test_the_words_are_of_association_and_of_this_run(recorded: Results) -> None:
    for result in recorded.values():
        text = "\n".join(lines(result))
        assert "caused" not in text
        if isinstance(result, Scorecard):
            assert "at matched load" in text
            assert "association, not a cause" in text
            assert "in this run" in text
            assert "rows resampled as independent" in text


def test_a_refusal_is_its_reasons_only(recorded: Results) -> None:
    refused = [result for result in recorded.values() if isinstance(result, Refusal)]
    assert len(refused) == 2
    for result in refused:
        said = list(lines(result))
        assert said[0] == result.title
        assert len(said) == 1 + len(result.reasons)
        assert "refused" in summary(result)


def test_the_summary_puts_the_naive_figure_beside_the_matched_one(recorded: Results) -> None:
    (line,) = (summary(r) for t, r in recorded.items() if t.startswith("inf2.24xlarge against g5"))
    assert "latency naively -49 %" in line
    assert "+31 % [+2" in line
    assert "not comparable as a whole" in line


def test_what_has_no_number_says_why(recorded: Results) -> None:
    failing = recorded["inf2.48xlarge against g5.48xlarge in 13b_2024-01-18.csv"]
    text = "\n".join(lines(failing))
    assert "unknown: ml.inf2.48xlarge failed 46 of 56 requests" in text
    assert "USD per million output tokens: unknown" in text
