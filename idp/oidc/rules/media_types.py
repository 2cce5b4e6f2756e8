"""Media types in a JWT's `typ`: case-insensitive, with or without "application/" (RFC 7515 §4.1.9)."""


def is_one_of(typ: object, *accepted: str | None) -> bool:
    """Whether the header member `typ` names one of the accepted types. None stands for a header without `typ`."""
    if typ is None:
        return None in accepted
    if not isinstance(typ, str) or not typ.isascii():
        return False
    return typ.lower().removeprefix("application/") in {name.lower() for name in accepted if name is not None}
