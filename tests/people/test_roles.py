"""Every role and every verb, at the one door; and no verb without a role."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import lifecycle
from lifecycle.notices import Notices
from lifecycle.people import People
from lifecycle.project import Project
from lifecycle.roles import NEEDS, OPEN, ROLES, allows
from lifecycle.verbs.context import Caller
from tests.people.conftest import NAMES

DECLARE = "has no role: add it to the table in lifecycle/roles.py, under the lowest role that may call it (docs/extending.md)"
NOUNS = {Project: "", lifecycle.Workspace: "", People: "people.", Notices: "notices."}


def verbs(noun: type) -> list[str]:
    return [name for name in dir(noun) if not name.startswith("_") and (callable(getattr(noun, name)) or isinstance(getattr(noun, name), property))]


@pytest.mark.parametrize(
    ("noun", "name"), [(noun, name) for noun in NOUNS for name in verbs(noun)], ids=lambda value: getattr(value, "__name__", value)
)
def test_every_verb_declares_who_may_call_it(noun: type, name: str) -> None:
    assert NOUNS[noun] + name in NEEDS, f"{NOUNS[noun]}{name} {DECLARE}"


def call(noun: Any, name: str) -> None:
    """Call a verb with arguments that bind and mean nothing."""
    member = inspect.getattr_static(type(noun), name)
    if isinstance(member, property):
        getattr(noun, name)
        return
    wanted = [parameter for parameter in list(inspect.signature(member).parameters.values())[1:] if parameter.default is inspect.Parameter.empty]
    acting = noun._context.caller.name
    getattr(noun, name)(*[acting if p.name in ("by", "annotator") else object() for p in wanted if p.kind is p.POSITIONAL_OR_KEYWORD])


@pytest.mark.parametrize("role", [None, *ROLES])
def test_the_door_lets_in_whom_the_table_says(peopled: lifecycle.Workspace, role: str | None) -> None:
    """Whom it does not let in never reaches the verb: it is called with arguments that mean nothing, and the refusal comes first."""
    name = NAMES[role] if role else "guest"
    if role is None:
        peopled.people.add("guest", "viewer", "correct horse battery", by="root")
        peopled.people.set_role("guest", None, by="root")
    project = peopled.as_worker().project("demo")
    project._context.caller = Caller(name)
    for verb in verbs(Project):
        assert (project.refusal(verb) == "") == allows(role, verb), verb
        if not allows(role, verb):
            with pytest.raises(lifecycle.NotAllowed, match=f"{name} (is|has)"):
                call(project, verb)


def test_every_verb_is_behind_the_door() -> None:
    for noun, prefix in NOUNS.items():
        for name in verbs(noun):
            member = inspect.getattr_static(noun, name)
            member = member.fget if isinstance(member, property) else member
            assert hasattr(member, "__wrapped__") or NEEDS[prefix + name] == OPEN, f"{noun.__name__}.{name} can be called past the door"


def test_without_accounts_any_name_may_do_anything(home: Any) -> None:
    project = lifecycle.open_workspace(home).project("demo")
    project.approve(2, by="whoever", reason="no accounts here")
    assert project.champion.version == 2


def test_a_refusal_says_who_what_and_who_can_help(peopled: lifecycle.Workspace) -> None:
    with pytest.raises(lifecycle.NotAllowed, match=r"vera is a viewer in project 'demo', and 'approve' needs an approver or higher; root \(admin\)"):
        peopled.as_user("vera").project("demo").approve(2, reason="better")
    with pytest.raises(lifecycle.NotAllowed, match="no account named 'bob'"):
        peopled.project("demo").approve(2, by="bob", reason="better")
    with pytest.raises(lifecycle.NotAllowed, match="cannot act as carla"):
        peopled.as_user("vera").project("demo").approve(2, by="carla", reason="better")
    with pytest.raises(lifecycle.NotAllowed, match="cannot act as dora"):
        peopled.as_user("lea").project("demo").next_tasks("dora")
    assert peopled.project("demo")._context.database.value("SELECT count(*) FROM decisions") == 0


def test_whoever_is_bound_is_the_one_who_acts(peopled: lifecycle.Workspace) -> None:
    peopled.as_user("carla").project("demo").approve(2, reason="better")
    assert peopled.as_user("vera").project("demo").decisions(2)["by"].tolist() == ["carla"]
    peopled.as_user("carla").project("demo").comment(1, "noted", None)
    assert peopled.as_user("vera").project("demo").comments(1)["by"].tolist() == ["carla"]


def test_a_disabled_account_may_nothing_and_the_last_admin_stays(peopled: lifecycle.Workspace) -> None:
    carla = peopled.as_user("carla").project("demo")
    peopled.people.disable("carla", by="root")
    with pytest.raises(lifecycle.NotAllowed, match="disabled"):
        carla.approve(2, reason="better")
    for act in (lambda: peopled.people.disable("root", by="root"), lambda: peopled.people.set_role("root", "approver", by="root")):
        with pytest.raises(lifecycle.Conflict, match="Nobody could administer"):
            act()
    assert peopled.as_user("root").people.accounts().set_index("name").loc["root", "role"] == "admin"


def test_people_see_the_projects_they_have_a_role_in(peopled: lifecycle.Workspace) -> None:
    peopled.people.add("eve", "viewer", "correct horse battery", project="demo", by="root")
    peopled.people.set_role("eve", None, project="demo", by="root")
    eve = peopled.as_user("eve")
    assert eve.projects() == []
    with pytest.raises(lifecycle.NotAllowed):
        eve.project("demo")
    with pytest.raises(lifecycle.NotAllowed):
        eve.project("no-such-project")  # what there is, is not told


def test_an_admin_of_a_project_gives_roles_there_alone(peopled: lifecycle.Workspace) -> None:
    peopled.people.set_role("carla", "admin", project="demo", by="root")
    carla = peopled.as_user("carla")
    carla.people.set_role("vera", "labeler", project="demo")
    for act in (
        lambda: carla.people.set_role("vera", "admin"),
        lambda: carla.people.set_password("root", "another long one"),
        lambda: carla.people.create_token("all", ["admin"]),
    ):
        with pytest.raises(lifecycle.NotAllowed):
            act()


def test_who_lets_versions_live_is_set_by_those_who_may(peopled: lifecycle.Workspace) -> None:
    dora = peopled.as_user("dora").project("demo")
    dora.configure(audit_share=0.5)
    with pytest.raises(lifecycle.NotAllowed):
        dora.configure(release="automatic")
    peopled.as_user("carla").project("demo").configure(four_eyes=True)
    assert dora.settings.four_eyes


def test_the_worker_needs_no_account(peopled: lifecycle.Workspace) -> None:
    assert [project.name for project in peopled.as_worker().projects()] == ["demo"]
    peopled.as_worker().project("demo").triggers()


def test_roles_written_past_the_verbs_are_found(peopled: lifecycle.Workspace) -> None:
    root = peopled.as_user("root")
    assert root.verify() == []
    with peopled.database.write() as connection:
        connection.execute("UPDATE roles SET role = 'admin' WHERE name = 'vera'")
    assert any("role of vera" in finding for finding in root.verify())
