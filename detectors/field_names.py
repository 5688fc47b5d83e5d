"""Which field *names* make a value sensitive, whatever the wire format.

``sensitive(name)`` takes the name of a header, a JSON member, an OTLP attribute, an environment variable, a query parameter or a
column, in any spelling (``X-Api-Key``, ``dbPassword``, ``STRIPE_SECRET_KEY``, ``http.request.header.authorization``), and returns
the entity its value is, or ``None``. ``plausible(value, entity)`` says whether a value found there is worth redacting. Both are pure
and do linear work on at most ``LONGEST`` bytes of name and 4 KiB of value; cache ``sensitive`` by name where it is hot.

How a name is read: it is split into lower-case words at separators and at camelCase humps; trailing words that only qualify
(``_prod``, ``_2``, ``.value``) are dropped; then the words' *end* is looked up in the tables below, longest first. The entities
``key`` and ``signature`` are weak: the name alone is no proof, so ``plausible`` wants a value that looks generated.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from detectors.secret_shape import secret_like, stand_in

LONGEST = 128
"""Bytes of a name that are looked at, from its end: names that make a value sensitive say so in their last words."""

_HUMP = re.compile(rb"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS = re.compile(rb"[^A-Za-z0-9]++")

_QUALIFIERS = frozenset(
    b"value values raw text plain plaintext plain_text header headers field param parameter var env prod production dev"
    b" develop development staging stage test testing live sandbox local old new current previous prev next confirm confirmation confirmed"
    b" again repeat retype verify v1 v2 v3 v4 base b64 base64 enc encoded encrypted hash hashed digest salt super secure primary secondary"
    b" backup default here only main master slave read write rw ro eu us uk de fr".split()
)

_ENDINGS: dict[str, bytes] = {
    "authorization": b"authorization authorisation authorizationheader authheader xauth",
    "cookie": b"cookie cookies setcookie setcookie2 cookiejar",
    "password": b"password passwords passwd passwds passphrase passcode passwort contrasena motdepasse senha wachtwoord userpass dbpass"
    b" rootpass adminpass smtppass mysqlpass mypass userpwd dbpwd mypwd sapwd mysqlpwd keypass storepass sshpass",
    "api_key": b"apikey apikeys xapikey accesskey accesskeys accesskeyid appkey applicationkey consumerkey subscriptionkey functionskey"
    b" licensekey licencekey integrationkey ingestkey ingestionkey servicekey serverkey adminkey writekey authkey authenticationkey"
    b" userapikey developerkey devkey securitykey keysecret webhookkey deploykey sendkey",
    "private_key": b"privatekey privkey privatekeypem secretkey signingkey signkey encryptionkey encryptkey decryptionkey cryptkey"
    b" masterkey sharedkey presharedkey accountkey sharedaccesskey sslkey tlskey sshkey rsakey aeskey hmackey pgpkey gpgkey cipherkey"
    b" storagekey datakey sessionkey clientkey kek dek rootkey unsealkey recoverykey mnemonic seedphrase secretkeybase",
    "secret": b"secret secrets secrete clientsecret appsecret sharedsecret secretid secretaccesskey",
    "token": b"token accesstokens apitokens authtokens refreshtokens authtoken jwt bearer samlresponse samlassertion",
    "credential": b"credential credentials creds cred",
    "ssn": b"ssn socialsecuritynumber socialsecurityno socialsecurity",
    "otp": b"otp totp otpcode totpcode mfacode 2facode verificationcode otpsecret onetimecode",
    "card_code": b"cvv cvv2 cvc cvc2 cardverificationvalue cardverificationcode securitycode cardnumber",
    "connection_string": b"connectionstring connectionstr connstr connstring",
    "session": b"connectsid",
    "signature": b"signature hmac",
}
"""Entity → how the squashed name (words joined) may end. Longer endings win; a word of its own is not demanded (``dbpassword``)."""

_WORDS: dict[str, bytes] = {
    "password": b"pass pwd pw psw pswd passw",
    "credential": b"auth",
    "token": b"pat csrf xsrf sas",
    "private_key": b"psk",
    "session": b"sessionid sessid phpsessid jsessionid",
    "signature": b"sig",
    "otp": b"pin",
    "key": b"key",
}
"""Entity → short words that count only as the last word of a name (never inside one: ``compass``, ``monkey``)."""

_ALONE = frozenset((b"pin", b"pw", b"pat", b"sas"))
"""Of those, the ones that count only when they are the whole name, or behind a word in capitals as in ``GITHUB_PAT``."""

_NEVER_ALONE = frozenset((b"key",))
"""Alone this is OTLP/JSON's own member name."""

