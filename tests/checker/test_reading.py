"""Bytes that are not a certificate in its one spelling are rejected, and no input is expensive to reject."""

import gzip
import json
import os
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from invexcheck.errors import Refuse, Reject, shown, within
from invexcheck.limits import Budget, Limits
from invexcheck.reading import Fields, canonical, certificate, digest, load, parse, rational, read

LIMITS = Limits()
SMALL = Limits(bytes=1000, depth=5, nodes=20, digits=10)


def outcome(action: Callable[[], object]) -> str:
    """ "ok", the code of a Reject, or the limit of a Refuse in brackets."""
    try:
        action()
    except Reject as reject:
        return reject.code
    except Refuse as refuse:
        return f"[{refuse.limit}]"
    return "ok"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"a":1}', "ok"),
        (b'{"a":1}\n', "ok"),
        (b'{"a":[true,null,-3,"x","\\u00e9","\\ud83d\\ude00","\\\\ud800","[[[[[[[[[["]}', "ok"),
        # one spelling
        (b'{"a":1}\n\n', "canonical"),
        (b'{"a":1}\r\n', "canonical"),
        (b' {"a":1}', "canonical"),
        (b'{"a": 1}', "canonical"),
        (b'{"b":1,"a":2}', "canonical"),
        (b'{"a":-0}', "canonical"),
        (b'{"a":"\\u00E9"}', "canonical"),
        (b'{"a":"\\/"}', "canonical"),
        (b'{"a":"\\u0041"}', "canonical"),
        # encodings
        (b'\xef\xbb\xbf{"a":1}', "encoding"),
        ('{"a":1}'.encode("utf-16"), "encoding"),
        ('{"a":1}'.encode("utf-16-le"), "json"),
        ('{"a":1}'.encode("utf-32-be"), "json"),
        ('{"a":"é"}'.encode(), "encoding"),
        (b'{"a":"\xc0\xaf"}', "encoding"),
        (b'{"a":"\xed\xa0\x80"}', "encoding"),
        (b'{"a":"\\ud800"}', "json"),
        (b'{"a":"\\udfff\\ud800"}', "json"),
        (b'{"\\uD800":1}', "json"),
        # JSON that Python's parser takes by default
        (b'{"a":1,"a":1}', "json"),
        (b'{"a":{"b":1,"b":2}}', "json"),
        (b'{"a":1,"\\u0061":2}', "json"),
        (b'{"a":1.0}', "json"),
        (b'{"a":1e5}', "json"),
        (b'{"a":1e400}', "json"),
        (b'{"a":NaN}', "json"),
        (b'{"a":Infinity}', "json"),
        (b'{"a":-Infinity}', "json"),
        # not JSON, or not a certificate
        (b"", "json"),
        (b"\n", "json"),
        (b"\0", "json"),
        (b'{"a\0":1}', "json"),
        (b'{"a":"\x1b[31m"}', "json"),
        (b'{"a":1}{"a":1}', "json"),
        (b'{"a":01}', "json"),
        (b'{"a":+1}', "json"),
        (b'{"a":1,}', "json"),
        (b"{'a':1}", "json"),
        (b'{"a":1', "json"),
        (b'{"a":"', "json"),
        (b'{"a":"\\', "json"),
        (b'{"a":"\\"}', "json"),
        (b'{"a":"\\u12"}', "json"),
        (b"]]]]", "json"),
        (b"[]", "schema"),
        (b"3", "schema"),
        (b'"x"', "schema"),
        (b"null", "schema"),
        # limits
        (b'{"a":[[[[]]]]}', "ok"),
        (b'{"a":[[[[[]]]]]}', "[depth]"),
        (b"[" * 900, "[depth]"),
        (b'{"a":[' + b"0," * 17 + b"0]}", "ok"),
        (b'{"a":[' + b"0," * 18 + b"0]}", "[nodes]"),
        (b'{"a":[' + b"[]," * 18 + b"0]}", "[nodes]"),
        (b"," * 900, "[nodes]"),
        (b'{"a":-9999999999}', "ok"),
        (b'{"a":10000000000}', "[digits]"),
        (b'{"a":-10000000000}', "[digits]"),
        (b'{"a":"' + b"x" * 992 + b'"}', "ok"),
        (b'{"a":"' + b"x" * 993 + b'"}', "[bytes]"),
    ],
)
def test_each_certificate_has_one_spelling(data: bytes, expected: str) -> None:
    assert outcome(lambda: certificate(data, SMALL)) == expected


