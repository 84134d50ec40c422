"""A grid as a file to keep: the answer to a request for one, as CSV or as a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

from server.errors import NotFound
from server.web.renderers import csv_file

if TYPE_CHECKING:
    from server.web.renderers.grids import Grid


def grid_file(grid: Grid, kind: str) -> Response:
    """Return the grid as a file of that kind, ``csv`` or ``xlsx``; raises NotFound ``access.not_found`` for others."""
    match kind:
        case "csv":
            answer = Response(csv_file.csv_chunks(grid), content_type=csv_file.TYPE)
        case "xlsx":
            from server.web.renderers import workbook  # which loads a library few requests want

            answer = Response(workbook.workbook_of(grid), content_type=workbook.TYPE)
        case _:
            raise NotFound("access.not_found")
    answer.headers["Content-Disposition"] = f'attachment; filename="{grid.name}.{kind}"'
    return answer
