"""What is found without anchors, by knowing a name or by recognition: the ids, entities and kinds that policies go by."""

from __future__ import annotations

from typing import Literal

Kind = Literal["contact", "financial", "government", "network"]

KNOWN_NAME = "known_name"
PERSON = "person"

_FINANCIAL = frozenset("credit_card iban_code us_bank_number crypto au_abn au_acn in_gstin uk_vat it_vat_code".split())
_CONTACT = frozenset("person location nrp email_address phone_number url date_time organization age title".split())
_NETWORK = frozenset("ip_address mac_address".split())


def ner_id(entity: str) -> str:
    """The detector's id for one of Presidio's entities: ``ner_person`` for ``PERSON``."""
    return "ner_" + entity.lower()


def ner_kind(entity: str) -> Kind:
    """The kind of one of Presidio's entities. Those of its pattern recognizers that are not listed are numbers that states give out."""
    name = entity.lower()
    if name in _FINANCIAL:
        return "financial"
    if name in _NETWORK:
        return "network"
    return "contact" if name in _CONTACT else "government"
