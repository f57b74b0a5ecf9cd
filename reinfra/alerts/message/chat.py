"""Messages as chat rooms show them: Amazon Q Developer's custom notifications, and Slack's incoming webhooks."""

from typing import Any

from reinfra.alerts.message import digest as digests
from reinfra.alerts.message import facts
from reinfra.alerts.message.alert import subject
from reinfra.alerts.message.clip import clipped
from reinfra.alerts.message.context import Context
from reinfra.alerts.message.hygiene import chat, cut
from reinfra.model import IncidentState, Severity
from reinfra.store.digests import Digest
from reinfra.store.notice import Notice

_COLOURS = {Severity.CRITICAL: "#b71c1c", Severity.WARNING: "#ef6c00", Severity.INFO: "#1565c0"}
_CALM = "#2e7d32"
_TITLE, _TEXT, _KEYWORD = 250, 4_000, 50


def amazon_q(told: Notice | Digest, context: Context) -> dict[str, Any]:
    """Version 1.0 of the schema ("Custom notifications", Amazon Q Developer in chat applications guide).

    All messages of one incident have one threadId, and so land in one thread where the channel allows it.
    """
    if isinstance(told, Digest):
        body = [chat(one) for one in digests.text(told, context).splitlines()[2:]]
        return _notification(
            told.dedup_key, digests.subject(told), "\n".join(body), [], told.dedup_key
        )
    short = clipped(told)
    lines = [f"*{one.label}:* {chat(one.text)}" for one in facts.evidence(short, context)]
    lines += [f"• {chat(one)}" for one in facts.first_moved(short)]
    if note := facts.origin_note(short.origin):
        lines.append(f"_{note}_")
    head = chat(facts.first_line(short))
    steps = [_step(one) for one in facts.actions(short, context)]
    made = _notification(
        short.dedup_key, subject(short), "\n".join([head, *lines]), steps, short.incident.name
    )
    words = (short.incident.severity, short.kind, short.fleet, short.team)
    made["content"]["keywords"] = [
        chat(cut(word, _KEYWORD)) for word in dict.fromkeys(words) if word
    ]
    made["metadata"]["eventType"] = f"incident {short.transition}"
    made["metadata"]["relatedResources"] = [chat(short.incident.scope)]
    made["metadata"]["additionalContext"] = {
        "severity": str(short.incident.severity),
        "state": str(short.incident.state),
        "dedup_key": short.dedup_key,
    }
    return made


def slack(told: Notice | Digest, context: Context) -> dict[str, Any]:
    """What Slack's incoming webhooks take, and Mattermost's and Rocket.Chat's as well; those have no threads."""
    if isinstance(told, Digest):
        lines = digests.text(told, context).splitlines()
        body = chat(cut_text("\n".join(lines[2:])))
        return _attached(digests.subject(told), context.overview(), body, _COLOURS[told.severity])
    short = clipped(told)
    lines = [facts.first_line(short)]
    lines += [f"{one.label}: {one.text}" for one in facts.evidence(short, context)]
    lines += [f"• {one}" for one in facts.first_moved(short)]
    lines += [f"{one.label}: {one.text}" for one in facts.actions(short, context)]
    lines += filter(None, [facts.origin_note(short.origin)])
    calm = short.incident.state is IncidentState.RESOLVED
    colour = _CALM if calm else _COLOURS[short.incident.severity]
    link = context.permalink(short.incident)
    return _attached(subject(short), link, chat(cut_text("\n".join(lines))), colour)


def cut_text(text: str) -> str:
    """Whole lines, as many as a chat message has room for."""
    kept: list[str] = []
    size = 0
    for line in text.splitlines():
        size += len(line) + 1
        if size > _TEXT:
            return "\n".join([*kept, "..."])
        kept.append(line)
    return "\n".join(kept)


def _attached(title: str, link: str, body: str, colour: str) -> dict[str, Any]:
    attachment = {"fallback": chat(title), "color": colour, "text": body}
    head = f"<{link}|{chat(title)}>" if link else chat(title)
    return {"text": f"*{head}*", "attachments": [attachment]}


def _notification(
    key: str, title: str, description: str, steps: list[str], thread: str
) -> dict[str, Any]:
    return {
        "version": "1.0",
        "source": "custom",
        "id": key,
        "content": {
            "textType": "client-markdown",
            "title": chat(cut(title, _TITLE)),
            "description": cut_text(description),
            "nextSteps": steps,
            "keywords": [],
        },
        "metadata": {
            "threadId": thread,
            "summary": chat(cut(title, _TITLE)),
            "eventType": "digest",
            "relatedResources": [],
            "additionalContext": {},
        },
    }


def _step(one: facts.Fact) -> str:
    if one.label in {"Look", "Runbook"}:
        return f"{one.label}: {chat(one.text)}"
    return f"{one.label}: `{chat(one.text)}`"
