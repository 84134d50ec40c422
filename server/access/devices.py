"""What is kept of a phone's password, so that Digest can be checked without knowing it.

Digest needs MD5(username:realm:password) itself, hence no slow hash here; device passwords are random and long, and
are never a person's own. Source: RFC 2617, section 3.2.2.
"""

from __future__ import annotations

import hashlib


def realm_of(project_id: int) -> str:
    """Return the project's realm; it never changes, since every stored digest contains it."""
    return f"nepnha-{project_id}"


def ha1_of(username: str, project_id: int, password: str) -> str:
    """Return MD5(username:realm:password) as 32 hex digits."""
    text = f"{username}:{realm_of(project_id)}:{password}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
