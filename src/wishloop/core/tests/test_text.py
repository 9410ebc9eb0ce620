"""Text as typed and files as sent."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wishloop.core.problem import Problem
from wishloop.core.text import cleaned, decoded, optional_text, required_text, script_of


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  想要轮椅 \n", "想要轮椅"),
        ("\u3000想要\x00轮\x07椅", "想要轮椅"),
        ("第一行\r\n第二行\r第三行\u2028第四行", "第一行\n第二行\n第三行\n第四行"),
        ("想\u200b要\u202e轮\ufeff椅\u2066", "想要轮椅"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("a\u0301", "á"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("张\u200d三", "张三"),
        ("坏\ud800了", "坏了"),
        ("一\n\n\n\n二", "一\n\n二"),
        ("\tতালিকা\t", "তালিকা"),
        ("བཀྲ་ཤིས་བདེ་ལེགས།", "བཀྲ་ཤིས་བདེ་ལེགས།"),
    ],
)
def test_cleaning(typed: str, kept: str) -> None:
    assert cleaned(typed) == kept


@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_cleaning_twice_changes_nothing_and_leaves_what_postgres_takes(typed: str) -> None:
    once = cleaned(typed)
    assert cleaned(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not any(unicodedata.category(ch) in {"Cc", "Cs"} and ch not in "\n\t" for ch in once)
    once.encode()


@given(st.text())
def test_one_line_has_no_line_ends(typed: str) -> None:
    once = cleaned(typed, one_line=True)
    assert "\n" not in once
    assert "\t" not in once
    assert cleaned(once, one_line=True) == once


def test_empty_text_is_a_problem_at_its_field() -> None:
    with pytest.raises(Problem) as caught:
        required_text(" \u200b\x00 ", field="text", max_chars=10, missing="请写下心愿")
    assert (caught.value.code, caught.value.field, caught.value.message) == ("missing", "text", "请写下心愿")


def test_too_long_says_by_how_many() -> None:
    with pytest.raises(Problem) as caught:
        optional_text("字" * 13, field="text", max_chars=10)
    assert caught.value.code == "too_long"
    assert "3" in str(caught.value.message)
    assert caught.value.data == {"max_chars": 10, "over_chars": 3}


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("想要轮椅", "hans"),
        ("ངལ་གསོའི་འཁོར་ལོ་ཞིག་དགོས།", "tibetan"),
        ("ང་ལ་轮椅དགོས", "tibetan"),
        ("I need a wheelchair", "other"),
        ("想要一台iPhone", "hans"),
        ("12345", "other"),
        ("", "other"),
    ],
)
def test_script(text: str, script: str) -> None:
    assert script_of(text) == script


SAMPLE = "心愿,地点\n想要轮椅,扎细新村\n灯坏了,向阳社区"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (SAMPLE.encode(), "utf-8"),
        (SAMPLE.encode("utf-8-sig"), "utf-8"),
        (SAMPLE.encode("gb18030"), "gb18030"),
        (SAMPLE.encode("gbk"), "gb18030"),
        (SAMPLE.encode("utf-16"), "utf-16-le"),
        (b"\xfe\xff" + SAMPLE.encode("utf-16-be"), "utf-16-be"),
        (b"text\nwheelchair", "utf-8"),
        ("text,place\nwheelchair,1\n".encode("utf-16-le"), "utf-16-le"),
        (b"", "utf-8"),
    ],
)
def test_encodings_are_told_apart(data: bytes, encoding: str) -> None:
    read = decoded(data)
    assert read.encoding == encoding
    assert all(line.readable for line in read.lines)
    if "心愿".encode() in data or encoding != "utf-8":
        assert read.text.rstrip("\n") in (SAMPLE, "text,place\nwheelchair,1")


def test_a_line_in_another_encoding_is_marked_and_loses_no_other() -> None:
    data = b"\n".join(["想要轮椅".encode(), "灯坏了".encode("gb18030"), "想要棉被".encode()])
    read = decoded(data)
    assert read.encoding == "utf-8"
    assert [(line.number, line.readable) for line in read.lines] == [(1, True), (2, False), (3, True)]
    assert (read.lines[0].text, read.lines[2].text) == ("想要轮椅", "想要棉被")


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), min_size=1))
def test_utf8_comes_back_as_it_was(lines: list[str]) -> None:
    read = decoded(b"\xef\xbb\xbf" + "\n".join(lines).encode())
    assert [line.text for line in read.lines] == lines
