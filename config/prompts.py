"""What becomes of prompt and completion bodies: by role, and by tenant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from config.model import Model

PromptMode = Literal["summarize", "replace", "redact_entities", "drop", "keep", "observe"]
"""``redact_entities``: the text stays, what detectors find in it goes. ``keep`` and ``observe``: the text stays as any other text does."""

Role = Literal["system", "user", "assistant", "tool"]


class PromptRoles(Model):
    """A mode for the messages of one role; what is not given is as `mode` says."""

    system: PromptMode | None = Field(default=None, description="System and developer prompts, instructions.")
    user: PromptMode | None = Field(default=None, description="What people write, and prompts whose role nothing tells.")
    assistant: PromptMode | None = Field(default=None, description="What models answer, reasoning included.")
    tool: PromptMode | None = Field(default=None, description="Tool arguments, results and definitions.")

    def by_role(self) -> dict[Role, PromptMode]:
        """The modes that are given."""
        every: dict[Role, PromptMode | None] = {"system": self.system, "user": self.user, "assistant": self.assistant, "tool": self.tool}
        return {role: mode for role, mode in every.items() if mode is not None}


class TenantPrompts(Model):
    """What holds for one tenant instead."""

    mode: PromptMode | None = Field(default=None, description="As `prompts.mode`.")
    roles: PromptRoles = Field(
        default=PromptRoles(), description="As `prompts.roles`; what neither gives is as the tenant's `mode`, or the policy's."
    )


class Prompts(Model):
    """What becomes of prompt and completion bodies."""

    mode: PromptMode = Field(
        default="summarize",
        description="`summarize` keeps length, message count and roles; `redact_entities` keeps the text without what detectors find in it; "
        "`keep` and `observe` let the text through.",
    )
    roles: PromptRoles = Field(default=PromptRoles(), description="Another mode for some roles.")
    tenants: Mapping[str, TenantPrompts] = Field(default={}, description="Another mode for some tenants, by the value of `X-Scope-OrgID`.")
    ids: bool = Field(default=False, description="Adds a keyed id to each summary, so that equal prompts can be counted; needs a key under `hash`.")
    metadata: bool = Field(
        default=False, description="Adds attributes `redaction.<key>.chars`, `.messages`, `.roles` … beside an OTLP attribute that held a prompt."
    )
    side_copies: bool = Field(
        default=True,
        description="Removes copies of a prompt's strings (20 characters and more) elsewhere in its record and its trace, within the batch.",
    )
    unknown: Literal["off", "messages", "strict"] = Field(
        default="messages",
        description="On records about a language model, under names nobody knows: `messages` redacts what has the shape of messages, "
        "`strict` any long text too.",
    )

    def all_modes(self) -> set[PromptMode]:
        """Every mode that may hold for some role of some tenant."""
        modes = {self.mode, *self.roles.by_role().values()}
        for tenant in self.tenants.values():
            modes.update(tenant.roles.by_role().values())
            if tenant.mode is not None:
                modes.add(tenant.mode)
        return modes
