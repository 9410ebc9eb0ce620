"""The diagram of a state table, drawn from the table itself (Mermaid)."""

from __future__ import annotations

from wishloop.cases.states import BEFORE, SAME, MoveTable


def state_diagram(table: MoveTable) -> str:
    """Return the table as a Mermaid state diagram and a table of moves, as Markdown. Moves that keep the state are listed only."""
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{state.label} {state.code}" as {state.code}' for state in table.states]
    lines.append(f"    [*] --> {table.initial}")
    for move in table.moves:
        if move.target in {SAME, BEFORE}:
            continue
        lines += [
            f"    {origin} --> {move.target}: {move.label}"
            for origin in sorted(move.origins)
            if origin != move.target
        ]
    lines += [f"    {state.code} --> [*]" for state in table.states if not state.open]
    lines += [
        "```",
        "",
        "| move | 中文 | from | to | who | needs | clock | public |",
        "|---|---|---|---|---|---|---|---|",
    ]
    states = {state.code for state in table.states}
    for move in table.moves:
        origins = "any" if move.origins == states else ", ".join(sorted(move.origins)) or "—"
        target = {SAME: "(stays)", BEFORE: "(where it was)"}.get(move.target, move.target)
        lines.append(
            f"| {move.name} | {move.label} | {origins} | {target} | {', '.join(sorted(move.who))} | {', '.join(move.needs)} | "
            f"{move.clock} | {'yes' if move.public else ''} |"
        )
    return "\n".join(lines) + "\n"