def test_integers_too_long_for_python_are_refused_even_when_the_limit_allows_them() -> None:
    assert outcome(lambda: parse(b"9" * 5000, Limits(digits=10**6))) == "[digits]"


def test_nesting_too_deep_for_python_is_refused_even_when_the_limit_allows_it() -> None:
    assert outcome(lambda: parse(b"[" * 10**5 + b"]" * 10**5, Limits(depth=10**6))) == "[depth]"


SIZE = LIMITS.bytes


@pytest.mark.parametrize(
    "data",
    [
        b'"' * SIZE,
        b'\\"' * (SIZE // 2),
        b'"' + b"\\" * (SIZE - 1),
        b"[" * SIZE,
        b"]" * SIZE,
        b"[]," * (SIZE // 3),
        b'{"a":' + b"9" * (SIZE - 6) + b"}",
        b'{"a":1.' + b"9" * (SIZE - 8) + b"}",
        b"{" + b'"a":0,' * 300_000 + b'"a":0}',
        b" " * SIZE,
    ],
    ids=lambda data: repr(data[:8]),
)
def test_no_input_is_slow_or_big_to_reject(data: bytes) -> None:
    start = time.process_time()
    assert outcome(lambda: certificate(data, LIMITS)) != "ok"
    assert time.process_time() - start < 5


def test_many_values_take_little_memory() -> None:
    data = b"[" + b"[]," * (LIMITS.nodes // 2 - 2) + b"0]"
    tracemalloc.start()
    try:
        parse(data, LIMITS)
        assert tracemalloc.get_traced_memory()[1] < 100 << 20
    finally:
        tracemalloc.stop()


def test_gzip_and_plain_hold_the_same_document() -> None:
    data = b'{"a":[1,2]}'
    stored = gzip.compress(data)
    plain, packed = certificate(data, LIMITS), certificate(stored, LIMITS)
    assert plain.document == packed.document == {"a": [1, 2]}
    assert (plain.size, packed.size) == (len(data), len(stored))
    assert plain.sha256 != packed.sha256


PACKED = gzip.compress(b'{"a":"' + bytes(range(97, 123)) * 5 + b'"}', mtime=0)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (PACKED, "ok"),
        (PACKED + b"\n", "gzip"),
        (PACKED + PACKED, "gzip"),
        (PACKED + b"\0" * 10, "gzip"),
        (gzip.compress(b"", mtime=0) + PACKED, "gzip"),
        (PACKED[:40] + bytes([PACKED[40] ^ 0xFF]) + PACKED[41:], "gzip"),
        (b"\x1f\x8b", "gzip"),
        (b"\x1f\x8b" + b"\xff" * 50, "gzip"),
        (gzip.compress(PACKED, mtime=0), "encoding"),
        (gzip.compress(b'{"a":"' + b"x" * 992 + b'"}', mtime=0), "ok"),
        (gzip.compress(b'{"a":"' + b"x" * 993 + b'"}', mtime=0), "[bytes]"),
        (PACKED + b"\0" * 1000, "[bytes]"),
        (zlib.compress(b'{"a":1}'), "encoding"),
    ],
)
def test_gzip_is_one_complete_member_of_bounded_size(data: bytes, expected: str) -> None:
    assert outcome(lambda: certificate(data, SMALL)) == expected


def test_a_gzip_bomb_is_not_inflated() -> None:
    data = gzip.compress(b" " * 10**8)
    tracemalloc.start()
    try:
        assert outcome(lambda: certificate(data, Limits(bytes=len(data)))) == "[bytes]"
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("length", range(len(PACKED)))
def test_truncated_gzip_is_rejected(length: int) -> None:
    assert outcome(lambda: certificate(PACKED[:length], LIMITS)) in ("gzip", "json", "encoding")


@given(st.binary(max_size=60))
def test_arbitrary_bytes_end_in_reject_or_refuse(data: bytes) -> None:
    outcome(lambda: certificate(data, SMALL))
    outcome(lambda: certificate(b"\x1f\x8b\x08" + data, SMALL))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4), st.booleans())
def test_what_is_written_canonically_is_read_back(document: dict[str, object], packed: bool) -> None:
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return
    data = canonical(document)
    loaded = certificate(gzip.compress(data) if packed else data, LIMITS)
    assert loaded.document == document
    assert digest(loaded.document) == digest(document)


