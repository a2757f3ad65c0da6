"""Coverage: what was read, when, what could not be, and how to mend it. Collect again from here."""

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.flow.answers import GapNote
from dashboard.flow.model.estate import Estate, Row
from dashboard.pages import collect, parts, sight, words
from dashboard.pages.scope import Scope

SIGNS = {
    "ok": "● ok",
    "partial": "◐ partial",
    "denied": "✖ denied",
    "throttled": "✖ throttled",
    "failed": "✖ failed",
    "unsupported": "○ unsupported",
}
_ORDER = ("denied", "failed", "throttled", "partial", "unsupported", "ok")


def render(estate: Estate, scope: Scope) -> None:
    """Scopes and gaps within the accounts and regions chosen."""
    st.title("Coverage", anchor=False)
    parts.facts(estate)
    parts.beside(scope, "account", "region", "bus")
    rows = [row for (account, region, _), row in estate.scopes.items() if _shown(scope, account, region)]
    gaps = [gap for gap in estate.gaps if _shown(scope, gap.account, gap.region)]
    absent = [gap for gap in estate.unsupported if _shown(scope, gap.account, gap.region)]
    with st.container(key="sentence"):
        st.text(_sentence(estate))
    parts.quiet(f"Estate: {estate.snapshot.manifest.estate}. Snapshot {estate.snapshot.id}.", "estate")
    collect.control()
    st.header("What could not be read", anchor=False)
    _gaps([*gaps, *absent], len(estate.gaps) + len(estate.unsupported), scope)
    sight.render(estate, scope)
    st.header("Scopes", anchor=False)
    parts.hidden(len(rows), len(estate.scopes), scope, "scopes", "scopes")
    if rows:
        rows.sort(
            key=lambda row: (_ORDER.index(row["status"]), row["collector"], row["account"], row["region"])
        )
        parts.table(pd.DataFrame([_scope(row) for row in rows]), "scopes")


def _shown(scope: Scope, account: str, region: str) -> bool:
    return scope.lets("account", account) and scope.lets("region", region)


def _sentence(estate: Estate) -> str:
    """Of the whole estate, whatever the filters: what is hidden is still not read."""
    whole = sum(row["status"] == "ok" for row in estate.scopes.values())
    told = f"{whole} of {words.plural(len(estate.scopes), 'scope')} read whole"
    places = f"{words.plural(len(estate.accounts), 'account')}, {words.plural(len(estate.regions), 'region')}"
    ended = f"{words.plural(len(estate.gaps), 'gap')}." if estate.gaps else "no gaps."
    return f"{told}, in {places}: {ended} The snapshot is from {state.age(estate.snapshot.at)}."


def _gaps(gaps: list[GapNote], total: int, scope: Scope) -> None:
    parts.hidden(len(gaps), total, scope, "gaps", "gaps")
    if not total:
        st.text("Nothing: every call that was made was answered.")
    if not gaps:
        return
    frame = pd.DataFrame(
        [
            {
                "Status": SIGNS.get(gap.status, gap.status),
                "Call": gap.action,
                "Account": gap.account,
                "Region": gap.region,
                "Collector": gap.collector,
                "What happened": gap.message,
                "At, UTC": words.stamp(gap.at),
            }
            for gap in gaps
        ]
    )
    parts.table(frame, "gaps")
    allow = sorted({gap.action for gap in gaps if words.policy_line(gap)})
    if allow:
        st.text("This statement in the policy of the role that reads would allow what was denied:")
        actions = ", ".join(f'"{action}"' for action in allow)
        st.code(
            f'{{"Effect": "Allow", "Action": [{actions}], "Resource": "*"}}', language=None, wrap_lines=True
        )


def _scope(row: Row) -> dict[str, object]:
    read, tried = row["read_at"], row["tried_at"]
    return {
        "Collector": row["collector"],
        "Status": SIGNS.get(str(row["status"]), row["status"]),
        "Account": row["account"],
        "Region": row["region"],
        "Rows": row["rows"],
        "Calls": row["calls"],
        "Throttled": row["throttles"],
        "Seconds": row["seconds"],
        "Read, UTC": words.stamp(read) or "never",
        "Kept from before": "yes" if read and tried and read < tried else "",
        "Error": row["error"],
    }
