"""What may be kept of an input: its JSON paths and its shape. Literals are values of a payload and are dropped.

The shape of `{"id": <id>, "note": "Order <id>, 10% off", "kind": "gift"}`, where id is `$.detail.id`, is
`{"id": <$.detail.id>, "note": "…<$.detail.id>…", "kind": "…"}`: keys and placeholders stay, these as the JSON paths they stand
for; "…" stands for what was dropped.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypedDict
from urllib.parse import urlsplit, urlunsplit

from collectors.records import InputKind

DROPPED = "…"
LONGEST = 8_192
_TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*")|(?P<hole><[^<>]{1,256}>)|(?P<mark>[{}\[\],:])|(?P<space>\s+)|(?P<word>[^\s"<{}\[\],:]+|.)""",
    re.DOTALL,
)
_HOLE = re.compile(r"<([^<>]{1,256})>")
_JSONATA_TOKEN = re.compile(
    r"""(?P<comment>/\*.*?\*/)|(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<regex>(?<=[(,=~\[{:])\s*/(?:[^/\\\n]|\\.)+/[im]*)"""
    r"""|(?P<name>`[^`]*`|\$*[A-Za-z_][\w$]*|\$+)|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<space>\s+)|(?P<mark>.)""",
    re.DOTALL,
)
_PATH = re.compile(r"(?<![\w.$`])(?:\$\$?\.)?(?:[A-Za-z_]\w*|`[^`]+`)(?:\.(?:[A-Za-z_]\w*|`[^`]+`))+")
_OPAQUE = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9_\-.~+=]{16,}")

HoleOf = Callable[[str], str | None]
"""What is kept of a placeholder's name: the JSON path that it stands for; None when it is no placeholder."""


class Input(TypedDict, total=False):
    """The three input columns of a subscription or a link."""

    input_kind: InputKind
    input_paths: tuple[str, ...]
    input_template: str | None


def of_target(target: Mapping[str, Any]) -> Input:
    """Input columns of a rule's target: Input, InputPath or InputTransformer, else the whole event."""
    transformer = target.get("InputTransformer")
    if transformer:
        paths = transformer.get("InputPathsMap") or {}
        template = shape(
            transformer.get("InputTemplate") or "",
            lambda name: _path_of(paths, name) if name in paths else _ours(name),
        )
        return Input(
            input_kind="template",
            input_paths=tuple(sorted({path for path in paths.values() if path})),
            input_template=template,
        )
    if target.get("Input"):
        return of_constant(target["Input"])
    if target.get("InputPath"):
        return Input(input_kind="path", input_paths=(target["InputPath"],))
    return Input(input_kind="event")


def of_constant(text: str | None) -> Input:
    """Input columns of a fixed input: a schedule's, or a target's Input. Its keys stay."""
    if not text:
        return Input(input_kind="event")
    return Input(input_kind="constant", input_template=shape(text, _ours))


def of_pipe(template: str | None) -> Input:
    """Input columns of a pipe's input template, whose placeholders are JSON paths: <$.body.id>."""
    if not template:
        return Input(input_kind="event")
    paths = {name for name in _HOLE.findall(template) if name.startswith("$")}
    return Input(
        input_kind="template",
        input_paths=tuple(sorted(paths)),
        input_template=shape(template, lambda name: name if name.startswith("$") else _ours(name)),
    )


def of_jsonata(expression: str | None) -> Input:
    """Input columns of a JSONata transformer: the dotted paths it reads, and the expression without its literals."""
    # AWS holds the expression between {% and %}.
    bare = (expression or "").strip().removeprefix("{%").removesuffix("%}")
    kept = jsonata_shape(bare)
    paths = {path.removeprefix("$$.").removeprefix("$.") for path in _PATH.findall(kept)}
    return Input(
        input_kind="jsonata",
        input_paths=tuple(sorted(f"$.{path}" for path in paths)),
        input_template=kept or None,
    )


