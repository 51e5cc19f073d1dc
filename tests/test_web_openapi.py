"""The description of the HTTP interface, held to what the server does."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from live_server import TOKEN, LiveServer, live_server
from starlette.testclient import TestClient
from test_web_api import EXERCISE, RIDGE, RIGHT, SLIP, client_of, document

from derive.checking.conventions import CONVENTIONS
from derive.checking.results import VERDICTS
from derive.grading.results import STATUSES
from derive.web.application import ROUTES
from derive.web.asked import LONGEST_NAME
from derive.web.interface import MOST_SUBMISSIONS
from derive.web.openapi import description
from derive.web.setup import Setup

DOCUMENTS = Path(__file__).parent / "documents"
DESCRIBED = description(Setup(TOKEN, port=8000))
SCHEMAS = DESCRIBED["components"]["schemas"]
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with client_of(RIDGE.parent) as made:
        yield made


def operations() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in DESCRIBED["paths"].items():
        for method in METHODS & set(item):
            yield path, method.upper(), item[method]


def resolved(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference to a part of the description stands for."""
    while "$ref" in value:
        found: Any = DESCRIBED
        for name in value["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        value = found
    return value


def errors(schema: Mapping[str, Any], data: Any) -> list[str]:
    """What in some data is not as a schema of the description says."""
    validator = Draft202012Validator({**schema, "components": DESCRIBED["components"]})
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(data)]


def test_the_server_gives_the_description(client):
    assert client.get("/api/openapi.json").json() == json.loads(json.dumps(DESCRIBED))


def test_every_route_is_described_and_every_described_route_exists():
    there = {
        (route.path, method)
        for route in ROUTES
        for method in route.methods
        if route.path.startswith(("/api/", "/health")) and method != "HEAD"
    }
    assert {(path, method) for path, method, _ in operations()} == there


def test_the_description_is_whole():
    assert DESCRIBED["openapi"] == "3.1.0"
    references = set(re.findall(r'"\$ref": "([^"]*)"', json.dumps(DESCRIBED)))
    assert all(resolved({"$ref": reference}) for reference in references)
    for kind in ("schemas", "responses", "headers"):
        for name in DESCRIBED["components"][kind]:
            assert f"#/components/{kind}/{name}" in references, name
    for schema in SCHEMAS.values():
        Draft202012Validator.check_schema(schema)
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(ids)) == len(ids)
    assert all(operation["summary"] and operation["tags"] for _, _, operation in operations())


def test_the_examples_are_what_they_are_examples_of():
    examples = [
        (schema, example)
        for schema in [each for found in SCHEMAS.values() for each in (found, *found.get("properties", {}).values())]
        for example in schema.get("examples", [])
    ]
    assert examples
    assert [errors(schema, example) for schema, example in examples] == [[]] * len(examples)


def test_the_words_are_those_of_the_program():
    assert SCHEMAS["Verdict"]["enum"] == list(VERDICTS) == SCHEMAS["Summary"]["required"]
    assert set(SCHEMAS["Part"]["properties"]["status"]["enum"]) == set(STATUSES)
    assert SCHEMAS["GradeRequest"]["properties"]["submissions"]["maxItems"] == MOST_SUBMISSIONS
    assert SCHEMAS["Document"]["properties"]["name"]["maxLength"] == LONGEST_NAME
    assert DESCRIBED["components"]["securitySchemes"]["cookie"]["name"] == "derive-8000"
    assert "transposed" in CONVENTIONS


TEXTS = [
    *sorted(path for path in DOCUMENTS.iterdir() if path.suffix in (".md", ".tex", ".ipynb")),
    RIDGE / "submissions" / "katya.md",
]


@pytest.mark.parametrize("path", TEXTS, ids=[path.name for path in TEXTS])
def test_reports_are_as_described(client, path):
    answer = client.post("/api/check", json={"document": document(path.read_text("utf-8"), path.name)})
    assert answer.status_code == 200
    assert errors(SCHEMAS["Report"], answer.json()) == []


