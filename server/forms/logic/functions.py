"""The one table of functions: every name an expression may call.

The implementations are grouped by what they work on; `docs` and tests read the same table.
Source: https://getodk.github.io/xforms-spec/#xpath-functions and JavaRosa 5.1.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from server.forms.logic.functions_dates import DATE_FUNCTIONS
from server.forms.logic.functions_geo import GEO_FUNCTIONS
from server.forms.logic.functions_lists import LIST_FUNCTIONS
from server.forms.logic.functions_logic import LOGIC_FUNCTIONS
from server.forms.logic.functions_nodes import NODE_FUNCTIONS
from server.forms.logic.functions_numbers import NUMBER_FUNCTIONS
from server.forms.logic.functions_texts import TEXT_FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.forms.logic.function import Function

FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        function.name: function
        for group in (
            LOGIC_FUNCTIONS,
            TEXT_FUNCTIONS,
            NUMBER_FUNCTIONS,
            DATE_FUNCTIONS,
            NODE_FUNCTIONS,
            LIST_FUNCTIONS,
            GEO_FUNCTIONS,
        )
        for function in group
    }
)
