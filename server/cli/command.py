"""The command's root: which groups there are, and how a refusal ends (exit code 1) or wrong settings do (2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from server.cli.faults import show_faults, show_refusal, show_settings
from server.cli.later import Later, LaterGroup
from server.cli.terminal import Terminal, preferred_language
from server.errors import DomainError
from server.forms.faults import FormRefused
from server.indicators.plan import PlanRefused
from server.indicators.report import ReportRefused
from server.language.catalogue import LANGUAGES
from server.settings import SettingsError

if TYPE_CHECKING:
    from server.language.catalogue import Language

REFUSED = 1
WRONG_USE = 2


class Door(LaterGroup):
    """A group whose commands end in a sentence and an exit code, never in a traceback, when something is refused."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 click's own signature
        """Run the command; a refusal is shown in the operator's language."""
        try:
            return super().invoke(ctx)
        except SettingsError as wrong:
            show_settings(_terminal(ctx), wrong.faults)
            ctx.exit(WRONG_USE)
        except (FormRefused, PlanRefused, ReportRefused) as refused:
            show_faults(_terminal(ctx), refused.faults)
            ctx.exit(REFUSED)
        except DomainError as refusal:
            show_refusal(_terminal(ctx), refusal)
            ctx.exit(REFUSED)


def _terminal(ctx: click.Context) -> Terminal:
    found = ctx.find_object(Terminal)
    assert found is not None, "the root made it"
    return found


@click.group(cls=Door, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--lang", type=click.Choice(LANGUAGES), help="Ngôn ngữ / language; mặc định theo LANG, else Vietnamese.")
@click.version_option(package_name="nepnha", message="Nếp Nhà %(version)s")
@click.pass_context
def nepnha(ctx: click.Context, lang: Language | None) -> None:
    """Điều hành máy chủ Nếp Nhà. / Run a Nếp Nhà server.

    Thiết đặt nằm trong các biến NEPNHA_… (xem README). Mã thoát: 0 xong, 1 bị từ chối, 2 gọi hoặc thiết đặt sai.

    Settings are read from NEPNHA_… variables (see README). Exit codes: 0 done, 1 refused, 2 wrong use or settings.
    """
    terminal = Terminal(lang or preferred_language())
    ctx.obj = terminal
    ctx.call_on_close(terminal.close)


for _one in (
    Later(
        "setup", "server.cli.starting", "Chuẩn bị máy chủ: cơ sở dữ liệu, đơn vị, dự án, biểu mẫu của FOLDER, quản trị."
    ),
    Later("project", "server.cli.projects", "Dự án."),
    Later("form", "server.cli.forms", "Biểu mẫu.", {"evaluate": "server.cli.evaluate"}),
    Later("plan", "server.cli.plans", "Kế hoạch: chỉ tiêu và mục tiêu."),
    Later("figures", "server.cli.figures", "Số liệu."),
    Later("report", "server.cli.reports", "Báo cáo theo biểu mẫu."),
    Later("collaborator", "server.cli.collaborators", "Cộng tác viên và điện thoại."),
    Later("account", "server.cli.accounts", "Tài khoản trên trang quản lý."),
    Later("deeds", "server.cli.deeds", "Lịch sử thao tác."),
    Later(
        "register",
        "server.cli.registers",
        "Sổ hộ gia đình, câu lạc bộ, cán bộ.",
        dict.fromkeys(("load_file", "undo", "template"), "server.cli.register_files"),
    ),
    Later("units", "server.cli.units", "Đơn vị hành chính."),
    Later("sample", "server.cli.starting", "Dữ liệu mẫu, có ghi rõ là mẫu."),
    Later("rebuild", "server.cli.running", "Làm lại kết quả soát và số liệu từ bản gốc đã nhận."),
    Later("jobs", "server.cli.running", "Việc làm nền."),
    Later("doctor", "server.cli.running", "Khám máy chủ; mã thoát 1 khi có lỗi."),
    Later("logic", "server.cli.logic", "Công thức của biểu mẫu."),
):
    nepnha.add_command(_one)


def main() -> None:
    """Run the command with the arguments of this program."""
    nepnha(prog_name="nepnha")
