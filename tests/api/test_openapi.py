"""The published description: whole, sound, and about every route."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.conftest import ROOT, Caller
from tests.api.paths import BODIES, ROUTES


@pytest.fixture
def description(caller: Caller) -> dict[str, Any]:
    answer = caller.get("/openapi.json")
    assert answer.status == 200
    return dict(answer.json)


def operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            assert method in {"get", "post", "put", "patch", "delete"}
            yield f"{method.upper()} {path.removeprefix(ROOT)}", operation


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from nodes(each)
    elif isinstance(value, list):
        for each in value:
            yield from nodes(each)


def test_it_is_openapi_3_1(description: dict[str, Any]) -> None:
    assert re.fullmatch(r"3\.1\.\d+", description["openapi"])
    assert description["info"]["title"] == "Routiq"
    assert description["info"]["version"]
    assert set(description) <= {"openapi", "info", "paths", "components", "servers", "tags", "security"}


def test_every_route_is_in_it_and_nothing_else(description: dict[str, Any]) -> None:
    assert {name for name, _ in operations(description)} == {str(route) for route in ROUTES}


def test_every_reference_leads_somewhere(description: dict[str, Any]) -> None:
    references = [node["$ref"] for node in nodes(description) if isinstance(node.get("$ref"), str)]
    assert references
    for reference in references:
        assert reference.startswith("#/")
        place: Any = description
        for part in reference[2:].split("/"):
            assert part in place, reference
            place = place[part]


def test_every_operation_is_named_and_described(description: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(description)]
    assert len(set(names)) == len(names)
    for name, operation in operations(description):
        assert re.fullmatch(r"[a-z_]+", operation["operationId"]), name
        assert operation["summary"], name
        assert len(operation["description"]) > 30, name
        assert operation["tags"], name


def test_every_operation_asks_for_the_token(description: dict[str, Any]) -> None:
    schemes = description["components"]["securitySchemes"]
    for name, operation in operations(description):
        (requirement,) = operation["security"]
        (scheme,) = requirement
        assert (schemes[scheme]["type"], schemes[scheme]["scheme"]) == ("http", "bearer"), name


def test_every_operation_tells_its_errors_in_the_one_shape(description: dict[str, Any]) -> None:
    for name, operation in operations(description):
        responses = operation["responses"]
        expected = {"401", "422", "429", "500", "503"} | ({"400", "413"} if name in BODIES else set())
        if "{" in name:
            expected.add("404")
        assert expected <= set(responses), name
        assert any(status.startswith("2") for status in responses), name
        for status, response in responses.items():
            assert response["description"], name
            schema = response["content"]["application/json"]["schema"]
            if status >= "400":
                assert schema == {"$ref": "#/components/schemas/Error"}, (name, status)


def test_path_parameters_are_described_where_they_stand(description: dict[str, Any]) -> None:
    for name, operation in operations(description):
        given = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
        assert given == set(re.findall(r"{(\w+)}", name))
        for each in operation["parameters"]:
            assert each["schema"], name
            assert isinstance(each["required"], bool), name


def test_a_body_is_described_where_one_is_taken(description: dict[str, Any]) -> None:
    for name, operation in operations(description):
        assert ("requestBody" in operation) == (name in BODIES), name


def test_long_ids_are_texts(description: dict[str, Any]) -> None:
    for node in nodes(description["components"]["schemas"]):
        remote = node.get("properties", {}).get("remote_id")
        assert remote is None or remote["type"] == "string"


def test_it_needs_a_token(nobody: Caller) -> None:
    assert nobody.get("/openapi.json").status == 401
