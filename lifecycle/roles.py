"""Who may call which verb: one table, and the rules that read it. The verbs' own door looks here, and so do pages and API.

Roles grow: whoever has one may do all that the ones before it may. A person has a role in the whole workspace, in single
projects, or both; the higher counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lifecycle.errors import InvalidValue, UnknownName

__all__ = ["ANYBODY", "NEEDS", "OPEN", "ROLES", "SCOPES", "allows", "higher", "needed", "require_role", "require_scopes", "scope_allows"]

ROLES = ("viewer", "labeler", "data scientist", "approver", "admin")
ANYBODY = "anybody"  # whoever has an account, whatever their role
OPEN = "open"  # what signing in itself is made of

_TABLE: Mapping[str, str] = {
    OPEN: """
        as_session as_user as_worker people people.change_password people.needed people.session people.sign_in people.sign_in_as
        people.sign_out refusal""",
    ANYBODY: """
        notices notices.kinds people.matrix people.me project projects status""",
    "viewer": """
        agreement annotations answer approval_requests calibration champion champion_at check comments compare compare_many compare_ranges concept
        config correct confusion consensus decisions disagreements drift drift_column drift_map drift_samples drift_slices environment feedback
        figures gates health history label_examples label_progress labeling_gain labelled_today labellers labels live live_at model_card
        multivariate name neighbours notices.channels notices.messages performance performance_classes performance_samples plan_trial predictions
        preview preview_alarms preview_limits preview_quality preview_training preview_trigger progress quality queue_summary race report
        residuals root_cause run run_log runs served settings similar slices suspects target_drift training_gates trial trial_history triggers version
        versions waiting_tasks windows workers""",
    "labeler": """
        annotate annotate_together comment next_tasks release_tasks request_labels request_similar skip undo undo_together""",
    "data scientist": """
        add_gold adjudicate backtest call_retrain cancel configure create_project export_version import_labels label_records log predict
        prioritise rebuild
        record_labels register_model reproduce request_approval request_overlap request_retrain retrain retry review_feedback set_recipe
        tick verify withdraw_request work""",
    "approver": """
        approve configure_release end_trial ramp_up reject roll_back roll_out withdraw_approval""",
    "admin": """
        backup keep_files notices.add notices.deliver notices.remove notices.test
        people.accounts people.add people.create_token people.disable people.enable people.end_sessions people.revoke_token
        people.sessions people.set_email people.set_password people.set_role people.tokens rotate_key""",
}
NEEDS: Mapping[str, str] = {verb: role for role, verbs in _TABLE.items() for verb in verbs.split()}

SCOPES: Mapping[str, str] = {
    "predict": "ask for predictions",
    "label": "send labels and corrections",
    "retrain": "ask for a retraining",
    "read": "read what the API says of itself: readiness and metrics",
    "admin": "all of it",
}


def needed(verb: str) -> str:
    """The lowest role that may call a verb. One that nobody has declared is the admins' alone, so that a slip shuts a door and opens none.

    >>> needed("drift"), needed("approve"), needed("a_verb_that_nobody_declared")
    ('viewer', 'approver', 'admin')
    """
    return NEEDS.get(verb, "admin")


def allows(role: str | None, verb: str) -> bool:
    """May a person with this role (None: an account without a role here) call the verb?

    >>> allows("labeler", "annotate"), allows("labeler", "approve"), allows(None, "drift")
    (True, False, False)
    """
    wanted = needed(verb)
    if wanted in (OPEN, ANYBODY):
        return True
    return role in ROLES and ROLES.index(role) >= ROLES.index(wanted)


def higher(roles: Iterable[str | None]) -> str | None:
    """The highest of several roles, None where there is none.

    >>> higher(["viewer", None, "approver"])
    'approver'
    """
    return max((role for role in roles if role in ROLES), key=ROLES.index, default=None)


def require_role(role: str) -> str:
    """The role as it is stored; dashes and underscores are as good as a space.

    >>> require_role("Data-Scientist")
    'data scientist'

    Raises
    ------
    UnknownName : there is none of that name.
    """
    found = str(role).strip().lower().replace("-", " ").replace("_", " ")
    if found not in ROLES:
        raise UnknownName.among("role", role, ROLES)
    return found


def require_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    """Scopes as they are stored, in the table's order.

    >>> require_scopes(["label", "predict"])
    ('predict', 'label')

    Raises
    ------
    UnknownName : one that does not exist. InvalidValue : there is none.
    """
    given = {str(scope).strip().lower() for scope in ([scopes] if isinstance(scopes, str) else scopes)}
    if unknown := sorted(given - set(SCOPES)):
        raise UnknownName.among("scope", unknown[0], SCOPES)
    if not given:
        raise InvalidValue(f"A token needs a scope, or it can do nothing; give some of {', '.join(SCOPES)}.")
    return tuple(scope for scope in SCOPES if scope in given)


def scope_allows(scopes: Iterable[str], wanted: str) -> bool:
    """Do these scopes cover what is asked for?

    >>> scope_allows(("predict",), "label"), scope_allows(("admin",), "label")
    (False, True)
    """
    return bool({wanted, "admin"} & set(scopes))
