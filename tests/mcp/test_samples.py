"""Over both transports, each sample's culprit is named in three calls and 4,000 tokens.

The tokens include the definitions of all tools and the instructions, which clients put before the
model, and both parts of each answer, of which clients show one or both.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest
from mcp import Client

from heapnb.mcp.answers import DEFAULT_BYTES
from tests.conftest import ROOT, sample_cases
from tests.mcp.clients import (
    CHARACTERS_PER_TOKEN,
    Reply,
    ask,
    http_client,
    http_server,
    parameters,
    run,
)
from tests.samples.test_diagnosis import HEALTHY, LEAKING, case_of

SAMPLES = ROOT / "sample_snapshots"
MOST_CALLS = 3
MOST_TOKENS = 4000

_Replies = dict[str, list[Reply]]


def characters_before(client: Client, tools: Any) -> int:
    """Count what clients put before a model: instructions, names, descriptions and arguments."""
    read = [[tool.name, tool.description, tool.input_schema] for tool in tools]
    return len(client.instructions or "") + len(orjson.dumps(read))


async def investigate(client: Client, case: str) -> list[Reply]:
    """Do what an assistant does that was told where the snapshots are."""
    replies = [await ask(client, "diagnose", case=case)]
    if replies[0].data["suspects"]:
        replies.append(await ask(client, "explain_suspect", case=case))
        node_id = replies[0].data["suspects"][0]["node_id"]
        replies.append(await ask(client, "inspect_node", case=case, node_id=node_id))
    return replies


async def _all_cases(client: Client) -> tuple[_Replies, int]:
    before = characters_before(client, (await client.list_tools()).tools)
    return {case: await investigate(client, case) for case in sample_cases()}, before


async def _over_stdio() -> tuple[_Replies, int]:
    async with Client(parameters(SAMPLES)) as client:
        return await _all_cases(client)


async def _over_http() -> tuple[_Replies, int]:
    with http_server(SAMPLES) as server:
        async with http_client(server, mode="legacy") as client:
            return await _all_cases(client)


@pytest.fixture(scope="module", params=["stdio", "http"])
def conversations(request: pytest.FixtureRequest) -> tuple[_Replies, int]:
    found: tuple[_Replies, int] = run(_over_stdio if request.param == "stdio" else _over_http)
    return found


@pytest.fixture
def replies(conversations: tuple[_Replies, int]) -> _Replies:
    return conversations[0]


@pytest.mark.slow
def test_every_leak_is_named_in_few_calls_and_tokens(conversations: tuple[_Replies, int]) -> None:
    replies, before = conversations
    assert 0 < before / CHARACTERS_PER_TOKEN < MOST_TOKENS / 2
    for case in LEAKING:
        expected = case_of(case)["expected"]
        conversation = replies[case]
        assert len(conversation) <= MOST_CALLS
        answers = sum(reply.n_characters for reply in conversation)
        assert (before + answers) / CHARACTERS_PER_TOKEN <= MOST_TOKENS, case
        first = conversation[0]
        assert first.data["verdict"] == "leak", case
        suspect = first.data["suspects"][0]
        names = {expected["anchor"]["name"], *expected["anchor"]["other_names"]}
        for text in (suspect["anchor"], first.text):
            assert any(name in text for name in names), case
        assert (suspect["location"] or suspect["anchor"]) in first.text
        assert "Fix: " in conversation[1].text


@pytest.mark.slow
def test_healthy_programs_have_no_suspect(replies: _Replies) -> None:
    for case in HEALTHY:
        [reply] = replies[case]
        assert reply.data["verdict"] == "no-leak"
        assert "Verdict: no-leak" in reply.text


@pytest.mark.slow
def test_every_answer_keeps_to_the_limit(replies: _Replies) -> None:
    largest = max(reply.n_bytes for conversation in replies.values() for reply in conversation)
    assert DEFAULT_BYTES // 2 < largest <= DEFAULT_BYTES


def test_the_definitions_are_valid_and_few() -> None:
    async def tools_of() -> Any:
        async with Client(parameters(SAMPLES)) as client:
            return (await client.list_tools()).tools

    tools = run(tools_of)
    assert len(tools) <= 14
    for tool in tools:
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)
        assert tool.title
        assert tool.description
        writes = tool.name in {"write_report", "capture"}
        assert tool.annotations.read_only_hint is not writes
        assert tool.annotations.destructive_hint is (tool.name == "write_report")


def test_the_listing_leads_to_every_case() -> None:
    async def cases_of(client_root: Path) -> set[str]:
        async with Client(parameters(client_root)) as client:
            found: set[str] = set()
            cursor = "0"
            while cursor is not None:
                reply = await ask(client, "open_case", cursor=cursor)
                assert not reply.is_error, reply.text
                found |= {row["case"] for row in reply.data["cases"]}
                cursor = reply.data["cursor"]
            return found

    assert set(sample_cases()) <= run(cases_of, SAMPLES)
