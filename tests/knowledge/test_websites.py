"""Reading a practice's website: politely, and never anything else."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from routiq.knowledge import jobs, reading, sources
from routiq.knowledge.answering import find
from routiq.knowledge.models import Passage, Source
from routiq.knowledge.problems import NotRead
from routiq.knowledge.web import fetching
from routiq.knowledge.web.addresses import NotAnAddress, cleaned, followed, same_site
from routiq.knowledge.web.crawling import Limits, crawl
from routiq.knowledge.web.fetching import Fetcher, Reach, is_public
from routiq.knowledge.web.markup import read
from routiq.practices.audit import SYSTEM
from routiq.practices.models import Practice
from tests.knowledge.websites import HOST, Website, running

HOME = """<!doctype html><title>Home | Harbour Physio</title><nav><a href="/fees">Fees</a>
<a href="/find-us/">Find us</a><a href="/private/notes">x</a>
<a href="https://elsewhere.example/">Partner</a><a href="/form.docx">Form</a></nav>
<main><h1>Harbour Physio</h1><p>We treat backs, necks and knees.</p></main>
<footer><p>Ring 02 5550 1234.</p></footer>"""
FEES = """<title>Fees | Harbour Physio</title><h1>Fees</h1><table><tr><th>Service<th>Length<th>Fee</tr>
<tr><td>Initial consultation</td><td>45 minutes</td><td>$125</td></tr>
<tr><td>Standard consultation</td><td>30 minutes</td><td>$98</td></tr></table>
<p style="display:none">Initial consultation $1</p><!-- Initial consultation $2 -->
<p hidden>Initial consultation $3</p><script>"Initial consultation $4"</script>
<footer><p>Ring 02 5550 1234.</p></footer>"""
FIND = """<title>Find us</title><h1>Find us</h1><h2>Parking</h2><p>Free parking is behind the building.</p>
<a href="/">Home</a><a href="?page=2">More</a><footer><p>Ring 02 5550 1234.</p></footer>"""


def never(seconds: float) -> None:
    return None


@pytest.fixture
def site() -> Iterator[Website]:
    with running(Website({"/": HOME, "/fees": FEES, "/find-us/": FIND, "/private/notes": FIND})) as site:
        site.pages["/robots.txt"] = "User-agent: *\nDisallow: /private/\n"
        site.types["/robots.txt"] = "text/plain"
        yield site


@pytest.fixture
def fetcher(site: Website) -> Iterator[Fetcher]:
    with Fetcher("it@clinic.example", site.reach()) as fetcher:
        yield fetcher


def test_the_pages_of_the_one_site_are_read_and_what_robots_txt_forbids_is_not(
    site: Website, fetcher: Fetcher
) -> None:
    found = crawl(fetcher, site.address, sleep=never)
    assert [piece.title for piece in found.pieces] == ["Harbour Physio", "Fees", "Find us"]
    assert site.asked == ["/robots.txt", "/", "/fees", "/find-us/"]
    assert all(agent.startswith("Routiq/") and "it@clinic.example" in agent for agent in site.agents)
    text = " ".join(unit for piece in found.pieces for section in piece.sections for unit in section.units)
    assert text.count("02 5550 1234") == 1, "a footer is kept once"


def test_a_site_that_forbids_all_is_left_alone(site: Website, fetcher: Fetcher) -> None:
    site.pages["/robots.txt"] = "User-agent: Routiq\nDisallow: /\n"
    with pytest.raises(NotRead, match="robots"):
        crawl(fetcher, site.address, sleep=never)
    assert site.asked == ["/robots.txt"]


def test_a_wish_for_slowness_is_heard(site: Website, fetcher: Fetcher) -> None:
    site.pages["/robots.txt"] = "User-agent: *\nCrawl-delay: 3\n"
    rests: list[float] = []
    crawl(fetcher, site.address, sleep=rests.append)
    assert set(rests) == {3.0}


def test_no_more_pages_bytes_or_minutes_than_agreed(site: Website, fetcher: Fetcher) -> None:
    found = crawl(fetcher, site.address, Limits(pages=1), sleep=never)
    assert len(found.pieces) == 1
    assert found.left_out > 0
    assert len(crawl(fetcher, site.address, Limits(bytes=10), sleep=never).pieces) == 1
    ticks = iter(range(0, 1000, 100))
    assert len(crawl(fetcher, site.address, Limits(seconds=250), sleep=never, clock=lambda: next(ticks)).pieces) == 2


def test_a_redirect_to_another_host_is_not_followed(site: Website, fetcher: Fetcher) -> None:
    site.redirects["/"] = "http://elsewhere.example/"
    with pytest.raises(NotRead, match="elsewhere"):
        crawl(fetcher, site.address, sleep=never)
    site.redirects["/"] = "/start"
    site.pages["/start"] = HOME
    assert crawl(fetcher, site.address, sleep=never).pieces[0].address.endswith("/start")


def test_a_page_that_is_too_large_or_drips_without_end_is_given_up(
    site: Website, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages["/"] = "x" * (fetching.MOST_BYTES + 1)
    with pytest.raises(NotRead, match="too_big"):
        crawl(fetcher, site.address, sleep=never)
    monkeypatch.setattr(fetching, "SECONDS", 0.4)
    site.dripping.add("/")
    with pytest.raises(NotRead, match="unreachable"):
        fetcher.get(site.address, site.address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1",
        "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::1", "2001:0:7f00:1::", "ff02::1", "::", "::127.0.0.1",
    ],
)  # fmt: skip
def test_private_addresses_are_never_reached(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    with pytest.raises(NotRead, match="not_public"):
        Reach(look_up=lambda host, port: [address]).address_of(HOST, 443)
    with pytest.raises(NotRead, match="not_public"):
        Reach(look_up=lambda host, port: ["1.1.1.1", address]).address_of(HOST, 443)


def test_a_name_that_changes_its_mind_after_the_check_changes_nothing(site: Website) -> None:
    """DNS rebinding: the address that was checked is the one that is connected to."""
    answers = iter([["1.1.1.1"], ["127.0.0.1"], ["127.0.0.1"]])
    reach = Reach(look_up=lambda host, port: next(answers))
    assert reach.address_of(HOST, 80) == "1.1.1.1"
    with Fetcher("it@clinic.example", reach) as fetcher, pytest.raises(NotRead, match="not_public"):
        fetcher.get(site.address, site.address)
    assert site.asked == []


def test_the_product_itself_reaches_only_public_addresses(site: Website) -> None:
    assert reading.reach() == Reach()
    assert Reach().may_reach is is_public
    with Fetcher("it@clinic.example") as fetcher, pytest.raises(NotRead, match="not_public"):
        fetcher.get(f"http://localhost:{site.port}/", f"http://localhost:{site.port}/")
    assert site.asked == []


@pytest.mark.parametrize(
    "typed",
    [
        "", "clinic", "localhost", "http://127.0.0.1/", "http://[::1]/", "ftp://clinic.example", "file:///etc/passwd",
        "https://user:secret@clinic.example", "https://clinic.example:8443", "http://0x7f000001/", "http://2130706433/",
        "http://127.1/", "javascript:alert(1)", "https://router.local", "http://clinic.internal/",
        "https://cli nic.example", "http://169.254.169.254/latest", "https://" + "a" * 600 + ".example",
        "http://clinic.example:99999/",
    ],
)  # fmt: skip
def test_what_is_no_public_website_is_refused_in_words(typed: str) -> None:
    with pytest.raises(NotAnAddress, match=r"[.]$"):
        cleaned(typed)


def test_an_address_is_taken_as_people_type_it() -> None:
    assert cleaned("www.clinic.example") == "https://www.clinic.example/"
    assert cleaned(" http://Clinic.example/about?x=1#top ") == "http://clinic.example/about?x=1"


@pytest.mark.parametrize(
    ("address", "is_same"),
    [
        ("https://clinic.example/fees", True),
        ("https://www.clinic.example/fees", True),
        ("http://www.clinic.example/fees", False),
        ("https://clinic.example.evil.example/", False),
        ("https://evil.example/clinic.example", False),
        ("https://clinic.example@evil.example/", False),
        ("https://book.clinic.example/", False),
        ("https://clinic.example:8443/", False),
        ("javascript:alert(1)", False),
    ],
)
def test_a_site_is_the_one_name_that_was_given(address: str, is_same: bool) -> None:
    assert same_site(address, "https://www.clinic.example/") is is_same


def test_links_are_followed_to_pages_only() -> None:
    start = "https://www.clinic.example/"
    assert followed("fees#prices", start, start) == "https://www.clinic.example/fees"
    for link in ("/a.pdf", "/wp-admin/", "mailto:x@clinic.example", "//evil.example/", "tel:123", "http://[bad"):
        assert followed(link, start, start) is None, link


def test_nobody_hears_what_readers_do_not_see() -> None:
    page = read(FEES.encode(), "text/html")
    units = [unit for section in page.sections for unit in section.units]
    assert "Initial consultation: 45 minutes, $125" in units
    assert not any(f"${number} " in f"{unit} " for unit in units for number in (1, 2, 3, 4))


@pytest.mark.parametrize(
    "markup",
    [
        "",
        "<",
        "<html",
        "<p" * 5000,
        "<div>" * 3000 + "deep" + "</div>" * 10,
        "</p></p><td>x</tr>",
        "\x00\xff<p>ok",
        "<table><tr><td><table><tr><td>in",
    ],
)
def test_broken_markup_is_read_as_far_as_it_goes(markup: str) -> None:
    read(markup.encode("utf-8", "replace"), "text/html; charset=nonsense")


@pytest.fixture
def to_the_site(site: Website, monkeypatch: pytest.MonkeyPatch) -> Website:
    monkeypatch.setattr(reading, "reach", site.reach)
    monkeypatch.setattr(reading, "LIMITS", Limits(apart=0))
    return site


def added(site: Website, practice: Practice) -> Source:
    source = sources.add_site("https://www.clinic.example/", SYSTEM)
    Source.objects.filter(pk=source.pk).update(address=site.address)
    return source


def test_a_website_is_read_by_a_job_and_quoted_with_its_page(empty: Practice, to_the_site: Website) -> None:
    source = added(to_the_site, empty)
    assert ProcrastinateJob.objects.filter(task_name="knowledge.read_source", args__source_id=source.pk).exists()
    jobs.read_source(empty.pk, source.pk)
    source.refresh_from_db()
    assert (source.state, source.pages, source.problem) == ("ready", 3, "")
    answer = find("How much is an initial consultation?").answer
    assert answer is not None
    assert answer.words == "Initial consultation: 45 minutes, $125."
    assert answer.link == f"{to_the_site.address}fees"
    asked = len(to_the_site.asked)
    jobs.read_source(empty.pk, source.pk)
    assert len(to_the_site.asked) == asked, "it was read already"


def test_a_website_is_read_again_each_day_and_on_demand(empty: Practice, to_the_site: Website) -> None:
    source = added(to_the_site, empty)
    jobs.read_source(empty.pk, source.pk)
    jobs.read_what_is_due()
    source.refresh_from_db()
    assert source.state == "ready"
    Source.objects.filter(pk=source.pk).update(requested_at=timezone.now() - timedelta(hours=25))
    jobs.read_what_is_due()
    source.refresh_from_db()
    assert source.state == "waiting"
    to_the_site.pages["/fees"] = FEES.replace("$125", "$130")
    jobs.read_source(empty.pk, source.pk)
    answer = find("How much is an initial consultation?").answer
    assert answer is not None
    assert "$130" in answer.words
    sources.read_again(source.pk, SYSTEM)
    source.refresh_from_db()
    assert source.state == "waiting"


def test_when_the_site_is_down_what_was_read_stays_and_the_page_says_so(
    empty: Practice, to_the_site: Website
) -> None:
    source = added(to_the_site, empty)
    jobs.read_source(empty.pk, source.pk)
    sources.read_again(source.pk, SYSTEM)
    to_the_site.statuses["/"] = 503
    jobs.read_source(empty.pk, source.pk)
    source.refresh_from_db()
    assert (source.state, source.problem) == ("failed", "unreachable")
    assert find("How much is an initial consultation?").answer is not None


def test_a_page_that_fails_for_once_is_kept_and_one_that_is_gone_is_not(
    empty: Practice, to_the_site: Website
) -> None:
    source = added(to_the_site, empty)
    jobs.read_source(empty.pk, source.pk)
    to_the_site.statuses["/fees"] = 503
    sources.read_again(source.pk, SYSTEM)
    jobs.read_source(empty.pk, source.pk)
    assert find("How much is an initial consultation?").answer is not None
    to_the_site.statuses["/fees"] = 404
    sources.read_again(source.pk, SYSTEM)
    jobs.read_source(empty.pk, source.pk)
    assert find("How much is an initial consultation?").answer is None


def test_what_is_removed_is_not_said_any_more(empty: Practice, to_the_site: Website) -> None:
    source = added(to_the_site, empty)
    jobs.read_source(empty.pk, source.pk)
    sources.remove(source.pk, SYSTEM)
    assert not Passage.objects.exists()
    assert find("Is there parking?").answer is None
    jobs.read_source(empty.pk, source.pk)
    assert not Passage.objects.exists()