_SPARED_ENDINGS = (
    # Paging and parsing.
    b"nexttoken pagetoken continuationtoken nextpagetoken prevpagetoken synctoken cancellationtoken canceltoken starttoken endtoken"
    b" nextcontinuationtoken pagingtoken paginationtoken cursortoken bostoken eostoken padtoken unktoken stoptoken specialtoken"
    b" firsttoken lasttoken timetofirsttoken costpertoken pertoken unexpectedtoken invalidtoken numtoken maxtoken"
    # Keys that index, sort or lock; and public halves.
    b" publickey pubkey publishablekey primarykey partitionkey cachekey sortkey routingkey foreignkey lookupkey messagekey objectkey"
    b" hashkey rangekey uniquekey rowkey groupkey groupingkey idempotencykey dedupkey deduplicationkey dedupekey issuekey projectkey"
    b" eventkey indexkey translationkey localekey i18nkey metrickey configkey featurekey flagkey s3key itemkey bucketkey imagekey filekey"
    b" recordkey orderkey registrykey hotkey documentkey shardkey correlationkey businesskey statekey querykey searchkey tagkey labelkey"
    b" attributekey settingkey propertykey columnkey fieldkey entitykey resourcekey threadkey conversationkey surrogatekey naturalkey"
    b" joinkey compositekey distkey distributionkey mapkey dictkey datasetkey runkey jobkey taskkey storekey pubkeys publickeys hostkey"
    b" leaderkey lockkey"
    # Unrelated words with the same ending.
    b" bypass compass surpass encompass trespass subpass"
).split()

_SPARED_LAST = frozenset(
    b"name names arn type types count counts counter limit limits policy policies algorithm algo length len size min max expiry expires"
    b" expired expiration expire ttl age reset resets changed change updated created at date time timestamp ts required require enabled"
    b" disabled enable valid invalid validity validation strength attempts attempt retries url uri endpoint link path file filename dir"
    b" id ids version status state scheme format usage used budget hint question manager provider store prefix suffix index idx position"
    b" offset scope scopes issuer audience method mode grant rotation rules rule strategy present exists source ref reference refs"
    b" label title description owner alg kind class column table fingerprint kid".split()
)

ENTITIES = frozenset((*_ENDINGS, *_WORDS))
"""All entities that a name can give."""

_ENTITY_OF_ENDING = {ending: entity for entity, endings in _ENDINGS.items() for ending in endings.split()}
_ENDING_LENGTHS = sorted({len(ending) for ending in _ENTITY_OF_ENDING}, reverse=True)
_ENTITY_OF_WORD = {word: entity for entity, words in _WORDS.items() for word in words.split()}
_SPARED = frozenset(_SPARED_ENDINGS)
_SECRET_IDS = (b"accesskeyid", b"secretid")
_ANYWHERE = {b"passw": "password", b"passphrase": "password", b"apikey": "api_key", b"connectionstring": "connection_string"}
"""Stems so telling that they count in the middle of a name too (``password_super_secure``)."""


class Stem(NamedTuple):
    """A caseless, fixed-width Hyperscan fragment found in sensitive names. ``ends``: it must be followed by the end of the name."""

    pattern: str
    ends: bool


