"""Coming in and going out: the first page, signing in and out, the second step of incident officers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from flask import make_response, redirect, request, url_for

from server.errors import NotFound
from server.operations.sign_in import (
    Credentials,
    MustWait,
    SignedIn,
    WrongPassword,
    may_pass_second_step,
    pass_second_step,
    sign_in,
    sign_out,
)
from server.web.console.kept_forms import KEPT, read_kept
from server.web.console.refusals import safe_return
from server.web.csrf import token_in
from server.web.identity import current_session, give_session, session_id_of_request, signed_in, take_session
from server.web.known_browsers import known_browser, remember_browser

if TYPE_CHECKING:
    from flask import Response

    from server.operations.services import Services
    from server.operations.sign_in import Answer
    from server.web.console.screen import Screen


@dataclass(frozen=True, slots=True)
class Doors:
    """The pages at the entrance."""

    services: Services
    screen: Screen

    def sign_in_page(self) -> Response:
        """Show the form, or lead on who is signed in already."""
        if current_session(self.services) is not None:
            return make_response(redirect(safe_return(request.args.get("back")), 303))
        back = request.args.get("back", "")
        notice = (
            "console.sign_in.not_kept" if "lost" in request.args else "console.sign_in.first" if len(back) > 1 else ""
        )
        return self.screen.page("sign_in.html", back=back, login="", problem=None, notice=notice)

    def sign_in(self) -> Response:
        """Try a login and a password."""
        login = request.form.get("login", "")
        browser = known_browser(self.services, login)
        typed = Credentials(login, request.form.get("password", ""), request.remote_addr or "", browser)
        answer = sign_in(self.services, typed, old_session_id=session_id_of_request(self.services))
        response = self._answered(answer, "sign_in.html", login=login, wrong="sign_in.wrong")
        if isinstance(answer, SignedIn):
            remember_browser(self.services, response, login, browser)
        return response

    def sign_out(self) -> Response:
        """End the session."""
        session_id = session_id_of_request(self.services)
        if session_id:
            sign_out(self.services, session_id)
        response = make_response(redirect(url_for("console.sign_in"), 303))
        take_session(self.services, response)
        return response

    def second_step_page(self) -> Response:
        """Ask for the password again; for nobody but holders of an incident post."""
        if not may_pass_second_step(self.services, signed_in(self.services)):
            raise NotFound("access.not_found")
        return self.screen.page("second_step.html", back=request.args.get("back", ""), problem=None)

    def second_step(self) -> Response:
        """Try the password again."""
        session = signed_in(self.services)
        password = request.form.get("password", "")
        answer = pass_second_step(self.services, session, password=password)
        return self._answered(answer, "second_step.html", login="", wrong="sign_in.wrong_again")

    def _answered(self, answer: Answer, template: str, *, login: str, wrong: str) -> Response:
        back = request.form.get("back", "")
        match answer:
            case SignedIn(session_id):
                kept = read_kept(self.services, request.form.get(KEPT, ""))
                response = make_response(redirect(safe_return(back), 303))
                if kept is not None:
                    token = token_in(self.services, session_id)
                    response = self.screen.page("kept_form.html", form=kept, token=token)
                give_session(self.services, response, session_id)
                return response
            case WrongPassword():
                return self._again(template, 401, login=login, problem=(wrong, {}))
            case MustWait(seconds):
                problem = ("sign_in.wait", {"seconds": seconds})
                response = self._again(template, 429, login=login, problem=problem)
                response.headers["Retry-After"] = str(seconds)
                return response
            case _:
                assert_never(answer)

    def _again(self, template: str, status: int, *, login: str, problem: tuple[str, dict[str, int]]) -> Response:
        asked = {"back": request.form.get("back", ""), "kept": request.form.get(KEPT, "")}
        return self.screen.page(template, status=status, login=login, problem=problem, **asked)
