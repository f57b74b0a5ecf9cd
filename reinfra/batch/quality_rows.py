"""What is judged and what came of it, as rows of the store."""

import json
from dataclasses import asdict

from judge.identity import sha256
from judge.inputs.given import Given
from judge.inputs.sampling import Sampled
from judge.parse import verdict_of
from judge.pipeline.prices import Price
from judge.pipeline.runner import Judged
from reinfra.store.judging import Row

PICO = 1_000_000_000_000


def question_key(config: str, given: Given, order: str, replicate: int) -> str:
    """One question to one judge: the same only with the same configuration, texts, order and repetition."""
    return sha256([config, given.id, given.sha256, order, replicate])


def item_row(sampled: Sampled, source: str, texts: str, now: int) -> Row:
    given, task = sampled.given, asdict(sampled.given.task)
    kept = task if texts == "keep" else {"sha256": given.sha256}
    return {
        "id": given.id,
        "source": source,
        "at": given.at,
        "sampled_at": now,
        "stratum": given.stratum,
        "probability": sampled.probability,
        "flags": json.dumps(sampled.flags),
        "trace_id": given.trace_id,
        "span_id": given.span_id,
        "texts": texts,
        "task": json.dumps(kept, ensure_ascii=False),
    }


def graded_row(given: Given) -> Row:
    return {
        "item": given.id,
        "stratum": given.stratum,
        "cluster": given.cluster,
        "systems": "[]",
        "text_sha256": given.sha256,
    }


def reply_row(judged: Judged, judge: str, price: Price | None, also: Row) -> Row:
    """`also` is key, config, run, price_table, at, and the reply's text as far as it is kept."""
    reply, usage = judged.graded.reply, judged.graded.usage
    usd = price.of(usage) if price is not None else None
    return {
        "item": judged.asked.item,
        "judge": judge,
        "rubric": judged.asked.rubric.id,
        "order": judged.asked.order,
        "replicate": judged.asked.replicate,
        "status": str(reply.status),
        "score": reply.score,
        "label": reply.label,
        "why": reply.why,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "attempts": usage.attempts,
        "seconds": judged.seconds,
        "cost": None if usd is None else int(usd * PICO),
        **also,
    }


def verdict_row(judged: Judged, judge: str) -> Row:
    asked = judged.asked
    found = verdict_of(judged.graded.reply, asked.item, judge, asked.rubric, asked.order)
    names = ("item", "judge", "rubric", "order", "status", "score", "label")
    return {name: getattr(found, name) for name in names}
