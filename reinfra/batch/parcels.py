"""Items and what they came to, as the bytes by which hosts exchange them through the database."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from detectors.calibration.confidence import Confidence
from reinfra.batch.acquire import Window
from reinfra.batch.evaluate import Evaluation
from reinfra.batch.items import Item
from reinfra.batch.task import Task
from reinfra.config import DetectSettings
from reinfra.model import Anomaly, SeriesKey, Severity
from reinfra.store import Stored


def packed_item(task: Task, item: Item) -> bytes:
    """The item by the ids of its series, with what all items share."""
    body = {
        "settings": task.settings.model_dump(mode="json"),
        "window": asdict(task.window),
        "goes_on": task.goes_on,
        "now": task.now,
        "detector": item.detector,
        "step": item.step,
        "series": [one.id for one in item.series],
        "context": [one.id for one in item.context],
        "history": item.history,
    }
    return json.dumps(body).encode()


def unpacked_item(payload: bytes, series: Mapping[int, Stored]) -> tuple[Task, Item]:
    """The task and the item, whose series are looked up by id."""
    body = json.loads(payload)
    settings = DetectSettings.model_validate(body["settings"])
    task = Task(settings, Window(**body["window"]), body["goes_on"], dry_run=False, now=body["now"])
    mine, beside = (tuple(series[id_] for id_ in body[part]) for part in ("series", "context"))
    return task, Item(body["detector"], body["step"], mine, beside, body["history"])


def packed_result(found: Evaluation) -> bytes:
    """What an item came to; keys of series are left to their ids."""
    anomalies = {id_: [_fields(one) for one in many] for id_, many in found.found.items()}
    body = {
        "found": anomalies,
        "scored": sorted(found.scored),
        "warming": sorted(found.warming),
        "late": found.late,
        "failed": found.failed,
        "confidence": [(*fleet, *asdict(one).values()) for fleet, one in found.confidence.items()],
    }
    return json.dumps(body).encode()


def unpacked_result(payload: bytes, series: Mapping[int, Stored]) -> Evaluation:
    """What another host found."""
    body = json.loads(payload)
    found = {
        int(id_): [_anomaly(series[int(id_)].key, one) for one in many]
        for id_, many in body["found"].items()
    }
    failed = {int(id_): why for id_, why in body["failed"].items()}
    confidence = {
        (name, metric): Confidence(number, weeks)
        for name, metric, number, weeks in body["confidence"]
    }
    scored, warming = (set(body[part]) for part in ("scored", "warming"))
    return Evaluation(found, scored, warming, body["late"], failed, confidence)


def _fields(one: Anomaly) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Anomaly.__dataclass_fields__ if name != "key"}


def _anomaly(key: SeriesKey, fields: dict[str, Any]) -> Anomaly:
    return Anomaly(key=key, **fields | {"severity": Severity(fields["severity"])})
