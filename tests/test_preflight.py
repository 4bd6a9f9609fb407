"""A server or project that is not fit for a push is refused, with what to do about it."""

import pytest

from miyar.errors import UsageError
from miyar.labelstudio.page.config import render_config
from miyar.labelstudio.page.interface import Choice, choices
from miyar.labelstudio.server.client import Studio, checked_url
from miyar.labelstudio.server.remote import same_config
from miyar.labelstudio.sync.preflight import server_problems
from miyar.scheme import Scheme

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://label.example.org", "https://label.example.org"),
        ("https://label.example.org/", "https://label.example.org"),
        ("https://10.0.0.5:8443", "https://10.0.0.5:8443"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("http://127.5.6.7", "http://127.5.6.7"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("HTTP://LocalHost:8080", "HTTP://LocalHost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_https_and_loopback_are_taken(url: str, taken: str) -> None:
    assert checked_url(url) == taken


@pytest.mark.parametrize(
    "url",
    [
        "http://label.example.org",
        "http://10.0.0.5",
        "http://192.168.1.2:8080",
        "http://0.0.0.0:8080",
        "http://[::]:8080",
        "http://[2001:db8::1]",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
    ],
)
def test_plain_http_to_another_machine_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="plain HTTP would show the token"):
        checked_url(url)


@pytest.mark.parametrize(
    "url",
    ["", "label.example.org", "localhost:8080", "ftp://example.org", "https://", "file:///etc", "https:///x"],
)
def test_what_is_no_address_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="expected an address such as https://"):
        checked_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://[::1",
        "https://label.example.org:port",
        "https://label.example.org:99999",
        "https://label.example.org/projects/5/data?tab=3",
        "https://label.example.org/#x",
        "http://example.org#@127.0.0.1",
    ],
)
def test_an_address_that_cannot_be_read_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="--url"):
        checked_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://amal:s3cret@label.example.org",
        "https://:s3cret@label.example.org",
        "https://s3cret@label.example.org",
        "http://amal:s3cret@label.example.org",
        "ftp://amal:s3cret@label.example.org",
        "amal:s3cret@label.example.org",
    ],
)
def test_a_password_in_the_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        checked_url(url)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("version", "fit"),
    [
        ("1.23.2", True),
        ("1.23.3", True),
        ("1.23.10", True),
        ("1.23.2.post1", True),
        ("1.23.4+local", True),
        ("1.23.1", False),
        ("1.23.0", False),
        ("1.23", False),
        ("1.22.9", False),
        ("1.24.0", False),
        ("2.23.2", False),
        ("1.230.2", False),
        ("11.23.2", False),
        ("None", False),
        ("", False),
    ],
)
def test_a_version_that_was_not_tested_is_refused(
    version: str, fit: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Studio, "version", lambda self: version)
    monkeypatch.setattr("miyar.labelstudio.sync.preflight.has_open_sign_up", lambda url: False)
    problems = server_problems(Studio("https://label.example.org", None, None))  # type: ignore[arg-type]
    assert [problem.code for problem in problems] == ([] if fit else ["untested_version"])
    assert all(
        f"Label Studio {version}" in str(problem) and "1.23.2 to 1.23.x" in str(problem)
        for problem in problems
    )


def test_the_choices_of_a_page_are_those_of_its_scheme(scheme: Scheme) -> None:
    assert choices(render_config(scheme)) == {
        *(Choice("span", label.code) for label in scheme.labels),
        *(Choice("relation", role.name) for role in scheme.roles),
        *(Choice(attribute.code, "") for attribute in scheme.attributes),
    }


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        ('<Labels name="l" toName="t"><Label value="A"/><Label value="B" alias="C"/></Labels>', {"A", "C"}),
        ('<View><Labels name="l" toName="t"><Label value="A"/></Labels></View>', {"A"}),
        ('<Choices name="l" toName="t"><Choice value="A"/></Choices>', {"A"}),
        ('<Rating name="l" toName="t"/>', {""}),
        ("", set()),
        ("<Labels>", set()),
    ],
)
def test_the_choices_of_any_page_are_found(inside: str, found: set[str]) -> None:
    assert choices(f"<View>{inside}</View>") == {Choice("l", code) for code in found}


@pytest.mark.parametrize("head", ["", '<!DOCTYPE x [<!ENTITY a "b">]>'])
def test_a_page_with_a_document_type_is_not_read(head: str) -> None:
    page = f'{head}<View><Labels name="l" toName="t"><Label value="A"/></Labels></View>'
    assert bool(choices(page)) == (head == "")


def test_white_space_around_a_page_makes_no_other_page() -> None:
    assert same_config("<View/>\n", " <View/>")
    assert not same_config("<View/>", "<View />")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1\t:1", "http://127.0.0.1:1\n", "https://xn--", "https://a\x1bb"]
)
def test_addresses_that_cannot_be_asked_are_named_without_obeying_them(url: str) -> None:
    with pytest.raises(UsageError, match=r"--url .*expected an address such as") as error:
        checked_url(url)
    assert not {"\t", "\n", "\x1b"} & {*str(error.value)}
