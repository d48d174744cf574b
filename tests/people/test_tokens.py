"""Tokens of the prediction API: scope, project, expiry, revocation, rate; and the commands that make them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

import lifecycle
from lifecycle.__main__ import main
from lifecycle.serving import create_app
from lifecycle.serving.limits import Limits

ROW = {"x0": 1.0, "x1": 2.0, "x2": 0.5}
ASK = {"records": [ROW]}


@contextmanager
def api(home: Path, **limits: Any) -> Iterator[TestClient]:
    with TestClient(create_app(home, Limits(**limits)), base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_each_scope_opens_its_own_and_nothing_else(peopled: lifecycle.Workspace) -> None:
    people = peopled.as_user("root").people
    made = {scope: people.create_token(scope, [scope], project="demo") for scope in ("predict", "label")}
    made |= {"read": people.create_token("read", ["read"]), "admin": people.create_token("admin", ["admin"])}
    with api(peopled.path) as client:
        id = client.post("/projects/demo/predict", json=ASK, headers=bearer(made["predict"])).json()["predictions"][0]["id"]
        label = {"labels": [{"id": id, "label": "yes"}]}
        calls = {
            "predict": lambda head: client.post("/projects/demo/predict", json=ASK, headers=head),
            "label": lambda head: client.post("/projects/demo/labels", json=label, headers=head),
            "read": lambda head: client.get("/metrics", headers=head),
        }
        for scope, token in made.items():
            for wanted, call in calls.items():
                assert call(bearer(token)).status_code == (200 if scope in (wanted, "admin") else 403), (scope, wanted)
        for call in calls.values():
            for head in ({}, bearer("lct_wrong"), {"Authorization": "Basic cm9vdDpyb290"}):
                answer = call(head)
                assert answer.status_code == 401
                assert answer.headers["www-authenticate"] == "Bearer"
                assert "token" in answer.json()["detail"]
        assert client.get("/health").status_code == 200
        assert client.get("/ready").json() == {"ready": True}
        assert "champions" in client.get("/ready", headers=bearer(made["read"])).json()
    assert "token label" in peopled.as_user("root").project("demo").history()["by"].tolist()


def test_a_token_of_one_project_is_refused_in_another(peopled: lifecycle.Workspace) -> None:
    token = peopled.as_user("root").people.create_token("shop", ["predict", "read"], project="demo")
    with api(peopled.path) as client:
        answer = client.post("/projects/other/predict", json=ASK, headers=bearer(token))
        assert (answer.status_code, "demo" in answer.json()["detail"]) == (403, True)
        assert client.get("/metrics", headers=bearer(token)).status_code == 403  # they tell of every project


@pytest.mark.parametrize("end", ["revoke", "disable", "expire"])
def test_what_ends_a_token_ends_it_within_a_second(peopled: lifecycle.Workspace, end: str) -> None:
    root = peopled.as_user("root").people
    if end == "disable":
        root.set_role("carla", "admin")
    owner = peopled.as_user("carla" if end == "disable" else "root").people
    token = owner.create_token("shop", ["predict"])
    with api(peopled.path) as client:
        assert client.post("/projects/demo/predict", json=ASK, headers=bearer(token)).status_code == 200
        if end == "revoke":
            root.revoke_token(1)
        elif end == "disable":
            root.disable("carla")
        else:
            with peopled.database.write() as connection:
                connection.execute("UPDATE tokens SET expires = ?", ((datetime.now(UTC) - timedelta(seconds=1)).isoformat(),))
        time.sleep(0.5)
        assert client.post("/projects/demo/predict", json=ASK, headers=bearer(token)).status_code == 401
    assert root.tokens()["state"].tolist() == [{"revoke": "revoked", "disable": "owner disabled", "expire": "expired"}[end]]


def test_rates_are_by_token_and_bodies_have_a_limit(peopled: lifecycle.Workspace) -> None:
    people = peopled.as_user("root").people
    slow, fast = people.create_token("slow", ["predict"], rate=0.01), people.create_token("fast", ["predict"])
    with api(peopled.path, burst=2, records=3, body_bytes=2000) as client:
        answers = [client.post("/projects/demo/predict", json=ASK, headers=bearer(slow)) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert int(answers[-1].headers["retry-after"]) > 30
        assert client.post("/projects/demo/predict", json=ASK, headers=bearer(fast)).status_code == 200
        assert client.post("/projects/demo/predict", json={"records": [ROW] * 4}, headers=bearer(fast)).status_code == 422
        assert client.post("/projects/demo/predict", json={"records": [ROW] * 99}, headers=bearer(fast)).status_code == 413


def test_without_accounts_this_machine_alone_is_answered(home: Path) -> None:
    with api(home) as client:
        assert client.post("/projects/demo/predict", json=ASK).status_code == 200
        assert client.post("/projects/demo/predict", json=ASK, headers={"Host": "evil.example"}).status_code == 403


def test_the_description_says_which_scope(home: Path) -> None:
    with api(home) as client:
        told = client.get("/openapi.json").json()
    predict = told["paths"]["/projects/{name}/predict"]["post"]
    assert predict["security"][0] == {"token": ["predict"]}
    assert {"401", "403", "429"} <= set(predict["responses"])


def run(home: Path, *arguments: str, given: str | None = None) -> Any:
    return CliRunner().invoke(main, ["--home", str(home), *arguments], input=given)


def test_accounts_and_tokens_by_command(home: Path) -> None:
    assert "nobody has an account" in run(home, "serve", "--host", "0.0.0.0").output
    assert "nobody has an account" in run(home, "up", "--host", "0.0.0.0").output
    assert run(home, "user", "add", "ann", "--role", "viewer", "--password-stdin", given="a long sentence\n").exit_code == 1
    assert run(home, "user", "add", "ann", "--role", "admin", "--password-stdin", given="a long sentence\n").exit_code == 0
    assert "There is no account named" in run(home, "--as", "bob", "user", "list").output
    done = run(
        home, "--as", "ann", "user", "add", "bob", "--role", "data-scientist", "--project", "demo", "--password-stdin", given="another sentence\n"
    )
    assert done.exit_code == 0, done.output
    shown = json.loads(run(home, "--as", "ann", "user", "list", "--json").stdout)
    assert [row["projects"] for row in shown] == [{}, {"demo": "data scientist"}]
    assert run(home, "--as", "bob", "drift", "demo").exit_code == 0
    assert "needs an admin" in run(home, "--as", "bob", "token", "create", "x", "--scope", "predict").output
    token = json.loads(run(home, "--as", "ann", "token", "create", "shop", "--scope", "predict", "--json").stdout)["token"]
    assert token not in run(home, "--as", "ann", "token", "list", "--json").stdout
    assert run(home, "--as", "ann", "token", "revoke", "1").exit_code == 0
    assert run(home, "--as", "ann", "user", "role", "bob", "none", "--project", "demo").exit_code == 0
    assert run(home, "--as", "bob", "drift", "demo").exit_code == 1