def shape(template: str, hole_of: HoleOf) -> str:
    """The template's keys and placeholders; every other value is "…". Text that is no JSON gives its placeholders."""
    out: list[str] = []
    open_marks: list[str] = []
    tokens = list(_TOKEN.finditer(template[: LONGEST * 4]))
    for at, token in enumerate(tokens):
        kind, text = token.lastgroup, token.group()
        if kind == "mark":
            _nest(open_marks, text)
            out.append(text)
        elif kind == "space":
            out.append(" " if out and out[-1] != " " else "")
        elif kind == "hole" and (name := hole_of(text[1:-1])):
            out.append(f"<{name}>")
        elif kind == "string":
            is_key = open_marks[-1:] == ["{"] and _colon_follows(tokens, at)
            out.append(text if is_key else f'"{_holes_of(text[1:-1], hole_of)}"')
        elif not out or out[-1].strip() != DROPPED:
            out.append(DROPPED)
    return "".join(out).strip()[:LONGEST]


def jsonata_shape(expression: str) -> str:
    """A JSONata expression without strings, numbers, regular expressions and comments; keys of objects stay."""
    out: list[str] = []
    tokens = list(_JSONATA_TOKEN.finditer(expression[:LONGEST]))
    for at, token in enumerate(tokens):
        kind, text = token.lastgroup, token.group()
        if kind == "comment":
            continue
        if kind == "string":
            out.append(text if _colon_follows(tokens, at) and _opens_a_key(out) else f'"{DROPPED}"')
        elif kind in ("number", "regex"):
            out.append(DROPPED)
        else:
            out.append(" " if kind == "space" else text)
    return "".join(out).strip()


def url(text: str | None) -> str | None:
    """An address without user, query and fragment; a path segment that looks like a secret is "…"."""
    if not text:
        return None
    try:
        parts = urlsplit(text)
        host = parts.netloc.rsplit("@", 1)[-1]
    except ValueError:
        return DROPPED
    path = "/".join(DROPPED if _OPAQUE.fullmatch(part) else part for part in parts.path.split("/"))
    return urlunsplit((parts.scheme, host, path, "", ""))


_NAMED = {"properties", "patternProperties", "definitions", "$defs", "schemas", "dependentSchemas"}
_VALUES = {"example", "examples", "default"}


def schema_content(content: Any) -> str:
    """A schema as JSON text without example and default values. A property that is called "example" stays."""
    return json.dumps(_without_values(content, names=False), ensure_ascii=False, separators=(",", ":"))


def _without_values(node: Any, *, names: bool) -> Any:
    """`names`: the keys of this object are names its author chose, not words of the schema language."""
    if isinstance(node, dict):
        return {
            key: _without_values(value, names=not names and key in _NAMED)
            for key, value in node.items()
            if names or key not in _VALUES
        }
    if isinstance(node, list):
        return [_without_values(item, names=False) for item in node]
    return node


def _ours(name: str) -> str | None:
    """Placeholders AWS fills in itself: <aws.events.rule-arn>, <aws.pipes.…>, <aws.scheduler.…>."""
    return name if name.startswith("aws.") else None


def _path_of(paths: Mapping[str, str], name: str) -> str:
    """The JSON path that a transformer's name stands for; the name where the path has quotes or brackets of ours."""
    path = paths[name] or name
    return name if re.search(r'[<>"\\]', path) else path


def _nest(open_marks: list[str], mark: str) -> None:
    if mark in "{[":
        open_marks.append(mark)
    elif mark in "}]" and open_marks:
        open_marks.pop()


def _colon_follows(tokens: list[re.Match[str]], at: int) -> bool:
    after = at + 1
    while after < len(tokens) and tokens[after].lastgroup == "space":
        after += 1
    return after < len(tokens) and tokens[after].group() == ":"


def _opens_a_key(out: list[str]) -> bool:
    """Whether what precedes is { or , – a ternary's string stands before a colon too, but after ?."""
    before = "".join(out[-3:]).rstrip()
    return before.endswith(("{", ","))


def _holes_of(text: str, hole_of: HoleOf) -> str:
    """The placeholders of a string, "…" for all between them; an empty string stays empty."""
    parts = re.split(r"(<[^<>]{1,256}>)", text)
    names = [hole_of(part[1:-1]) if _HOLE.fullmatch(part) else None for part in parts]
    kept = [f"<{name}>" if name else DROPPED if part else "" for part, name in zip(parts, names, strict=True)]
    return re.sub(f"{DROPPED}+", DROPPED, "".join(kept))
