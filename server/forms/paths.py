"""Node paths as the project writes them: absolute, local names, no positions (``/data/visit/cost``).

Only the plain paths of binds and controls are read here; paths inside expressions belong to `server.forms.logic`.
Source: ODK XForms specification, XPath paths (https://getodk.github.io/xforms-spec/#xpath-paths).
"""

from __future__ import annotations


def resolve_path(reference: str, context: str) -> str:
    """Return the absolute path *reference* names when it stands in *context*, empty for an empty reference."""
    reference = reference.strip()
    if not reference:
        return ""
    steps = [] if reference.startswith("/") else context.strip("/").split("/")
    for step in reference.strip("/").split("/"):
        match step.strip():
            case ".":
                continue
            case "..":
                del steps[-1:]
            case name:
                steps.append(name.rpartition(":")[2])
    return "/" + "/".join(steps)