@given(st.dictionaries(st.text(), VALUES, min_size=1, max_size=4), st.data())
def test_a_changed_byte_never_gives_the_same_document(
    document: dict[str, object], data: st.DataObject
) -> None:
    original = canonical(document)
    place = data.draw(st.integers(0, len(original) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != original[place]))
    changed = original[:place] + bytes([byte]) + original[place + 1 :]
    try:
        loaded = certificate(changed, LIMITS)
    except (Reject, Refuse):
        return
    assert canonical(loaded.document) != original


# -- files -----------------------------------------------------------------------------------------


def test_a_symbolic_link_to_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b'{"a":1}')
    (tmp_path / "b").symlink_to("a")
    assert load(tmp_path / "b", LIMITS).document == {"a": 1}
    assert load(os.fsencode(tmp_path / "b"), LIMITS).document == {"a": 1}


@pytest.mark.parametrize(
    "target", ["/dev/zero", "/dev/null", "/dev/tty", "/", "missing", "loop", "nul\0byte"]
)
@pytest.mark.parametrize("linked", [False, True])
def test_what_is_not_a_regular_file_is_rejected(target: str, linked: bool, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    path = target if target.startswith("/") else str(tmp_path / target)
    if linked and "\0" not in path:
        (tmp_path / "link").symlink_to(path)
        path = str(tmp_path / "link")
    assert outcome(lambda: load(path, LIMITS)) == "file"


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert outcome(lambda: load(tmp_path / "pipe", LIMITS)) == "file"


def test_a_pipe_put_in_the_place_of_a_file_does_not_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"{}")
    os.mkfifo(tmp_path / "pipe")
    regular = os.stat(tmp_path / "file")
    monkeypatch.setattr("invexcheck.reading.os.stat", lambda path: regular)
    answers: list[str] = []
    thread = threading.Thread(
        target=lambda: answers.append(outcome(lambda: load(tmp_path / "pipe", LIMITS))), daemon=True
    )
    thread.start()
    thread.join(10)
    assert answers == ["file"]


def test_a_huge_sparse_file_is_refused_without_being_read(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(1 << 40)
    assert outcome(lambda: load(tmp_path / "huge", LIMITS)) == "[bytes]"


def test_files_whose_size_is_not_known_in_advance_are_read_to_the_end() -> None:
    assert os.stat("/proc/self/status").st_size == 0
    assert read("/proc/self/status", LIMITS).startswith(b"Name:")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"{}")
    (tmp_path / "a").chmod(0)
    assert outcome(lambda: load(tmp_path / "a", LIMITS)) == "file"


# -- rationals -------------------------------------------------------------------------------------

MISSPELT = [
    "-0",
    "+1",
    "00",
    "01",
    "-01",
    "0/1",
    "0/5",
    "4/2",
    "2/4",
    "1/1",
    "-6/4",
    "1/0",
    "0/0",
    "1/01",
    "1/-2",
    "-1/-2",
    "--1",
    "1//2",
    "/2",
    "1/",
    "-",
    "/",
    "1.0",
    "1e3",
    "1_0",
    "inf",
    "nan",
    "0x10",
    "１",
    "٣",
    "½",
    "−1",
]


@pytest.mark.parametrize(
    "text", [*MISSPELT, "", " 1", "1 ", "1\n", "1 /3", "1\0002", "1\0", 1, True, None, 0.5, ["1"]]
)
def test_a_rational_has_one_spelling(text: object) -> None:
    with pytest.raises(Reject) as raised:
        rational(text, LIMITS, ("proof", "at"))
    assert (raised.value.code, raised.value.path) == ("rational", ("proof", "at"))
    assert shown(text) in raised.value.message


@given(st.fractions())
def test_rationals_are_read_exactly(value: Fraction) -> None:
    result = rational(str(value), LIMITS)
    assert type(result) is fmpq
    assert (int(result.p), int(result.q)) == (value.numerator, value.denominator)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9" * 10, "ok"),
        ("-" + "9" * 10 + "/1" + "0" * 9, "ok"),
        ("9" * 11, "[digits]"),
        ("1/1" + "0" * 10, "[digits]"),
        ("9" * 10**7, "[digits]"),
    ],
)
def test_the_digits_of_a_rational_are_bounded(text: str, expected: str) -> None:
    assert outcome(lambda: rational(text, SMALL)) == expected


# -- fields ----------------------------------------------------------------------------------------

OBJECT: dict[str, object] = {
    "t": "text",
    "i": 3,
    "b": True,
    "q": "1/2",
    "l": [1, "x"],
    "o": {"i": 0},
    "n": None,
    "z": 0,
}


def fields(value: object = OBJECT) -> Fields:
    return Fields(value, ("proof", 7), LIMITS)


