"""Hostile XML kept out: no entity declarations, nothing fetched, no bottomless nesting."""

from xml.etree import ElementTree as ET
from xml.parsers import expat

from collectors.base import CollectorError

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 64


def parse_xml(raw: bytes, where: str) -> ET.Element:
    """The root element. A DOCTYPE line is read over, and what it points to is never fetched.

    Raises CollectorError for what is not well-formed, declares an entity, nests deeper than
    MAX_DEPTH or is larger than MAX_BYTES.
    """
    if len(raw) > MAX_BYTES:
        raise CollectorError(f"is larger than {MAX_BYTES:,} bytes", where=where)
    tree = ET.TreeBuilder()
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise CollectorError(f"nests deeper than {MAX_DEPTH}", where=where)
        tree.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        tree.end(tag)

    def refuse_entity(*_: object) -> None:
        raise CollectorError("declares an entity, which no real report does", where=where)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = tree.data
    parser.EntityDeclHandler = refuse_entity
    try:
        parser.Parse(raw, True)  # noqa: FBT003  (expat's own positional-only flag)
    except expat.ExpatError as error:
        raise CollectorError("not well-formed XML", where=where, why=str(error)) from error
    return tree.close()
