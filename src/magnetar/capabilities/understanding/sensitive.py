"""What is never thought about a person: a list of subjects that portraits, audiences and proposals keep away from."""

from __future__ import annotations

import re

from magnetar.capabilities.understanding.lexicon import fold

SUBJECTS: dict[str, str] = {
    "health": r"疾病|患者|病人|糖尿|血糖|血压计|高血压|癌|肿瘤|抑郁|焦虑症|失眠症|艾滋|肝炎|孕妇|怀孕|孕期|备孕|早孕|验孕|避孕|不孕|流产|残疾|轮椅|假肢|助听|成人纸尿裤|失禁|减肥药|戒烟|戒酒|处方|药品|药盒|痔疮|脱发|"
    r"\b(?:patients?|diabet\w*|glucose|blood pressure|cancer|depress(?:ion|ed)|hiv|hepatitis|pregnan\w*|contracepti\w*|infertil\w*|disab(?:led|ility)|wheelchairs?|hearing aids?|incontinence|prescription|medications?|pill organi[sz]er|hemorrhoid\w*|addict\w*)\b",
    "religion": r"佛教|佛珠|念珠|基督|天主教|圣经|伊斯兰|穆斯林|清真|古兰经|道教|礼拜|宗教|十字架|\b(?:buddhis\w*|christian(?!\s?dior)\w*|catholic|bible|islam\w*|muslim|quran|koran|halal|kosher|jewish|hindu|religio\w*|rosary|crucifix|prayer)\b",
    "ethnicity": r"少数民族|汉族|藏族|维吾尔|回族|种族|\b(?:ethnic\w*|racial|race of|caucasian|african american|hispanic|latino)\b",
    "politics": r"政治|党员|政党|选举|抗议|\b(?:politic\w*|democrats?|republicans?|election|communist|protest)\b",
    "sexuality": r"同性恋|双性恋|跨性别|性取向|情趣用品|成人用品|安全套|\b(?:gay|lesbian|bisexual|transgender|lgbt\w*|sexual\w*|condoms?|sex toys?)\b",
    "trade union": r"工会|\b(?:trade|labou?r) unions?\b",
    "crime": r"罪犯|前科|刑满|\b(?:criminal record|convict(?:ed|s)?|felon)\b",
    "money trouble": r"负债|破产|失信|贷款逾期|赌博|彩票|\b(?:in debt|bankrupt\w*|payday|gambl\w*)\b",
    "biometrics": r"指纹数据|人脸数据|基因检测|\b(?:dna test\w*|genetic test\w*)\b",
}  # fmt: skip
"""Subjects and the words that give them away, both languages; ours, after article 28 of China's PIPL and GDPR article 9."""
_RULES = {name: re.compile(words) for name, words in SUBJECTS.items()}


def sensitive_kind(text: str) -> str:
    """The sensitive subject that a text touches, '' where there is none.

    >>> sensitive_kind("家用血糖仪"), sensitive_kind("露营椅")
    ('health', '')
    """
    folded = fold(text).text
    return next((name for name, rule in _RULES.items() if rule.search(folded)), "")
