"""The automaton of `grammar.lark`, worked out by lark. `python tests/grammar_table.py` writes it to `grammar.json`.

Nothing of the program is imported, so that this runs whatever the present file holds.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lark import Lark, Token
from lark.lexer import Lexer
from lark.parsers.lalr_analysis import Shift

FOLDER = Path(__file__).resolve().parents[1] / "derive" / "notation"
GRAMMAR, TABLE = FOLDER / "grammar.lark", FOLDER / "grammar.json"


class TokensAsTheyAre(Lexer):
    """No lexer: the tokens come from elsewhere."""

    def __init__(self, _configuration: object) -> None:
        pass

    def lex(self, lexer_state: object, parser_state: object) -> Iterator[Token]:
        raise NotImplementedError


def table() -> dict[str, Any]:
    """The table of the grammar, its states numbered in the order in which they are reached, equal rows once."""
    parser = Lark(GRAMMAR.read_text(encoding="utf-8"), parser="lalr", lexer=TokensAsTheyAre)
    parse_table = parser.parser.parser._parse_table  # type: ignore[union-attr]
    rules = parser.rules
    assert not any(rule.options.expand1 or rule.options.empty_indices for rule in rules)
    numbers = {rule: ~at for at, rule in enumerate(rules)}
    order = [parse_table.start_states["start"]]
    for state in order:
        targets = [target for _, (action, target) in sorted(parse_table.states[state].items()) if action is Shift]
        order += [target for target in dict.fromkeys(targets) if target not in order]
    renumbered = {state: at for at, state in enumerate(order)}
    rows: list[dict[str, int]] = []
    states = []
    for state in order:
        row = {
            symbol: renumbered[target] if action is Shift else numbers[target]
            for symbol, (action, target) in sorted(parse_table.states[state].items())
        }
        if row not in rows:
            rows.append(row)
        states.append(rows.index(row))
    return {
        "rules": [[rule.origin.name, rule.alias or rule.origin.name, len(rule.expansion)] for rule in rules],
        "rows": rows,
        "states": states,
    }


def written(content: dict[str, Any]) -> str:
    """The table as its file holds it, a rule and a row on a line."""
    rules, rows = (",\n".join(json.dumps(line) for line in content[part]) for part in ("rules", "rows"))
    return f'{{"rules": [\n{rules}],\n"rows": [\n{rows}],\n"states": {json.dumps(content["states"])}}}\n'


if __name__ == "__main__":
    TABLE.write_text(written(table()), encoding="utf-8")
