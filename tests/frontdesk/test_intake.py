"""What a new patient says, and what is made of it."""

from __future__ import annotations

from datetime import date

import pytest

from routiq.frontdesk import intake
from routiq.frontdesk.intake import USUAL, Field, Question

TODAY = date(2026, 5, 4)
GOOD = {
    "first_name": "  Ottilie ",
    "last_name": "Brandt-Okonjo",
    "date_of_birth": "17/3/1991",
    "mobile": "0491570156",
    "email": "ottilie@example.org",
}


def read(given: dict[str, str], country: str = "AU", asked: tuple[Question, ...] = USUAL) -> intake.Intake:
    return intake.read(given, asked, country, TODAY)


def test_good_answers_become_a_draft() -> None:
    draft = read(GOOD).draft
    assert draft is not None
    assert (draft.first_name, draft.last_name, draft.date_of_birth) == ("Ottilie", "Brandt-Okonjo", date(1991, 3, 17))
    assert (draft.mobile, draft.email) == ("0491 570 156", "ottilie@example.org")


def test_what_nobody_sees_is_left_out_and_what_joins_letters_stays() -> None:
    pasted = {
        "first_name": "\u202eOtt\u200bi\x07lie\n",
        "last_name": "Li\u200cLi",
        "mobile": "\u202a0491 570 156\u202c",
    }
    draft = read({**GOOD, **pasted}).draft
    assert draft is not None
    assert (draft.first_name, draft.last_name, draft.mobile) == ("Ottilie", "Li\u200cLi", "0491 570 156")
    assert read({**GOOD, "first_name": "\u202e\x07"}).problems == {"first_name": "The first name is needed."}


def test_what_was_not_asked_for_is_left_out_whatever_was_said() -> None:
    draft = read({**GOOD, "notes": "Bad knee", "address": "1 Wharf Lane"}).draft
    assert draft is not None
    assert (draft.notes, draft.address_lines) == ("", ())


def test_the_practice_chooses_what_is_asked_and_what_is_needed() -> None:
    chosen = intake.questions([("email", True), ("address", False), ("post_code", True)])
    assert [question.field for question in chosen] == ["first_name", "last_name", "email", "address", "post_code"]
    missing = read({"first_name": "Bo", "last_name": "Li"}, asked=chosen)
    assert missing.draft is None
    assert missing.problems == {"email": "An e-mail address is needed.", "post_code": "The postcode is needed."}
    given = {
        "first_name": "Bo",
        "last_name": "Li",
        "email": "bo@example.org",
        "post_code": "2099",
        "address": "1 A St",
    }
    draft = read({**given, "address": "1 A St"}, asked=chosen).draft
    assert draft is not None
    assert (draft.address_lines, draft.date_of_birth) == (("1 A St",), None)
    assert intake.questions([]) == USUAL
    with pytest.raises(ValueError, match="medicare"):
        intake.questions([("medicare", True)])


@pytest.mark.parametrize("said", ["1991-03-17", "17/03/1991", "17.3.1991", "17-3-1991", "17 mar 1991"])
def test_a_day_is_read_as_it_is_said(said: str) -> None:
    assert intake.birthday(said, TODAY) == date(1991, 3, 17)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("29/02/2023", "no such day"),
        ("31.4.1990", "no such day"),
        ("12/13/1990", "no such day"),
        ("5 May 2026", "future"),
        ("1/1/1899", "too far back"),
        ("17/3/91", "not readable"),
        ("sometime in spring", "not readable"),
        ("17 Marchen 1991", "no such day"),
        ("", "not readable"),
    ],
)
def test_a_day_that_there_is_not_is_no_birthday(said: str, why: str) -> None:
    with pytest.raises(intake.Wrong, match=why):
        intake.birthday(said, TODAY)


def test_who_is_born_today_or_on_a_leap_day_has_a_birthday() -> None:
    assert intake.birthday("4/5/2026", TODAY) == TODAY
    assert intake.birthday("29/2/2024", TODAY) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("said", "country", "written"),
    [
        ("0491 570 156", "AU", "0491 570 156"),
        ("+61 491 570 156", "AU", "0491 570 156"),
        ("+61 491 570 156", "NZ", "+61 491 570 156"),
        ("021 555 123", "NZ", "021 555 123"),
    ],
)
def test_a_mobile_number_is_written_as_at_home(said: str, country: str, written: str) -> None:
    assert intake.mobile(said, country) == written


@pytest.mark.parametrize(
    ("said", "country"), [("0491 570", "AU"), ("12", "AU"), ("nine nine", "AU"), ("0491 570 156", "NZ"), ("", "AU")]
)
def test_a_number_that_does_not_exist_is_none(said: str, country: str) -> None:
    with pytest.raises(intake.Wrong):
        intake.phone(said, country)


def test_a_landline_is_no_mobile_and_yet_a_phone() -> None:
    assert intake.phone("(02) 5550 0199", "AU") == "(02) 5550 0199"
    with pytest.raises(intake.Wrong, match="mobile"):
        intake.mobile("(02) 5550 0199", "AU")


@pytest.mark.parametrize("said", ["0491 570 156 ext 5", "0491 570 156 x5", "(02) 5550 0199 extension 12"])
def test_an_extension_is_not_left_out_without_a_word(said: str) -> None:
    with pytest.raises(intake.Wrong, match="extension"):
        intake.phone(said, "AU")
    assert "extension" in intake.problem(Field.MOBILE, said, "AU", TODAY)


@pytest.mark.parametrize("said", ["a@example.org", "A.B+c@mail.example.org", " a@example.org "])
def test_an_e_mail_address_is_taken(said: str) -> None:
    assert intake.email(said) == said.strip()


@pytest.mark.parametrize("said", ["jo smith@example.org", "jo@exam ple.org", "jo @ example.org"])
def test_a_space_in_an_e_mail_address_is_asked_about_and_not_closed(said: str) -> None:
    with pytest.raises(intake.Wrong, match="no space"):
        intake.email(said)


@pytest.mark.parametrize("said", ["a", "a@b", "@example.org", "a@example..org", "a@e,org", "x" * 65 + "@e.org"])
def test_what_is_no_e_mail_address_is_refused(said: str) -> None:
    with pytest.raises(intake.Wrong):
        intake.email(said)


def test_every_problem_is_named_at_once() -> None:
    wrong = read({"first_name": "7", "date_of_birth": "31/2/2000", "mobile": "12", "email": "x"})
    assert set(wrong.problems) == {"first_name", "last_name", "date_of_birth", "mobile", "email"}
    assert wrong.draft is None


def test_every_field_has_a_reader_and_words() -> None:
    assert set(intake._readers("AU", TODAY)) == set(intake._WORDS) == set(Field)


@pytest.mark.parametrize("said", ["2099", "0110"])
def test_a_postcode_has_four_digits_here(said: str) -> None:
    asked = intake.questions([("post_code", True)])
    name = {"first_name": "Bo", "last_name": "Li"}
    assert read({**name, "post_code": said}, asked=asked).problems == {}
    assert read({**name, "post_code": "99"}, asked=asked).problems == {"post_code": "A postcode has four digits."}
    assert read({**name, "post_code": "SW1A 1AA"}, "GB", asked).problems == {}
