"""Numbers that stand on a link of the console, and how many the list behind it says or shows."""

from __future__ import annotations

import re
from html import unescape

_NUMBERED = re.compile(r'<a href="([^"]+)"[^>]*>(?:(?!</a>).)*?class="number">([\d.]+)<', re.DOTALL)
_COUNT = re.compile(r'class="count"[^>]*>(?:<[^>]+>)*\s*([\d.]+)')
_EACH = {"/held": 'class="held"', "/incidents/held": 'class="held"', "/collaborators": '<div class="person">'}
_FOLLOWING = re.compile(r'<a role="button" class="secondary" href="([^"]*\b(?:before|from)=\d+[^"]*)">')
_AS_LIST = re.compile(r'<a role="button" class="secondary outline" href="(/submissions[^"]*)">')


def numbers_in(path, text):
    """Yield the addresses of lists that a page counts, each with its number; what is counted to a bound is left out."""
    for address, number in _NUMBERED.findall(text):
        yield unescape(address), _whole(number)
    if path == "/map" and (as_list := _AS_LIST.search(text)):
        yield unescape(as_list[1]), _whole(_COUNT.search(text)[1])


def counted_behind(client, address):
    """Return how many the list at *address* says there are, or shows on all its pages."""
    path, text = address.partition("?")[0], client.get(address).text
    if path not in _EACH:
        return _whole(_COUNT.search(text)[1])
    found = text.count(_EACH[path])
    while following := _FOLLOWING.search(text):
        text = client.get(unescape(following[1])).text
        found += text.count(_EACH[path])
    return found


def _whole(number):
    return int(number.replace(".", ""))
