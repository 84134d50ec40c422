"""Passwords cost a thief as much as OWASP asks, and old hashes are known as such."""

from server.operations.passwords import hash_password, is_outdated, is_password

PASSWORD = "mat-khau-thu-nghiem"


def test_a_hash_costs_what_owasp_asks_for(costly_hasher):
    """Tests hash cheaply; this is the hasher of the server itself."""
    assert costly_hasher.hash(PASSWORD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_hash_made_at_another_cost_still_opens_and_is_known_to_be_outdated(costly_hasher):
    today, other = hash_password(PASSWORD), costly_hasher.hash(PASSWORD)
    assert [is_password(PASSWORD, one) for one in (today, other)] == [True, True]
    assert [is_outdated(one) for one in (today, other)] == [False, True]
    assert not is_password("khac", today)
    assert not is_password(PASSWORD, None)
