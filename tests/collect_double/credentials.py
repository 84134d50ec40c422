"""How Collect proves who it is: nothing until asked, then Digest (or, on https only, Basic), then unasked.

Source: rburgst/okhttp-digest 3.1 as wired in ODK Collect's OkHttpOpenRosaServerClientProvider.
"""

import base64
import hashlib
import secrets
import threading
import urllib.request
from dataclasses import dataclass, field
from urllib.parse import urlsplit


class UnsupportedChallenge(ValueError):
    """A 401 that okhttp-digest cannot read; in Collect it ends as an error, not as a password prompt."""


@dataclass(slots=True)
class Credentials:
    """One user's name and password with what servers have asked for so far, per scheme, host and port."""

    username: str
    password: str
    _known: dict[str, dict[str, str]] = field(default_factory=dict)
    _last_nonce: str = ""
    _nonce_count: int = 0
    _cnonce: str = ""
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def unasked(self, method: str, url: str) -> str | None:
        """Return the Authorization to send without being asked: None before the first challenge of that origin."""
        challenge = self._known.get(_origin(url))
        return None if challenge is None else self._authorization(method, url, challenge)

    def forget(self, url: str) -> None:
        """Forget what that origin asked for, after it refused what it once took."""
        self._known.pop(_origin(url), None)

    def answer(self, method: str, url: str, challenges: list[str], sent: str | None) -> str | None:
        """Return the Authorization that answers a 401, or None where Collect gives up."""
        scheme, challenge = self._chosen(url, challenges)
        if challenge is None or (scheme == "digest" and "realm" not in challenge):
            return None
        if sent is not None and (scheme == "basic" or challenge.get("stale", "").lower() != "true"):
            return None
        self._known[_origin(url)] = challenge
        return self._authorization(method, url, challenge)

    def _chosen(self, url: str, challenges: list[str]) -> tuple[str, dict[str, str] | None]:
        """The first challenge, in the order of the response, whose scheme is registered."""
        registered = {"digest", "basic"} if urlsplit(url).scheme == "https" else {"digest"}
        for line in challenges:
            scheme, _, parameters = line.partition(" ")
            if scheme.lower() not in registered:
                continue
            if scheme.lower() == "digest" and not line.startswith("Digest "):
                raise UnsupportedChallenge(line)
            fields = urllib.request.parse_keqv_list(urllib.request.parse_http_list(parameters))
            return scheme.lower(), {**fields, "scheme": scheme.lower()}
        return "", None

    def _authorization(self, method: str, url: str, challenge: dict[str, str]) -> str:
        if challenge["scheme"] == "basic":
            pair = f"{self.username}:{self.password}".encode("iso-8859-1", errors="replace")
            return "Basic " + base64.b64encode(pair).decode()
        return self._digest(method, url, challenge)

    def _digest(self, method: str, url: str, challenge: dict[str, str]) -> str:
        realm, nonce = challenge["realm"], challenge.get("nonce")
        algorithm = challenge.get("algorithm", "MD5")
        if nonce is None or algorithm not in {"MD5", "MD5-sess"}:
            raise UnsupportedChallenge(str(challenge))
        with_qop = "qop" in challenge
        if with_qop and "auth" not in [one.strip().lower() for one in challenge["qop"].split(",")]:
            raise UnsupportedChallenge(f"qop {challenge['qop']}")
        count, cnonce = self._use(nonce)
        address = urlsplit(url)
        uri = (address.path or "/") + (f"?{address.query}" if address.query else "")
        secret = _md5(f"{self.username}:{realm}:{self.password}")
        if algorithm == "MD5-sess":
            secret = _md5(f"{secret}:{nonce}:{cnonce}")
        asked = _md5(f"{method}:{uri}")
        proof = _md5(f"{secret}:{nonce}:{count}:{cnonce}:auth:{asked}" if with_qop else f"{secret}:{nonce}:{asked}")
        fields = [f'username="{self.username}"', f'realm="{realm}"', f'nonce="{nonce}"', f'uri="{uri}"']
        fields.append(f'response="{proof}"')
        fields += ["qop=auth", f"nc={count}", f'cnonce="{cnonce}"'] if with_qop else []
        fields.append(f"algorithm={algorithm}")
        fields += [f'opaque="{challenge["opaque"]}"'] if "opaque" in challenge else []
        return "Digest " + ", ".join(fields)

    def _use(self, nonce: str) -> tuple[str, str]:
        """Count the uses of a nonce; a new nonce starts at 1 with a client nonce of its own."""
        with self._turn:
            if nonce != self._last_nonce:
                self._last_nonce, self._nonce_count, self._cnonce = nonce, 0, secrets.token_hex(8)
            self._nonce_count += 1
            return f"{self._nonce_count:08x}", self._cnonce


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("ascii", errors="replace")).hexdigest()


def _origin(url: str) -> str:
    address = urlsplit(url)
    return f"{address.scheme}://{address.netloc}"
