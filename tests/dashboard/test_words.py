"""What the sentences say, checked word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

from core.metrics import METRICS
from core.standing import Standing
from dashboard import words
from dashboard.words import verdict


@dataclass(frozen=True)
class Named:
    """A metric as a sentence sees it."""

    name: str
    title: str
    greater_is_better: bool = True
    unit: str = "share"
    saying: str = ""


ACCURACY = Named("accuracy", "Accuracy", saying="names {hundred} rows right")
LOG_LOSS = Named("log_loss", "Log loss", greater_is_better=False, unit="none")
MAE = Named("mae", "Mean absolute error", greater_is_better=False, unit="target", saying="is off by {value} on average")


def board(*rows: tuple[str, float | None, bool], low: float | None = 0.0, **rest: Any) -> list[Standing]:
    """Standings: titles, means and ties, best first; "Guess" is the baseline; no mean means failed."""
    return [
        Standing(
            **{
                "id": title,
                "name": title,
                "title": title,
                "baseline": title == "Guess",
                "state": "failed" if mean is None else "done",
                "mean": mean,
                "low": low,
                "tied": tied,
                "ranked": mean is not None,
                "rank": None if mean is None else place,
            }
            | rest
        )
        for place, (title, mean, tied) in enumerate(rows, 1)
    ]


# Escape


@pytest.mark.parametrize(
    "text",
    ["a_b *x*", "$5 and $6", "[a](http://b)", "`code`", "# head", "1. one", "- item", "<b>", "a | b", "~~s~~", "\\n"],
)
def test_escape_leaves_no_sign_bare(text: str) -> None:
    safe = words.escape(text)
    assert not re.search(r"(?<!\\)[*_`#\[\]$<>|~!+()-]", safe.replace("\\\\", ""))
    assert re.sub(r"\\(.)", r"\1", safe).replace("\u2060", "") == text


@pytest.mark.parametrize(
    "text", [":red[x]", ":smile:", ":material/home:", "<=50K", "a->b", "a--b", "https://x.y", "WWW.x.y", "a@b.c"]
)
def test_escape_parts_what_streamlit_finds_without_signs(text: str) -> None:
    safe = words.escape(text)
    assert not re.search(r"(?i):[a-z/\\]|@\w|\bwww\\?\.|-\\?[->]|<\\?[-=]", safe)
    assert re.sub(r"\\(.)", r"\1", safe).replace("\u2060", "") == text


def test_escape_keeps_one_line_and_plain_words() -> None:
    assert words.escape("  two\n lines\x00 ") == "two lines"
    assert words.escape("Umsatz (€) in 2024") == "Umsatz \\(€\\) in 2024"
    assert words.escape("ratio: 3") == "ratio\\: 3"
    assert words.escape(7) == "7"


# Figures


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.953, "95.3 %"), (1, "100.0 %"), (0.99999, "over 99.9 %"), (0.00001, "under 0.1 %"), (0, "0.0 %"), (None, "–")],
)
def test_percent(share: float | None, text: str) -> None:
    assert words.percent(share) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.95312, "0.953"), (523.4, "523"), (53940, "53,940"), (0.01234, "0.0123"), (0, "0"), (-2.5, "−2.50"),
        (1.5e-9, "1.50 × 10^-9"), (float("nan"), "–"), (None, "–"), (float("inf"), "–"),
    ],
)  # fmt: skip
def test_number(value: float | None, text: str) -> None:
    assert words.number(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0004, "under 1 ms"), (0.045, "45 ms"), (0.0996, "0.1 s"), (1.23, "1.2 s"), (9.96, "10 s"), (41.2, "41 s"),
        (59.7, "1 min"), (125, "2 min 5 s"), (3599, "1 h"), (3725, "1 h 2 min"), (None, "–"),
    ],
)  # fmt: skip
def test_duration(seconds: float | None, text: str) -> None:
    assert words.duration(seconds) == text


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1500, "1.5 kB"), (999_700, "1.0 MB"), (1_234_567, "1.2 MB"),
     (123_456_789, "123 MB"), (5e15, "5,000 TB"), (None, "–")],
)  # fmt: skip
def test_size(n_bytes: float | None, text: str) -> None:
    assert words.size(n_bytes) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1, "just now"), (12.9, "12 s ago"), (185, "3 min ago"), (7300, "2 h ago"), (90_000, "1 day ago"),
     (200_000, "2 days ago")],
)  # fmt: skip
def test_ago(seconds: float, text: str) -> None:
    assert words.ago(seconds) == text


def test_count_and_joined() -> None:
    assert words.count(1797, "row") == "1,797 rows"
    assert words.count(1, "row") == "1 row"
    assert words.count(2, "class", "classes") == "2 classes"
    assert words.joined([]) == ""
    assert words.joined(["A"]) == "A"
    assert words.joined(["A", "B"]) == "A and B"
    assert words.joined(["A", "B", "C"]) == "A, B and C"
    assert words.joined(["A", "B", "C", "D", "E"]) == "A, B and 3 others"


# One score


def test_every_metric_can_be_said() -> None:
    for metric in METRICS.values():
        for value in (0.0, 0.5, 1.0, -0.2):
            sentence = words.metric_sentence(metric, value, positive="yes", target="price")
            assert re.fullmatch(r"It [a-z].*\.", sentence)
            assert "{" not in sentence


@pytest.mark.parametrize(
    ("measure", "value", "sentence"),
    [
        (ACCURACY, 0.944, "It names 94 of 100 rows right."),
        (ACCURACY, 0.9991, "It names 99.9 of 100 rows right."),
        (ACCURACY, 0.99999, "It names 99.9 of 100 rows right."),
        (ACCURACY, 1.0, "It names 100 of 100 rows right."),
        (METRICS["recall"], 0.54, "It finds 54 of 100 rows that are “yes”."),
        (METRICS["precision"], 0.67, "It is right 67 of 100 times when it says “yes”."),
        (MAE, 523.4, "It is off by 523 on average."),
        (METRICS["r2"], 0.953, "It explains 95 % of what varies in price."),
        (METRICS["r2"], -0.2, "It does worse than always saying the mean (R² −0.200)."),
        (LOG_LOSS, 0.12, "It scores 0.120 in Log loss, where less is better."),
        (LOG_LOSS, None, "Log loss is not defined here."),
    ],
)
def test_metric_sentence(measure: Named, value: float | None, sentence: str) -> None:
    assert words.metric_sentence(measure, value, positive="yes", target="price") == sentence


def test_recall_without_a_class_is_told_by_its_value() -> None:
    assert words.says(METRICS["recall"], 0.5) == "scores 0.500 in Recall"


# Verdict


def test_a_clear_best() -> None:
    said = verdict(board(("Random forest", 0.944, True), ("k-NN", 0.9, False), ("Guess", 0.63, False)), ACCURACY)
    assert said == "Random forest is best: it names 94 of 100 rows right (guessing: 63)."


def test_ties_are_named() -> None:
    rows = [("Random forest", 0.944, True), ("Boosting", 0.943, True), ("Ridge", 0.94, True), ("k-NN", 0.8, False)]
    said = verdict(board(*rows, ("Guess", 0.63, False)), ACCURACY)
    assert said == (
        "Random forest is in front: it names 94 of 100 rows right (guessing: 63). "
        "Boosting and Ridge cannot be told apart from it."
    )


def test_ties_of_all() -> None:
    rows = [(f"Model {place}", 0.9 - place / 1000, True) for place in range(6)]
    said = verdict(board(*rows, ("Guess", 0.63, False)), ACCURACY)
    assert said.endswith("None of the other 5 models can be told apart from it.")


def test_no_model_beats_guessing() -> None:
    luck = board(("Random forest", 0.52, True), ("Guess", 0.50, True), ("k-NN", 0.48, True))
    assert verdict(luck, ACCURACY) == (
        "No model beats guessing as far as can be told. Random forest names 52 of 100 rows right (guessing: 50); that "
        "may be luck."
    )
    behind = board(("Guess", 0.9, True), ("k-NN", 0.6, False))
    assert verdict(behind, ACCURACY) == (
        "No model beats guessing. k-NN comes closest: it names 60 of 100 rows right (guessing: 90)."
    )
    level = board(("Guess", 0.9, True), ("k-NN", 0.9, True))
    assert "comes closest: it names 90.00 of 100 rows right (guessing: 90.00)" in verdict(level, ACCURACY)


def test_close_scores_get_decimals() -> None:
    near = board(("Random forest", 0.904, True), ("Guess", 0.901, False))
    assert verdict(near, ACCURACY) == "Random forest names 90.4 of 100 rows right (guessing: 90.1)."


def test_one_model() -> None:
    assert verdict(board(("k-NN", 0.94, True), ("Guess", 0.63, False)), ACCURACY) == (
        "k-NN names 94 of 100 rows right (guessing: 63)."
    )
    assert verdict(board(("k-NN", 0.94, True)), ACCURACY) == "k-NN names 94 of 100 rows right."
    assert verdict(board(("Guess", 0.63, True)), ACCURACY) == "Only guessing was tried: it names 63 of 100 rows right."


def test_losses_rank_downwards() -> None:
    said = verdict(board(("Ridge", 523.4, True), ("k-NN", 700, False), ("Guess", 2980, False)), MAE)
    assert said == "Ridge is best: it is off by 523 on average (guessing: 2,980)."
    assert verdict(board(("Guess", 0.5, True), ("k-NN", 0.6, False)), LOG_LOSS).startswith("No model beats guessing.")


def test_guessing_explains_nothing() -> None:
    said = verdict(board(("Ridge", 0.81, True), ("Guess", -0.01, False)), METRICS["r2"], target="price")
    assert said == "Ridge explains 81 % of what varies in price (guessing: 0 %)."


def test_failures_are_counted() -> None:
    some = board(("k-NN", 0.94, True), ("Guess", 0.63, False), ("SVM", None, False), ("Tree", None, False))
    assert verdict(some, ACCURACY) == (
        "k-NN names 94 of 100 rows right (guessing: 63). 2 of 3 models could not be ranked."
    )
    none = board(("SVM", None, False), ("Tree", None, False), ("Guess", None, False))
    assert verdict(none, ACCURACY) == "0 of 2 models finished, and guessing did not either."
    assert verdict(none[:2], ACCURACY) == "0 of 2 models finished."
    guess = board(("Guess", 0.63, False), ("SVM", None, False), ("Tree", None, False))
    assert verdict(guess, ACCURACY) == "0 of 2 models finished; only guessing did."


def test_undefined_for_all() -> None:
    rows = board(("SVM", 0.5, False), ("Guess", 0.5, False), mean=None, rank=None)
    assert verdict(rows, LOG_LOSS) == "Log loss is not defined for any finished model."


def test_while_running() -> None:
    rows = board(("Random forest", 0.944, True), ("Guess", 0.63, False), ("SVM", None, False))
    rows[2] = replace(rows[2], state="running")
    assert verdict(rows, ACCURACY, running=True) == (
        "So far Random forest leads: it names 94 of 100 rows right (guessing: 63). 1 of 2 models finished."
    )
    assert verdict(rows[2:], ACCURACY, running=True) == "No model is finished yet."


def test_one_judgement_names_no_ties() -> None:
    """A single fold ties everybody, guessing too; that is no reason to say that nobody beats it."""
    rows = board(("Ridge", 0.94, True), ("k-NN", 0.9, True), ("Guess", 0.63, True), low=None)
    assert verdict(rows, ACCURACY) == (
        "Ridge is best: it names 94 of 100 rows right (guessing: 63). "
        "Whether that is luck cannot be said from one judgement per model."
    )
    assert "judgement" not in verdict([replace(each, folds_done=5) for each in rows], ACCURACY), "all folds score alike"


def test_rates_of_the_best() -> None:
    rows, rates = (
        board(("Ridge", 0.7, True), ("Guess", 0.2, False)),
        {"accuracy": 0.81, "recall": 0.54, "precision": 0.67},
    )
    said = verdict(rows, Named("f1", "F1", unit="none"), positive="Yes", rates=rates, guessed={"accuracy": 0.79})
    assert said == (
        "Ridge scores 0.700 in F1 (guessing: 0.200). It names 81 of 100 rows right (guessing: 79), finds 54 of 100 "
        "rows that are “Yes” and is right 67 of 100 times when it says “Yes”."
    )
    assert "finds" in verdict(rows, ACCURACY, positive=False, rates=rates)
    assert "finds" not in verdict(rows, ACCURACY, rates=rates)


# Captions


def test_provenance() -> None:
    said = words.provenance(
        "Telco churn", rows=7043, features=19, target="Churn", split="5 folds, stratified", seed=0, classes=2,
        finished=datetime(2026, 3, 2, 14, 3), seconds=41.2, class_weight="balanced",
    )  # fmt: skip
    assert said == (
        "Telco churn · 7,043 rows · 19 columns · predicting Churn (2 classes) · 5 folds, stratified · "
        "class weights: balanced · seed 0 · 2 Mar 2026, 14:03 · took 41 s"
    )
    sealed = words.provenance("Iris", rows=569, sealed=114, features=1, target="y", split="hold-out", seed=3)
    assert sealed.startswith("Iris · 569 rows, 114 of them sealed · 1 column")
    short = words.provenance("Iris", rows=1, features=1, target="y", split="hold-out", seed=3, seconds=9)
    assert short == "Iris · 1 row · 1 column · predicting y · hold-out · seed 3", (
        "no clock in a line that is not drawn again"
    )


def test_how_it_was_done() -> None:
    said = words.how_it_was_done(split="Five parts.", folds=10, repeats=2, exam_rows=30, preparation=["Scaled."])
    assert said[0] == "Five parts."
    assert said[1].startswith("Every model was trained and judged 10 times, the whole 2 times over,")
    assert "30 rows were sealed for a last exam and took no part." in said
    assert said[-1] == "Scaled."
    once = words.how_it_was_done(split="One part.", folds=1, class_weight="balanced")
    assert once[1].startswith("Every model was trained and judged once, ")
    assert not any("interval" in each or "mean" in each for each in once)
    assert once[-1].startswith("Classes were weighted (balanced)")


# Waiting


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.3, "under a second"),
        (1.2, "about 1 s"),
        (19.4, "about 19 s"),
        (42, "about 40 s"),
        (59, "about 1 min"),
        (200, "about 3 min"),
        (571, "about 10 min"),
        (3400, "about 55 min"),
        (3500, "about 1 h"),
        (100_000, "about 28 h"),
        (400_000, "days"),
    ],
)
def test_a_guessed_time_is_no_more_exact_than_it_can_be(seconds: float, told: str) -> None:
    assert words.about(seconds) == told


@pytest.mark.parametrize(
    ("ahead", "at_work", "told"),
    [
        (2, 1, "Waiting: 2 comparisons begin before yours, 1 is at work."),
        (1, 0, "Waiting: 1 comparison begins before yours."),
        (0, 3, "Waiting: yours is next, 3 are at work."),
        (0, 0, "Waiting: yours is next."),
    ],
)
def test_a_place_in_the_queue(ahead: int, at_work: int, told: str) -> None:
    assert words.place(ahead, at_work) == told


def test_what_is_left_to_wait_for() -> None:
    assert [words.time_left(each) for each in (None, 0.0, 40.0)] == ["", "nearly done", "about 40 s left"]
    assert words.sharing(0) == "" and words.sharing(2) == "Shares the machine with 2 other comparisons."
    assert words.paused("iris → species", 5, 8, 1) == (
        "Comparison iris → species is paused with 5 of 8 models safe, and 1 other of yours waits as well. "
        "Free space on the Runs page; it goes on by itself."
    )


# The log


def test_a_log_as_a_file() -> None:
    noon = datetime(2026, 3, 2, 12).timestamp()
    late = words.Entry("SVM", (2,), 5, "failed", "stopped after 3 s, its time limit", noon, noon + 3, "Stack:\n  f()\n")
    skipped = words.Entry("SVM", (1,), 5, "not tried", "because").with_another(
        words.Entry("SVM", (3,), 5, "not tried", "because")
    )
    assert words.as_text("iris · 150 rows", [late, skipped]) == (
        "iris · 150 rows\n\n"
        "SVM, fold 2 of 5: failed (12:00:00 to 12:00:03)\nstopped after 3 s, its time limit\nStack:\n  f()\n\n"
        "SVM, folds 1 and 3 of 5: not tried\nbecause\n"
    )
    assert words.Entry("SVM", (1, 2), 2, "failed", "").heading == "SVM, all 2 folds"
    assert words.Entry("SVM", (1,), 1, "failed", "").heading == "SVM"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("`a_b` has 2 rows.", "“a\\_b” has 2 rows\\."),
        ("``touch x``", "“\\`touch x\\`”"),
        ("```` x` tells `y`", "“\\`\\`\\` x” tells “y”"),
        ("`a`b`", "\\`a\\`b\\`"),
        ("`![x](http://b)`", "“\\!\\[x\\]\\(http\\:\u2060\\/\\/b\\)”"),
        ("no name", "no name"),
    ],
)
def test_names_in_sentences_stand_between_quotes(text: str, shown: str) -> None:
    assert words.sentence(text) == shown
