"""`drama make --voice NAME`: one voice plays all roles, and they are still told apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from magnetar.capabilities.creative.drama.bible import write_bible
from magnetar.capabilities.creative.drama.parsing import read_script
from magnetar.capabilities.creative.drama.voices import cast_voices
from magnetar.kernel.errors import BadInput

SCRIPT = """# 雨夜

## 角色
- 林晚：女，26岁，白衬衫
- 顾沉：男，30岁，黑西装

## 第1集

### 场1 内 客厅 夜

林晚：你来了。

顾沉：我来了。
"""


class Choir:
    name = "choir"

    def voices(self, language: str) -> tuple[str, ...]:
        return ("zf_a", "zf_b", "zm_a") if language == "zh" else ()


def test_one_voice_for_all_roles_is_told_apart_by_pace_and_pitch(tmp_path: Path):
    (tmp_path / "a.md").write_text(SCRIPT, encoding="utf-8")
    bible = write_bible(read_script(tmp_path / "a.md"))
    manners = cast_voices(bible, Choir(), "zh", "zf_b")  # pyright: ignore[reportArgumentType]
    assert {one.voice for one in manners.values()} == {"zf_b"}
    roles = [one for role, one in manners.items() if role]
    assert len({(one.speed, one.pitch, one.side) for one in roles}) == len(roles) == 2
    assert len({one.voice for one in cast_voices(bible, Choir(), "zh").values()}) > 2  # pyright: ignore[reportArgumentType]
    with pytest.raises(BadInput, match="zf_a, zf_b, zm_a"):
        cast_voices(bible, Choir(), "zh", "nova")  # pyright: ignore[reportArgumentType]
