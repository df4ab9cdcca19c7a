"""Short drama (短剧, 漫剧): an agreed script becomes episodes, promotional cuts and a pay plan; nothing is rewritten."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.creative.drama.board import compare, draw_board
    from magnetar.capabilities.creative.drama.dramas import Wanted, check_drama, make_drama, plan_drama
    from magnetar.capabilities.creative.drama.parsing import parse, read_script

__all__ = ["Wanted", "check_drama", "compare", "draw_board", "make_drama", "parse", "plan_drama", "read_script"]

__getattr__ = lazily(
    __name__,
    {
        "board": ("compare", "draw_board"),
        "dramas": ("Wanted", "check_drama", "make_drama", "plan_drama"),
        "parsing": ("parse", "read_script"),
    },
)