def test_fields_gives_each_value_with_its_type() -> None:
    with fields() as reader:
        assert reader.text("t") == "text"
        assert reader.integer("i", 3, 3) == 3
        assert reader.flag("b") is True
        assert reader.rational("q") == fmpq(1, 2)
        assert reader.items("l") == [(1, ("proof", 7, "l", 0)), ("x", ("proof", 7, "l", 1))]
        with reader.object("o") as inner:
            assert inner.path == ("proof", 7, "o")
            assert inner.integer("i", 0, 0) == 0
        assert reader.raw("n") is None
        assert reader.choice("t", {"text", "none"}) == "text"
        assert reader.has("z")
        assert not reader.has("y")
        reader.raw("z")


READERS: dict[str, Callable[[Fields, str], object]] = {
    "text": Fields.text,
    "choice": lambda reader, name: reader.choice(name, ("other",)),
    "integer": lambda reader, name: reader.integer(name, 1, 5),
    "flag": Fields.flag,
    "rational": Fields.rational,
    "items": Fields.items,
    "object": Fields.object,
}
ACCEPTED = {
    ("text", "t"),
    ("text", "q"),
    ("integer", "i"),
    ("flag", "b"),
    ("rational", "q"),
    ("items", "l"),
} | {("object", "o")}


@pytest.mark.parametrize("name", [*OBJECT, "missing"])
@pytest.mark.parametrize("kind", READERS)
def test_a_value_of_another_type_is_rejected_with_its_path(kind: str, name: str) -> None:
    if (kind, name) in ACCEPTED:
        READERS[kind](fields(), name)
        return
    with pytest.raises(Reject) as raised:
        READERS[kind](fields(), name)
    assert raised.value.code == ("rational" if kind == "rational" and name != "missing" else "schema")
    assert raised.value.path == (("proof", 7) if name == "missing" else ("proof", 7, name))


@pytest.mark.parametrize("value", [None, [], "x", 3, True])
def test_only_an_object_has_fields(value: object) -> None:
    with pytest.raises(Reject, match="expected an object") as raised:
        fields(value)
    assert raised.value.path == ("proof", 7)


def test_unknown_keys_are_rejected() -> None:
    with pytest.raises(Reject, match=r"unknown key 'e\\x1b'"), fields({"a": 1, "e\x1b": 2}) as reader:
        reader.raw("a")


def test_asking_whether_a_key_is_there_is_not_reading_it() -> None:
    with pytest.raises(Reject, match="unknown key"), fields({"a": 1}) as reader:
        reader.has("a")


def test_an_earlier_reject_is_not_hidden_by_unknown_keys() -> None:
    with pytest.raises(Reject, match="expected a string"), fields() as reader:
        reader.text("i")


# -- errors and limits -----------------------------------------------------------------------------


def test_paths_grow_outwards_and_the_innermost_rule_is_named() -> None:
    with (
        pytest.raises(Reject) as raised,
        within("proof", rule="outer"),
        within("step", 2, rule="inner"),
        within("leaf"),
    ):
        raise Reject("no", "sign", (4,))
    assert raised.value.path == ("proof", "step", 2, "leaf", 4)
    assert raised.value.rule == "inner"
    assert Reject("no").at("a", 1).path == ("a", 1)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a\x1b[31m\u202e\ud800'", '"a\\x1b[31m\\u202e\\ud800\'"'),
        (-3, "-3"),
        (True, "True"),
        (None, "null"),
        ([1], "a list"),
        ({}, "a dict"),
        (0.5, "a float"),
    ],
)
def test_values_from_files_are_quoted_in_printable_ascii(value: object, expected: str) -> None:
    assert shown(value) == expected


@given(st.text() | st.integers(-(10**80), 10**80))
def test_quoted_values_are_short_and_printable(value: object) -> None:
    text = shown(value, 20)
    assert len(text) <= 20
    assert text.isascii()
    assert text.isprintable()


def test_a_budget_refuses_what_exceeds_its_limits() -> None:
    budget = Budget(Limits(work=10, leaves=3, precision=64))
    budget.spend(10)
    assert outcome(lambda: budget.spend(1)) == "[work]"
    budget.leaf()
    budget.leaf(2)
    assert budget.leaves == 3
    assert outcome(budget.leaf) == "[leaves]"
    assert budget.precision(64) == 64
    assert outcome(lambda: budget.precision(65)) == "[precision]"
    assert outcome(lambda: LIMITS.bound("terms", LIMITS.terms)) == "ok"
    assert outcome(lambda: LIMITS.bound("terms", LIMITS.terms + 1)) == "[terms]"
