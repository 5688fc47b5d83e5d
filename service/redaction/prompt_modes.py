"""What becomes of prompts: a mode for each role, compiled for one tenant.

Where nothing tells a role (a prompt in plain text that is no list of messages), the most protective of the modes holds. From the most
protective to the least: ``drop``, ``replace``, ``summarize``, ``redact_entities``, ``observe``, ``keep``.

In the last three the text stays, and detectors look at it as at any other. What no detector can read (images, token ids, logprobs) goes
under ``redact_entities``, and stays under the other two.
"""

from __future__ import annotations

from typing import NamedTuple

from config.policy import HashKey
from config.prompts import PromptMode, Prompts, Role
from service.redaction.actions import Action, Drop, Keep, Replace, Summarize
from service.redaction.actions.summarize import Signer

ROLES: tuple[Role, ...] = ("system", "user", "assistant", "tool")
PROTECTION: tuple[PromptMode, ...] = ("keep", "observe", "redact_entities", "summarize", "replace", "drop")
"""Ascending."""

REDACT_ENTITIES = "redact_entities"


class Outcome(NamedTuple):
    """What becomes of a prompt: the action, whether it is carried out, and what reports call it."""

    action: Action
    enforce: bool
    outcome: str


class PromptModes:
    """The modes of one policy for one tenant. Immutable.

    ``by_role`` tells the roles apart; ``roles_matter`` says whether it has to be asked at all: whether modes differ, ids are made, or roles are told.
    """

    __slots__ = ("by_role", "roles_matter", "strictest", "summary")

    def __init__(self, prompts: Prompts, keys: tuple[HashKey, ...], tenant: str | None) -> None:
        modes = modes_of(prompts, tenant)
        signer = Signer(keys[0].id, keys[0].key.encode(), (tenant or "").encode()) if prompts.ids and keys else None
        self.summary = Summarize(signer)
        outcomes = {mode: _outcome(mode, self.summary) for mode in set(modes.values())}
        self.by_role: dict[Role, Outcome] = {role: outcomes[mode] for role, mode in modes.items()}
        self.strictest = outcomes[max(modes.values(), key=PROTECTION.index)]
        self.roles_matter = len(outcomes) > 1 or signer is not None or prompts.metadata


def modes_of(prompts: Prompts, tenant: str | None) -> dict[Role, PromptMode]:
    """Each role's mode: the tenant's for the role, the tenant's, the policy's for the role, the policy's."""
    own = prompts.tenants.get(tenant) if tenant is not None else None
    general = prompts.roles.by_role()
    if own is None:
        return {role: general.get(role, prompts.mode) for role in ROLES}
    special = own.roles.by_role()
    return {role: special.get(role) or own.mode or general.get(role, prompts.mode) for role in ROLES}


def _outcome(mode: PromptMode, summary: Summarize) -> Outcome:
    if mode == "replace":
        return Outcome(Replace(), True, mode)
    if mode == "drop":
        return Outcome(Drop(), True, mode)
    if mode == "summarize":
        return Outcome(summary, True, mode)
    return Outcome(Keep(), False, mode)
