from __future__ import annotations

import base64
import dataclasses
import hashlib
import itertools
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import heapnb as hn
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.names import Anchor
from heapnb.analysis.diagnosis.suspects import Diagnosis, Suspect
from heapnb.analysis.diagnosis.verdicts import Basis, Ground
from heapnb.analysis.retention.paths import preferred_path
from heapnb.analysis.series.series import Series, load_series
from heapnb.errors import HeapnbError
from heapnb.reports import cards, content
from heapnb.reports.growth import growth_of
from heapnb.reports.tables import Writer
from heapnb.testing import SnapshotBuilder
from heapnb.views.masking import MASK, SECRETS

HOSTILE = "<img src=x onerror=alert(1)></script></style><script>'\"`&\u202e\x00"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0ZXN0In0.c2lnbmF0dXJl"
MOST_BYTES = 5_000_000

VOID_TAGS = {"wbr", "meta", "link", "input", "br", "img", "hr"}


class Page(HTMLParser):
    """What a page consists of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID_TAGS:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in {"script", "style"}:
            self.raw[self.open[-1]].append(data)
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def a_series(n_snapshots: int = 3, *, class_name: str = "Entry", edge: str = "cache") -> Series:
    sources = []
    for number in range(n_snapshots):
        builder = SnapshotBuilder.from_edges("root>global")
        builder.edge("global", "list", edge)
        builder.node("list", name="Array")
        for i in range(12 * (number + 1)):
            builder.edge("list", f"entry {i}", i, type="element")
            builder.node(f"entry {i}", name=class_name, size=100)
        sources.append(builder.snapshot(name=f"s{number + 1}.heapsnapshot"))
    return load_series(sources)


def a_suspect(
    series: Series,
    rank: int = 1,
    *,
    explanation: str = "The array `cache` only grows.",
    fix: str = "Bound it.",
    **changes: object,
) -> Suspect:
    path = preferred_path(series.last, series.last.n_nodes - 1)
    assert path is not None
    counts = tuple(12 * (i + 1) for i in range(len(series)))
    suspect = Suspect(
        rank=rank,
        kind="unbounded-array",
        class_name="Entry",
        count_per_snapshot=counts,
        retained_per_snapshot=tuple(100 * count for count in counts),
        count_delta=counts[-1] - counts[0],
        retained_delta=100 * (counts[-1] - counts[0]),
        confidence=0.9,
        chain=tuple(path.chain),
        anchor="cache",
        location="lib/cache.js:12:5",
        node_id=77,
        facts=Facts(Group("Entry"), Anchor("cache", "cache", "global", "cache", 1)),
        share=0.8,
        held_by="global",
        path=path,
        nodes=np.arange(3, 6, dtype=np.uint32),
    )
    suspect = dataclasses.replace(suspect, **changes)  # type: ignore[arg-type]
    vars(suspect).update(explanation=explanation, fix=fix)
    return suspect


def a_diagnosis(
    series: Series, *, reason: str = "Entries accumulate.", **changes: object
) -> Diagnosis:
    diagnosis = Diagnosis(series, "leak", (a_suspect(series),), Basis(Ground.GROWTH, 2, 2, 1))
    diagnosis = dataclasses.replace(diagnosis, **changes)  # type: ignore[arg-type]
    vars(diagnosis)["reason"] = reason
    return diagnosis


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Diagnosis], str]:
    def write_report(diagnosis: Diagnosis) -> str:
        path = hn.report(diagnosis, tmp_path / "report.html")
        assert path == tmp_path / "report.html"
        return path.read_text("utf-8")

    return write_report


def test_the_verdict_and_the_culprit_come_first(write: Callable[[Diagnosis], str]) -> None:
    page = Page(write(a_diagnosis(a_series())))
    assert page.open == []
    text = page.text
    assert "This program leaks memory Entries accumulate." in text
    assert re.search(r"The culprit Entry: \+24 objects, which retain \+2\.4 kB", text)
    assert "cache" in text
    assert "lib/cache.js:12:5" in text
    assert "Bound it." in text
    order = [text.index(word) for word in ("leaks memory", "The culprit", "Retaining path", "Fix")]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("verdict", "headline"),
    [
        ("leak", "This program leaks memory"),
        ("no-leak", "No leak found"),
        ("undecided", "Undecided"),
    ],
)
def test_each_verdict_has_its_headline(
    verdict: str, headline: str, write: Callable[[Diagnosis], str]
) -> None:
    html = write(a_diagnosis(a_series(), verdict=verdict, suspects=()))
    assert f'<h1 id="headline">{headline}</h1>' in html
    assert f'class="verdict {verdict}"' in html
    assert "The culprit" not in html


def test_all_sections_are_there(write: Callable[[Diagnosis], str]) -> None:
    page = Page(write(a_diagnosis(a_series())))
    ids = {attributes.get("id") for _, attributes in page.tags}
    sections = {"suspects", "growth", "constructors", "heap", "files"}
    assert sections <= ids
    targets = {link["href"].removeprefix("#") for link in page.of("a")}
    assert sections <= targets <= ids


def test_headings_descend_without_gaps(write: Callable[[Diagnosis], str]) -> None:
    page = Page(write(a_diagnosis(a_series())))
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_tables_have_captions_and_scopes(write: Callable[[Diagnosis], str]) -> None:
    page = Page(write(a_diagnosis(a_series())))
    assert len(page.of("table")) == len(page.of("caption"))
    assert all(heading.get("scope") in {"col", "row"} for heading in page.of("th"))


def test_ids_are_unique(write: Callable[[Diagnosis], str]) -> None:
    series = a_series()
    suspects = tuple(a_suspect(series, rank) for rank in (1, 2, 3))
    page = Page(write(a_diagnosis(series, suspects=suspects)))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_the_chain_is_drawn_and_in_words(write: Callable[[Diagnosis], str]) -> None:
    html = write(a_diagnosis(a_series()))
    assert '<ol class="chain"' in html
    assert '<li class="edge"><span>cache</span></li>' in html
    assert 'class="heapnb-graph"' in html


def test_without_graphviz_the_words_remain(
    write: Callable[[Diagnosis], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(what: object) -> object:
        raise HeapnbError("no Graphviz")

    monkeypatch.setattr(cards, "retainer_graph", nothing)
    html = write(a_diagnosis(a_series()))
    assert '<ol class="chain"' in html
    assert 'class="heapnb-graph"' not in html


# -- safe, self-contained, small --------------------------------------------------------------


def hostile_diagnosis() -> Diagnosis:
    series = a_series(class_name=HOSTILE, edge=HOSTILE)
    suspect = a_suspect(
        series,
        kind=HOSTILE,
        class_name=HOSTILE,
        chain=("(GC roots)", f".{HOSTILE}", HOSTILE),
        anchor=f"{HOSTILE}\ud800",
        location=HOSTILE,
        explanation=HOSTILE,
        fix=HOSTILE,
    )
    return a_diagnosis(series, reason=HOSTILE, suspects=(suspect,), warnings=(HOSTILE,))


def test_hostile_strings_stay_text(write: Callable[[Diagnosis], str]) -> None:
    harmless = Page(write(a_diagnosis(a_series(), warnings=("careful",))))
    html = write(hostile_diagnosis())
    page = Page(html)
    assert page.open == []
    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in harmless.tags}
    assert not page.of("img")
    assert len(page.of("script")) == len(harmless.of("script")) == 4
    assert len(page.of("style")) == 1
    assert "<img src=x" in page.text
    assert not any(character in html for character in "\x00\u202e")
    handlers = {name for _, attributes in page.tags for name in attributes if name[:2] == "on"}
    assert handlers == set()


def test_nothing_is_loaded(write: Callable[[Diagnosis], str]) -> None:
    html = write(hostile_diagnosis())
    page = Page(html)
    loading = {"src", "srcset", "action", "data", "poster", "background", "xlink:href"}
    assert not [attributes for _, attributes in page.tags if loading & attributes.keys()]
    addresses = [a["href"] for _, a in page.tags if "href" in a]
    assert all(address.startswith(("#", "data:,")) for address in addresses)
    (style,) = page.raw["style"]
    assert "@import" not in style
    assert "url(" not in style
    assert set(re.findall(r"https?://[^\s\"'<\\]+", html)) <= {"http://www.w3.org/2000/svg"}


def test_the_policy_allows_the_one_style_and_the_one_script(
    write: Callable[[Diagnosis], str],
) -> None:
    page = Page(write(a_diagnosis(a_series())))
    policy = next(
        meta["content"]
        for meta in page.of("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    )
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives["default-src"] == "'none'"
    assert "unsafe" not in policy
    is_data = [one.get("type") == "application/json" for one in page.of("script")]
    scripts = [text for text, data in zip(page.raw["script"], is_data, strict=True) if not data]
    for name, texts in (("style-src", page.raw["style"]), ("script-src", scripts)):
        digests = [base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in texts]
        assert directives[name] == " ".join(f"'sha256-{digest}'" for digest in digests)
    # Styles anywhere else would be ignored.
    assert not [attributes for _, attributes in page.tags if "style" in attributes]


def test_secrets_are_masked_everywhere(write: Callable[[Diagnosis], str]) -> None:
    series = a_series(class_name=f"Session {TOKEN}", edge=TOKEN)
    suspect = a_suspect(
        series,
        class_name=TOKEN,
        anchor=TOKEN,
        chain=("(GC roots)", f".{TOKEN}"),
        location=f"/tmp/{TOKEN}.js:1:1",
        explanation=f"Held under `{TOKEN}`.",
        fix=f"password={TOKEN}",
    )
    html = write(a_diagnosis(series, reason=TOKEN, suspects=(suspect,), warnings=(TOKEN,)))
    assert "eyJ" not in html
    assert MASK in html


def test_secrets_are_shown_where_that_is_asked_for(tmp_path: Path) -> None:
    diagnosis = a_diagnosis(a_series(class_name=TOKEN), reason=TOKEN)
    masked = hn.report(diagnosis, tmp_path / "masked.html").read_text("utf-8")
    shown = hn.report(diagnosis, tmp_path / "shown.html", redact=False).read_text("utf-8")
    assert TOKEN not in masked
    assert TOKEN in shown
    # Only for that report.
    assert SECRETS.text(TOKEN) == MASK


def test_the_switch_of_a_report_outranks_that_of_results(tmp_path: Path) -> None:
    series = a_series(edge=TOKEN)
    diagnosis = a_diagnosis(series, reason=TOKEN)
    plain = hn.report(diagnosis, tmp_path / "plain.html", redact=False).read_text("utf-8")
    hn.mask_output(True)
    try:
        again = hn.report(diagnosis, tmp_path / "again.html", redact=False).read_text("utf-8")
    finally:
        hn.mask_output(False)
    assert again == plain
    assert plain.count(TOKEN) > 1


def test_whatever_the_input_the_report_stays_small(write: Callable[[Diagnosis], str]) -> None:
    long = '"' * 100_000
    series = a_series()
    suspects = tuple(
        a_suspect(
            series,
            rank,
            class_name=long,
            kind=long,
            anchor=long,
            location=long,
            explanation=long,
            fix=long,
            chain=(f".{long}",) * 500,
        )
        for rank in range(1, 401)
    )
    warnings = tuple(f"{i} {long}" for i in range(500))
    html = write(a_diagnosis(series, reason=long, suspects=suspects, warnings=warnings))
    assert len(html.encode()) <= MOST_BYTES
    page = Page(html)
    shown = [each for each in page.of("details") if each.get("class") == "card"]
    assert len(shown) == content.MOST_CARDS
    assert "10 of 400 suspects in full" in page.text
    assert "The first 60 of 390 further suspects." in page.text
    assert "and 470 more" in page.text


def test_many_snapshots_stay_small(write: Callable[[Diagnosis], str]) -> None:
    series = a_series(2)
    many = dataclasses.replace(series, snapshots=series.snapshots * 80)
    suspect = a_suspect(many, count_per_snapshot=(1,) * 160, retained_per_snapshot=(1,) * 160)
    html = write(a_diagnosis(many, suspects=(suspect,)))
    assert len(html.encode()) <= 600_000


# -- few snapshots ------------------------------------------------------------------------------


@pytest.mark.parametrize("n_snapshots", [1, 2, 3])
def test_any_number_of_snapshots(n_snapshots: int, write: Callable[[Diagnosis], str]) -> None:
    page = Page(write(a_diagnosis(a_series(n_snapshots))))
    ids = {attributes.get("id") for _, attributes in page.tags}
    assert ("growth" in ids) == (n_snapshots > 1)
    if n_snapshots == 1:
        assert not re.search(r"\b(grew|growth|delta|interval)\b", page.text, re.IGNORECASE)
    assert {"suspects", "constructors", "heap", "files"} <= ids
    assert "s1" in page.text


def test_without_suspects(write: Callable[[Diagnosis], str]) -> None:
    page = Page(write(a_diagnosis(a_series(), verdict="no-leak", suspects=())))
    assert "suspects" not in {attributes.get("id") for _, attributes in page.tags}
    assert "Objects added since the first snapshot" in page.text


def test_an_unknown_location_is_a_dash(write: Callable[[Diagnosis], str]) -> None:
    series = a_series()
    page = Page(write(a_diagnosis(series, suspects=(a_suspect(series, location=None),))))
    assert "Location–" in page.text
    assert "see –" not in page.text
    assert "None" not in page.text


# -- where it goes ----------------------------------------------------------------------------


@pytest.mark.parametrize("n_snapshots", [1, 3])
def test_reports_on_files_and_series(n_snapshots: int, tmp_path: Path) -> None:
    series = a_series(n_snapshots)
    from_series = hn.report(series, tmp_path / "series.html")
    assert "s1" in from_series.read_text("utf-8")

    file = tmp_path / "one.heapsnapshot"
    file.write_bytes(SnapshotBuilder.from_edges("root>global global.a>b").to_bytes())
    for source in (file, str(file), [file], file.read_bytes()):
        assert "</html>" in hn.report(source, tmp_path / "file.html").read_text("utf-8")


def test_a_report_replaces_an_earlier_one_if_it_may(tmp_path: Path) -> None:
    diagnosis = a_diagnosis(a_series())
    target = tmp_path / "report.html"
    target.write_text("earlier")
    with pytest.raises(HeapnbError, match="exists"):
        hn.report(diagnosis, target, force=False)
    assert target.read_text() == "earlier"
    hn.report(diagnosis, target)
    assert "</html>" in target.read_text("utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_a_snapshot_is_never_replaced(tmp_path: Path) -> None:
    file = tmp_path / "one.heapsnapshot"
    file.write_bytes(SnapshotBuilder.from_edges("root>global").to_bytes())
    before = file.read_bytes()
    with pytest.raises(HeapnbError, match="one of the snapshots"):
        hn.report(file, file)
    assert file.read_bytes() == before


def test_a_target_that_cannot_be_is_an_error(tmp_path: Path) -> None:
    diagnosis = a_diagnosis(a_series())
    with pytest.raises(HeapnbError, match="is a directory"):
        hn.report(diagnosis, tmp_path)
    with pytest.raises(HeapnbError, match="no directory"):
        hn.report(diagnosis, tmp_path / "missing" / "report.html")


# -- texts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "secret",
    [
        TOKEN,
        f"Bearer {TOKEN}",
        "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
        "ghp_" + "a1B2" * 9,
        "AKIA" + "IOSFODNN7EXAMPLE",
        "d41d8cd98f00b204e9800998ecf8427f",
        "Ab3" * 14,
        "password: hunter2hunter2",
        'api_key="0123456789"',
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEow",
        "redis://:hunter2hunter2@cache",
        "d41d8cd98f00b204e98…",
        "eyJhbGciOiJIUzI1NiIs…",
        "Ab3Cd4Ef5Gh6Ij7…",
    ],
)
def test_secrets_are_found(secret: str) -> None:
    masked = SECRETS.text(f"before {secret} after")
    assert MASK in masked
    core = max(re.split(r"[\s:=\"/@]+", secret), key=len)
    assert core not in masked
    assert masked.startswith("before ")


@pytest.mark.parametrize(
    "name",
    [
        "CachedSearch",
        "AsyncLocalStorageInstrumentationRegistry",
        "system / Context / scope @123456",
        "AsyncLocalStorageInstrumen…",
        "ordersControllerV2_2026…",
        "{sessionId, token, password}",
        "lib/handlers/ordersControllerV2.js:120:15",
        "node:internal/modules/cjs/loader:297:16",
        "/app/node_modules/.pnpm/express@4.18.2/node_modules/express/lib/router.js",
        "1 / part of key (Object @1) -> value (Object @2) pair in WeakMap (table @3)",
    ],
)
def test_names_are_left_alone(name: str) -> None:
    assert SECRETS.text(name) == name


def test_mail_addresses_are_masked() -> None:
    assert SECRETS.text("to ada.lovelace@example.com") == f"to {MASK}"


def test_masking_takes_no_time_on_long_texts() -> None:
    for text in (
        "a" * 10**6,
        "eyJ" * 10**5,
        "password=" * 10**5,
        "a@" * 10**5,
        "-----BEGIN " * 10**5,
    ):
        SECRETS.text(text)


def test_texts_are_masked_before_they_are_cut() -> None:
    assert "eyJ" not in Writer().text("x" * 100 + " " + TOKEN)


def test_code_in_prose() -> None:
    assert Writer().inline_prose("a `b<c>` d") == "a <code>b&lt;c&gt;</code> d"
    assert Writer().inline_prose("a ` b") == "a ` b"
    assert Writer().prose("one\n\n`two`") == "<p>one</p><p><code>two</code></p>"
    assert Writer().prose("") == Writer().prose(None) == ""


def test_long_names_in_prose_are_cut() -> None:
    text = f"The property `{'x' * 3000}` of {'y' * 3000} grows."
    assert len(Writer().inline_prose(text)) < 300
    assert Writer().inline_prose(text).startswith("The property <code>xxx")
    assert len(Writer().prose("word " * 2000)) < 1600
    assert len(Writer().prose("word\n" * 2000)) < 200


def test_places_break_between_folders() -> None:
    assert Writer().place("/srv/<b>/a.js:1:2") == (
        '<code class="place">/srv/<wbr>&lt;b&gt;/<wbr>a.js:1:2</code>'
    )
    assert Writer().place(None) == "–"


def test_one_table_says_growth_and_survival(write: Callable[[Diagnosis], str]) -> None:
    page = Page(write(a_diagnosis(a_series(3))))
    assert page.text.count("Survival rate") == 1
    assert "first seen in s2" in page.text


def test_two_snapshots_have_no_cohorts_to_show(write: Callable[[Diagnosis], str]) -> None:
    page = Page(write(a_diagnosis(a_series(2))))
    assert "Survival rate" not in page.text
    assert "first seen in" not in page.text


def test_growth_lists_own_classes_first_and_folds_the_engine() -> None:
    frame = pd.DataFrame(
        {
            "class_name": ["(string)", "Array", "Session", "Socket", "{a, b}", "Lru"],
            "location": [
                None,
                None,
                "/srv/app.js:3:1",
                "node:net:1:1",
                None,
                "/srv/node_modules/lru/i.js:1:1",
            ],
            "trend": [[1, 2]] * 6,
            "count_1": 1,
            "count_2": 2,
            "count_delta": 1,
            "retained_delta": [900, 800, 10, 700, 20, 850],
        }
    )
    growth = growth_of(Writer(), frame, None, 2)
    assert growth.program.frame["class_name"].tolist() == ["{a, b}", "Session", "Lru", "Array"]
    assert growth.engine.frame["class_name"].tolist() == ["(string)", "Socket"]
    assert growth.n_own == 2


def test_the_map_marks_the_suspect(write: Callable[[Diagnosis], str]) -> None:
    html = write(a_diagnosis(a_series()))
    assert html.count('class="tile-marked"') == 1
    assert 'class="tile-holds"' in html
    healthy = write(a_diagnosis(a_series(), verdict="no-leak", suspects=()))
    assert "tile-marked" not in healthy
