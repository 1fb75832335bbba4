"""The language that a browser asks for, of those that the viewer has. Pure."""

from __future__ import annotations

from tracker.model import Language


def asked_for(header: str) -> Language | None:
    """Return `ja` or `en`, whichever an Accept-Language header prefers; None where it names neither (RFC 9110, 12.5.4)."""
    best: tuple[float, Language] | None = None
    for item in header[:1000].split(","):
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        language: Language | None = "ja" if _is(name, "ja") else "en" if _is(name, "en") else None
        weight = _weight(parameters)
        if language is not None and weight > (best[0] if best else 0.0):
            best = weight, language
    return best[1] if best else None


def _is(name: str, language: str) -> bool:
    return name == language or name.startswith(f"{language}-")


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
