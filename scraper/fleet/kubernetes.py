"""Parts as the pods of a Kubernetes Indexed Job: a manifest for `kubectl apply -f -`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any, Final

from scraper.fleet.attempt import command
from scraper.fleet.engine import Counts, Handed
from scraper.fleet.order import Order
from scraper.ledger.array import PARTS

_TEMPLATE: Final = "kubernetes.json"


class Kubernetes:
    """Prints the job; `kubectl` brings it to the cluster."""

    def __init__(self, image: str) -> None:
        self._image = image

    def submit(self, order: Order, place: str, parts: Sequence[int]) -> Handed:
        """Print the manifest. All parts are in it: those that are done end at once."""
        del parts
        return Handed("", json.dumps(manifest(order, place, self._image), indent=2))

    def counts(self, job: str) -> Counts | None:
        """The cluster is not asked."""
        del job
        return None


def manifest(order: Order, place: str, image: str) -> dict[str, Any]:
    """An Indexed Job: a pod a part, `order.workers` of them at once."""
    template = files("scraper.fleet").joinpath(_TEMPLATE).read_text("utf-8")
    job: dict[str, Any] = json.loads(template)
    job["metadata"]["name"] = f"housecrawl-{order.run_id.lower()}"
    spec = job["spec"]
    spec["completions"], spec["parallelism"] = order.parts, order.workers
    # Kubernetes counts what comes after the first.
    spec["backoffLimitPerIndex"] = order.attempts - 1
    spec["maxFailedIndexes"] = order.parts
    container = spec["template"]["spec"]["containers"][0]
    container["image"] = image
    container["args"] = ["scrapy", *command(order, place, ())]
    container["env"] = [{"name": PARTS, "value": str(order.parts)}]
    return job
