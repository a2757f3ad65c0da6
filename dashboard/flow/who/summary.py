"""The answer before the picture: who makes an event and who gets it, in a sentence."""

from collections.abc import Mapping

from dashboard.flow.answers import Consumer, Consumers, Health, Producers

_DASH = "\N{EN DASH}"


def sentence(answer: Consumers, made: Producers, found: Mapping[str, Health]) -> str:
    """The answer before the picture, e.g. "OrderPlaced (com.acme.orders) is produced by 1 service and consumed by 7 – …"."""
    rows = [row for row in answer.consumers if row.active]
    always = {row.arn for row in rows if row.delivery == "always"}
    sometimes = {row.arn for row in rows} - always
    domains = {row.domain for row in rows if row.domain}
    # a rule that forwards is evidence for its bus, but nobody's idea of a service that produces
    seen = {
        row.arn for row in made.producers if row.evidence in ("observed", "declared") and row.kind != "rule"
    }
    named, count = f"{answer.event.detail_type} ({answer.event.source})", len(always | sometimes) or "nobody"
    text = f"{named} is produced by {_count(len(seen), 'service')} and consumed by {count}"
    if not answer.known:
        text = f"Nothing knows {named}; if it were sent, it would be consumed by {count}"
    if rows:
        text += f" {_DASH} {len(always)} always, {len(sometimes)} depending on the payload {_DASH}"
        text += f" in {_count(len(domains), 'domain')}" if domains else " in no named domain"
    refused = {row.arn for row in rows} - {row.arn for row in rows if row.deliverable != "no"}
    failing = {row.arn for row in rows if row.arn in found and found[row.arn].state == "failing"}
    text += "."
    if refused:
        text += f" {_count(len(refused), 'consumer')} cannot be delivered to."
    if failing:
        text += f" {_count(len(failing), 'consumer')} {'is' if len(failing) == 1 else 'are'} failing."
    text += _carriers(answer, found)
    return text if answer.complete else f"{text} Not all could be read."


def losing(row: Consumer, found: Mapping[str, Health]) -> list[Health]:
    """The rules and subscribers on the row's way that fail: also where what they lead to is missing or switched off."""
    carriers = dict.fromkeys(hop.by for hop in row.path if hop.by)
    return [found[arn] for arn in carriers if arn in found and found[arn].state == "failing"]


def _carriers(answer: Consumers, found: Mapping[str, Health]) -> str:
    lost = {one.arn for row in answer.consumers for one in losing(row, found)}
    if not lost:
        return ""
    word = "subscriber" if all(":subscriber/" in arn for arn in lost) else "rule"
    return f" {_count(len(lost), word)} on the way {'is' if len(lost) == 1 else 'are'} failing."


def _count(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"