@pytest.mark.parametrize(
    "text", [SLIP, r"\input{a} $$ a = q $$", "---\nexpect: {'1': refuted}\n---\n$$ 1 = 2 \\tag{1} $$"]
)
def test_rare_fields_of_reports_are_as_described(client, text):
    name = "a.tex" if text.startswith("\\") else "a.md"
    answer = client.post("/api/check", json={"document": document(text, name)})
    assert (answer.status_code, errors(SCHEMAS["Report"], answer.json())) == (200, [])


def test_marks_are_as_described(client):
    submissions = [document(path.read_text("utf-8"), path.name) for path in (RIDGE / "submissions").iterdir()]
    submissions.append(document("\0", "binary.md"))
    answer = client.post("/api/grade", json={"exercise": "ridge-regression", "submissions": submissions})
    assert len(answer.json()["results"]) == len(submissions)
    assert errors(SCHEMAS["Grades"], answer.json()) == []


REQUESTS = [
    ({"document": document("x")}, True),
    ({"document": document("x"), "setting": None, "exercise": None}, True),
    ({"document": document("x"), "setting": "a: b", "exercise": document("x")}, True),
    ({"document": document("x"), "exercise": "ridge"}, True),
    ({"document": "x"}, False),
    ({"document": document("x"), "other": 1}, False),
    ({"document": {**document("x"), "more": 1}}, False),
]


@pytest.mark.parametrize("request_, is_good", REQUESTS)
def test_what_may_be_asked_is_what_is_answered(client, request_, is_good):
    assert (errors(SCHEMAS["CheckRequest"], request_) == []) == is_good
    assert (client.post("/api/check", json=request_).status_code != 400) == is_good


def test_every_refusal_is_described_and_as_described(client):
    good = {"document": document("x")}
    kind = {"Content-Type": "application/json"}
    answers = [
        client.post("/api/check", content=b"{", headers=kind),
        client.post("/api/check", json=good, headers={"Authorization": "none"}),
        client.post("/api/check", json={**good, "exercise": "none"}),
        client.post("/api/check", content=b"x" * 4_000_001, headers=kind),
        client.post("/api/check", content=b"{}"),
        client.post("/api/check", json={"document": document("x", "x.pdf")}),
    ]
    described = DESCRIBED["paths"]["/api/check"]["post"]["responses"]
    assert [answer.status_code for answer in answers] == [400, 401, 404, 413, 415, 422]
    for answer in answers:
        content = resolved(described[str(answer.status_code)])["content"]["application/json"]
        assert errors(content["schema"], answer.json()) == []


# --- Requests of all kinds -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with live_server("--workers", "2", "--seconds", "10", "--exercises", str(RIDGE.parent)) as made:
        yield made


@pytest.fixture(scope="module")
def operations_by_id(server: LiveServer) -> Any:
    schemathesis = pytest.importorskip("schemathesis")
    refusals = {"positive_data_acceptance": {"expected-statuses": ["2xx", 404, 422]}}  # no schema says what LaTeX is
    config = {"base-url": server.address, "headers": server.headers, "checks": refusals}
    return schemathesis.openapi.from_dict(
        json.loads(json.dumps(DESCRIBED)), config=schemathesis.Config.from_dict(config)
    ).find_operation_by_id


@pytest.mark.parametrize("operation", ["health", "describe", "check", "grade"])
def test_no_request_leads_elsewhere_than_described(server: LiveServer, operations_by_id: Any, operation: str):
    """The same requests each time; `schemathesis run` tries more."""
    from hypothesis import HealthCheck, Phase, given, settings

    @settings(
        max_examples=12,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operations_by_id(operation).as_strategy())
    def run(case: Any) -> None:
        case.call_and_validate(headers=server.headers)

    run()


def test_the_marks_of_one_exercise_come_over_the_wire(server: LiveServer):
    import httpx

    asked = {"exercise": document(EXERCISE, "task.md"), "submissions": [document(RIGHT, "ada.md")]}
    answer = httpx.post(f"{server.address}/api/grade", json=asked, headers=server.headers, timeout=60)
    assert (answer.status_code, answer.json()["results"][0]["points"]) == (200, 2)
