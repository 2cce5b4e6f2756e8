"""The rows of the invented base: for each column an SQL expression of the row's number `i`, for either engine."""

from dataclasses import dataclass, field

MOMENT = 1_795_000_000
"""The present of the base, in epoch seconds."""
FIRST = ("lea", "tom", "zoe", "max", "anne", "paul", "luc", "eve", "noe", "ines", "jade", "hugo")
STEMS = ("dur", "mart", "pet", "mor", "ler", "garc", "bern", "rob", "roux", "fab")
ENDS = ("and", "in", "it", "eau", "oy", "ia", "ard", "ert", "el", "re", "ot", "ier")
_LONG_AGO = str(MOMENT - 40_000_000)
_MONTH = 2_500_000
_PASSWORD = "$argon2id$v=19$m=19456,t=2,p=1$" + "c" * 22 + "$" + "h" * 43
_HEX = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b"


@dataclass(frozen=True)
class Size:
    """How much is written. `logins`: sessions, grants, access tokens and records of each account."""

    schools: int
    pupils: int
    """Pupils of each school."""
    logins: int = 1

    @property
    def all_pupils(self) -> int:
        return self.schools * self.pupils

    @property
    def people(self) -> int:
        """Of eight people three are pupils and five guardians."""
        return self.all_pupils + self.all_pupils * 5 // 3


@dataclass(frozen=True)
class Rows:
    """The rows 1 … `number` of a table. `numbered`: their ids come from a sequence on PostgreSQL."""

    table: str
    number: int
    columns: dict[str, str] = field(default_factory=dict)
    numbered: bool = False


def _pick(words: tuple[str, ...], number: str) -> str:
    return f"trim(substr('{''.join(word.ljust(8) for word in words)}', 1 + 8 * ({number}), 8))"


def _text(number: str) -> str:
    return f"CAST({number} AS TEXT)"


def _digest(kind: str) -> str:
    """64 characters; rows of different kinds differ."""
    return f"'{kind}{_HEX[1:]}' || {_text('10000000 + i')}"


FAMILY = f"{_pick(STEMS, 'i / 12 % 10')} || {_pick(ENDS, 'i % 12')}"
GIVEN = _pick(FIRST, "i / 7 % 12")


def of_people(size: Size) -> list[Rows]:
    """Schools, people, families and accounts. A guardian has one child; three share a family of five."""
    pupils = size.all_pupils
    pupil, active = f"i <= {pupils}", "i % 20 < 17"
    child = f"(i - {pupils} - 1) * 3 / 5"
    persons = {
        "id": "i",
        "kind": f"CASE WHEN {pupil} THEN 'pupil' ELSE 'guardian' END",
        "family_name": FAMILY,
        "first_name": GIVEN,
        "family_folded": FAMILY,
        "first_folded": GIVEN,
        "birth_date": f"CASE WHEN {pupil} THEN '2013-05-02' END",
        "ine": f"CASE WHEN {pupil} THEN {_text('100000000 + i')} || 'AB' END",
        "mobile": f"CASE WHEN NOT {pupil} THEN '+33' || {_text('600000000 + i')} END",
        "contact_mail": f"CASE WHEN NOT {pupil} THEN 'm' || {_text('i')} || '@famille.example' END",
        "address": "'2 rue des Tilleuls'",
        "postal_code": "'99110'",
        "city": "'VALMORET'",
        "created_at": _LONG_AGO,
        "updated_at": _LONG_AGO,
    }
    accounts = {
        "id": "i",
        "person_id": "i",
        "username": f"substr({GIVEN}, 1, 1) || '.' || {FAMILY} || {_text('i')}",
        "subject": f"{_text('10000000 + i')} || '{_HEX[:24]}'",
        "state": f"CASE WHEN {active} THEN 'active' WHEN i % 20 < 19 THEN 'notified' ELSE 'created' END",
        "password_hash": f"CASE WHEN {active} THEN '{_PASSWORD}' END",
        "password_changed_at": f"CASE WHEN {active} THEN {_LONG_AGO} END",
        "letter_expires_at": f"CASE WHEN i % 20 IN (17, 18) THEN {MOMENT + _MONTH} END",
        "mail": f"CASE WHEN {active} AND NOT {pupil} THEN 'm' || {_text('i')} || '@famille.example' END",
        "mail_verified_at": f"CASE WHEN {active} AND NOT {pupil} THEN {_LONG_AGO} END",
        "mobile": f"CASE WHEN i % 10 = 0 THEN '+33' || {_text('700000000 + i')} END",
        "mobile_verified_at": f"CASE WHEN i % 10 = 0 THEN {_LONG_AGO} END",
        "credentials_generation": "1",
        "present": "1 = 1",
        "created_at": _LONG_AGO,
    }
    return [
        Rows(
            "schools",
            size.schools,
            {
                "id": "i",
                "uai": f"{_text('1000000 + i')} || 'A'",
                "name": f"'College ' || {_text('i')}",
                "degree": "'2d'",
                "office": "''",
                "imported_at": _LONG_AGO,
            },
            numbered=True,
        ),
        Rows("persons", size.people, persons, numbered=True),
        Rows("accounts", size.people, accounts, numbered=True),
        Rows(
            "source_records",
            size.people,
            {
                "school_id": f"(CASE WHEN {pupil} THEN i - 1 ELSE {child} END) / {size.pupils} + 1",
                "kind": f"CASE WHEN {pupil} THEN 'pupil' ELSE 'guardian' END",
                "source_id": _text("i"),
                "person_id": "i",
                "last_seen_at": _LONG_AGO,
            },
        ),
        Rows(
            "enrolments",
            pupils,
            {
                "pupil_id": "i",
                "school_id": f"(i - 1) / {size.pupils} + 1",
                "class_code": f"{_text('3 + i % 4')} || ' A'",
                "since": _LONG_AGO,
            },
        ),
        Rows(
            "guardianships",
            size.people - pupils,
            {
                "guardian_id": f"i + {pupils}",
                "pupil_id": "(i - 1) * 3 / 5 + 1",
                "school_id": f"(i - 1) * 3 / 5 / {size.pupils} + 1",
                "relation": "'10'",
                "level": "1",
                "source": "'siecle'",
                "since": _LONG_AGO,
            },
        ),
    ]


