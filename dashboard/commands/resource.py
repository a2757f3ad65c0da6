"""python -m dashboard resource: what a function, queue, bus or team consumes and produces, and which types a rule takes."""

import argparse

from collectors.errors import UsageError
from dashboard.commands import common
from dashboard.flow import reversed_documents
from dashboard.flow.backwards import named, rules, teams


def arguments(command: argparse.ArgumentParser) -> None:
    """NAME, --domain D or --owner O."""
    common.answers(command)
    command.add_argument(
        "name",
        nargs="?",
        metavar="ARN_OR_NAME",
        help="a resource, bus, rule or subscriber; KIND:NAME narrows",
    )
    command.add_argument("--domain", metavar="D", help="all resources of this domain")
    command.add_argument("--owner", metavar="O", help="all resources of this owner")


def run(asked: argparse.Namespace) -> int:
    """Always 0: a resource that consumes nothing is an answer too."""
    chosen = [value for value in (asked.name, asked.domain, asked.owner) if value]
    if len(chosen) != 1:
        raise UsageError("Say what: ARN_OR_NAME, --domain D or --owner O.")
    estate = common.estate_of(asked)
    found = rules.named(estate, asked.name) if asked.name and not named.exact(estate, asked.name) else ()
    if found:
        document = reversed_documents.of_rules(estate, asked.name, found)
        if len(found) > 1:
            common.say(f"{len(found)} rules are called {asked.name}: {', '.join(found)}")
    elif asked.name:
        resources = named.resources(estate, asked.name)
        document = reversed_documents.of_resources(estate, asked.name, resources)
        if len(resources) > 1:
            common.say(
                f"{len(resources)} resources are called {asked.name}: {', '.join(one.arn or '' for one in resources)}"
            )
    else:
        sort: teams.Sort = "domain" if asked.domain else "owner"
        document = reversed_documents.of_team(estate, teams.team(estate, sort, chosen[0]))
    common.write(asked, document, "flows")
    for one in document["open"]:
        common.say(f"{one['name']} also brings whatever fits: {one['family']}.")
    for note in document["notes"]:
        common.say(note)
    if document["gaps"]:
        common.say(
            f"Not complete: {len(document['gaps'])} gaps touch this answer. The first: {document['gaps'][0]['message']}"
        )
    return 0
