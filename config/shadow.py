"""A second policy in the shadow of the one in force: what would become of live traffic under it, in numbers."""

from __future__ import annotations

from pydantic import Field

from config.model import Model
from config.policy import Policy


class Shadow(Model):
    """A policy that is tried on a sample of live batches beside the one in force. Changes nothing; `GET /api/v1/diff` says what it would change."""

    policy: Policy = Field(description="A name under config/policies, a path, or the policy itself.")
    sample: float = Field(default=0.1, gt=0, le=1, description="The share of batches that is looked at.")