_RARE_STEMS = (
    "passw pass~w passphra pass~phra passcode pass~code secret authoriz authoris auth~he authhead cookie credenti apikey api~key accesske"
    " access~k private~k privatek sessionid sessid connect~sid connectsi mnemonic seed~phr seedphra socialse social~se samlresp samlasse"
    " saml~[ra] contrase motdepas wachtwoo connstr conn~str ectionst ection~st totp otp~co otpcode [m2]fa~co [m2]facode cation~co"
    " cationcode time~code timecode rity~co ritycode card~nu cardnumb card~ver cardver"
)
_END_STEMS = (
    "token token~v[0-9] [sih]~tokens [sih]tokens [a-z0-9_.-]key [a-z0-9_.-]keys pass pwd pw psw pswd passwd passwds auth creds cred jwt"
    " bearer senha signature hmac sig ssn otp pin cvv cvv2 cvc cvc2 csrf xsrf psk kek dek pat sas"
)
ANCHOR_STEMS: tuple[Stem, ...] = (
    *(Stem(stem.replace("~", "[_. -]"), False) for stem in _RARE_STEMS.split()),
    *(Stem(stem.replace("~", "[_. -]"), True) for stem in _END_STEMS.split()),
)
"""Every sensitive name holds one of these (a test says so). Those with ``ends`` stand at the end of the name, but for qualifiers
(``_prod``, ``_2``) behind it."""


def words_of(name: bytes) -> list[bytes]:
    """The lower-case words of a name: ``dbPassword``, ``DB_PASSWORD`` and ``db.password`` all give ``[b"db", b"password"]``."""
    spaced = _HUMP.sub(b" ", name[-LONGEST:])
    return _SEPARATORS.sub(b" ", spaced).lower().split()


def sensitive(name: bytes) -> str | None:
    """The entity of the value behind this field name, or ``None`` when the name says nothing."""
    words = words_of(name)
    while len(words) > 1 and (words[-1] in _QUALIFIERS or words[-1].isdigit()):
        words.pop()
    squashed = b"".join(words)
    if not words or (words[-1] in _SPARED_LAST and not squashed.endswith(_SECRET_IDS)):
        return None
    if squashed in _NEVER_ALONE or any(b"".join(words[-count:]) in _SPARED for count in range(1, min(len(words), 4) + 1)):
        return None
    for length in _ENDING_LENGTHS:
        if entity := _ENTITY_OF_ENDING.get(squashed[-length:]):
            return entity
    last = words[-1]
    if (entity := _ENTITY_OF_WORD.get(last)) and (last not in _ALONE or len(words) == 1 or name[-1:].isupper()):
        return entity
    if last in (b"pat", b"sas"):
        return "key"
    return next((entity for stem, entity in _ANYWHERE.items() if stem in squashed), None)


_HOLDS_SECRET = re.compile(rb"(?i)(?:passw|pwd|accountkey|accesskey|secret|sig|token)[a-z]{0,8}+[ ]{0,2}+=|://[^/\s@]{0,256}+@")
_AUTH_KINDS = frozenset(b"basic bearer oauth oauth2 digest password plain pubkey publickey jwt token apikey api_key iam session ldap".split())


def plausible(value: bytes, entity: str) -> bool:
    """Whether a sensitive field's value is to be redacted: not empty, not a constant, placeholder or mask of ours or of others.

    Numbers count. Prose counts too: a passphrase is prose. For the weak entities the value must look generated.
    """
    if stand_in(value):
        return False
    if entity == "key":
        return secret_like(value)
    if entity == "signature":
        return secret_like(value, shortest=10)
    if entity == "connection_string":
        return bool(_HOLDS_SECRET.search(value[:4096]))
    if entity in ("authorization", "credential"):
        return value.strip().lower() not in _AUTH_KINDS
    return True
