"""A document -> the complete setting that it implies, as `derive init` prints it, with comments on what is inferred."""

from derive.checking.inference.settings import Inference, infer
from derive.checking.results import DocumentResult, ProposedEntry, ProposedSetting, Question
from derive.documents.document import Document, Setting
from derive.models.model import build_model
from derive.notation.symbols import shown

TEXT_WORDS = (("title", "title"), ("source", "source_note"))
CHOICES = (("layout", "layout", "gradient"), ("vectors", "vectors", "column"), ("index_base", "index_base", 1),
           ("kink", "kink", "0"))  # fmt: skip


def propose(document: Document, result: DocumentResult) -> ProposedSetting:
    """The setting that a document has and implies; what is asked for stands in the remarks, ready to be filled in.

    `result` is what a check of the same document finds. Raises `DocumentError` where its setting cannot be used.
    """
    inference = infer(document)
    setting = inference.setting
    table = build_model(setting).table
    comments = {found.name: found for found in result.inferred}

    def comment(name: str) -> str:
        found = comments.get(name)
        return "" if found is None else f"line {found.line}: {found.because}"

    return ProposedSetting(
        remarks=(*(_remark(question) for question in result.questions), *_kept(setting)),
        words=_words(setting),
        dims=tuple((shown(name), dim.size or 0) for name, dim in table.dims.items()),
        symbols=tuple(ProposedEntry(name.value, text.value, comment(name.value)) for name, text in setting.symbols),
        model=_model(setting, inference),
        loss=None if setting.loss is None else ProposedEntry("loss", setting.loss.value, comment(setting.loss.value)),
        notation=tuple(ProposedEntry(name.value, text.value) for name, text in setting.notation),
        more=_choices(setting),
    )


def _remark(question: Question) -> str:
    return f"line {question.line}: {question.message}"


def _kept(setting: Setting) -> tuple[str, ...]:
    """What the document's own setting says besides mathematics, which stays where it is."""
    return (f"keep of the document's own setting: {', '.join(setting.aside)}",) if setting.aside else ()


def _words(setting: Setting) -> tuple[tuple[str, str], ...]:
    found = ((key, getattr(setting, attribute)) for key, attribute in TEXT_WORDS)
    return tuple((key, word) for key, word in found if word)


def _model(setting: Setting, inference: Inference) -> tuple[ProposedEntry, ...]:
    """The forward pass, every expression on one line; what was taken from the text says from which line."""
    entries = []
    for name, text in setting.model:
        said = f"line {name.place().line}" if inference.defines else ""
        entries.append(ProposedEntry(" ".join(name.value.split()), " ".join(text.value.split()), said))
    return tuple(entries)


def _choices(setting: Setting) -> tuple[tuple[str, str], ...]:
    words = [(key, str(getattr(setting, name))) for key, name, default in CHOICES if getattr(setting, name) != default]
    if setting.allow:
        words.append(("allow", f"[{', '.join(setting.allow)}]"))
    return tuple(words)