def of_logins(size: Size) -> list[Rows]:
    """Sessions, grants, access tokens, known devices and records, `size.logins` to an account; and the mails of a tenth."""
    number = size.people * size.logins
    account = f"(i - 1) % {size.people} + 1"
    when = f"{MOMENT - _MONTH} + i % {_MONTH}"
    session = f"'s' || {_text('10000000 + i')} || '{_HEX[:23]}'"
    return [
        Rows(
            "clients",
            3,
            {
                "client_id": f"'client-' || {_text('i')}",
                "metadata_json": "'{}'",
                "status": "'disabled'",
                "registered_at": _LONG_AGO,
                "updated_at": _LONG_AGO,
            },
        ),
        Rows(
            "sessions",
            number,
            {
                "digest": _digest("5"),
                "sid": session,
                "account_id": account,
                "auth_time": when,
                "amr": "'pwd'",
                "opened_at": when,
                "seen_at": when,
                "expires_at": f"{when} + 36000",
                "address": "'192.0.2.1'",
                "browser_name": "'Firefox (Linux)'",
                "device_known": "1 = 1",
                "confirmed_at": when,
                "generation": "1",
            },
        ),
        Rows(
            "grants",
            number,
            {
                "id": f"'t' || {_text('10000000 + i')} || '{_HEX[:15]}'",
                "code_digest": _digest("6"),
                "client_id": f"'client-' || {_text('1 + i % 3')}",
                "account_id": account,
                "sid": session,
                "redirect_uri": "'https://portal.example/callback'",
                "scope": "'openid profile'",
                "asked_scope": "'openid profile'",
                "nonce": f"'{_HEX[:43]}'",
                "code_challenge": f"'{_HEX[:43]}'",
                "auth_time": when,
                "acr": "'eidas1'",
                "amr": "'pwd'",
                "offline": "1 = 0",
                "issued_at": when,
                "code_expires_at": f"{when} + 60",
                "consumed_at": when,
                "generation": "1",
            },
        ),
        Rows(
            "access_tokens",
            number,
            {
                "id": f"'t' || {_text('10000000 + i')} || '{_HEX[:15]}'",
                "digest": _digest("7"),
                "grant_id": f"'t' || {_text('10000000 + i')} || '{_HEX[:15]}'",
                "scope": "'openid profile'",
                "issued_at": when,
                "expires_at": f"{when} + 3600",
            },
        ),
        Rows(
            "known_devices",
            number,
            {
                "browser": _digest("8"),
                "account_id": account,
                "first_seen_at": when,
                "last_seen_at": when,
            },
        ),
        Rows(
            "audit",
            number,
            {
                "id": "i + 1000",
                "at": when,
                "act": "'sign_in'",
                "actor": f"'account:' || {_text(account)}",
                "subject": f"'account:' || {_text(account)}",
                "address": "'192.0.2.1'",
                "detail": '\'{"amr": ["pwd"]}\'',
            },
        ),
        Rows(
            "outbox",
            number // 10,
            {
                "id": "i",
                "kind": "'mail'",
                "payload": "'{}'",
                "created_at": when,
                "next_attempt_at": when,
                "attempts": "1",
                "delivered_at": f"CASE WHEN i % 1000 > 0 THEN {when} END",
                "given_up_at": f"CASE WHEN i % 1000 = 0 THEN {when} END",
            },
            numbered=True,
        ),
    ]
