"""The yardstick: the same lists of the same API, loaded by ``dlt``. Runs in ``.venv-bench``, knows nothing of Routiq.

What is done in dlt's favour: it appends to empty tables without merging or indexes, loads by COPY from csv files
(the quickest of its formats here), extracts its lists in parallel, normalises in a process per core, and asks for the
class attendees a hundred classes at a time, so that it needs no more requests than there are pages. With ``trimmed``
it also drops every field that the product does not keep before dlt looks at it.

Reads its task as JSON from standard input, prints what came of it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

_PER_PAGE = "100"
#: The fields of each list that the product reads; everything else is dropped before dlt looks at it.
_BOOKING = "id created_at updated_at starts_at ends_at practitioner business appointment_type archived_at deleted_at"
_FIELDS = {
    "patients": "id created_at updated_at first_name last_name preferred_first_name title date_of_birth email "
    "patient_phone_numbers sex gender_identity gender address_1 address_2 address_3 city state post_code "
    "country_code time_zone archived_at deleted_at merged_at merged_with_patient",
    "individual_appointments": _BOOKING + " patient patient_arrived did_not_arrive cancelled_at "
    "cancellation_reason_description online_booking_policy_accepted",
    "group_appointments": _BOOKING + " max_attendees",
    "unavailable_blocks": "id created_at updated_at starts_at ends_at practitioner business archived_at deleted_at",
    "attendees": "id created_at updated_at booking patient arrived cancelled_at archived_at deleted_at",
}


def main() -> None:
    run(_source)


def run(source: Callable[[dict[str, Any]], Any]) -> None:
    """Load what ``source`` makes of the task, and tell how long it took."""
    task = json.load(sys.stdin)
    os.environ.update(
        {
            "RUNTIME__DLTHUB_TELEMETRY": "false",
            "RUNTIME__LOG_LEVEL": "ERROR",
            "NORMALIZE__WORKERS": str(os.cpu_count() or 1),
            # Files of this size: several, so that every normalising process has some.
            "NORMALIZE__DATA_WRITER__FILE_MAX_ITEMS": "10000",
            "EXTRACT__DATA_WRITER__FILE_MAX_ITEMS": "10000",
        }
    )
    import dlt

    pipeline = dlt.pipeline(
        "yardstick",
        pipelines_dir=task["folder"],
        destination=dlt.destinations.postgres(task["database"], create_indexes=False),
        dataset_name="practice",
    )
    started = time.perf_counter()
    pipeline.run(source(task), loader_file_format="csv")
    seconds = time.perf_counter() - started
    steps = {step.step: (step.finished_at - step.started_at).total_seconds() for step in pipeline.last_trace.steps}
    print(json.dumps({"seconds": seconds, "steps": steps, "version": dlt.__version__}))


def _source(task: dict[str, Any]) -> Any:
    import dlt
    from dlt.sources.helpers.rest_client import RESTClient
    from dlt.sources.helpers.rest_client.auth import HttpBasicAuth
    from dlt.sources.helpers.rest_client.paginators import JSONLinkPaginator
    from dlt.sources.rest_api import rest_api_resources

    headers = {"Accept": "application/json", "User-Agent": "bench (bench@routiq.example)"}
    since = f"starts_at:>={task['since']}"
    hidden = "archived_at:*"
    filters = {
        "patients": [hidden],
        "individual_appointments": [hidden, "cancelled_at:*", "deleted_at:*", since],
        "group_appointments": [hidden, "deleted_at:*", since],
        "unavailable_blocks": [hidden, "deleted_at:*", since],
        "practitioners": [],
        "practitioners/inactive": [],
        "businesses": [hidden, "deleted_at:*"],
        "appointment_types": [hidden],
        "services": [],
        "daily_availabilities": [],
        "patients/deleted": [],
    }
    lists = [
        {
            "name": path.replace("/", "_"),
            "endpoint": {
                "path": path,
                "params": {"per_page": _PER_PAGE, **({"q[]": wanted} if wanted else {})},
                "data_selector": path.split("/", maxsplit=1)[0],
            },
            **_kept(path, task["trimmed"]),
        }
        for path, wanted in filters.items()
    ]
    settings = {
        "name": "settings",
        "endpoint": {"path": "settings/public", "paginator": "single_page", "data_selector": "$"},
    }
    resources = rest_api_resources(
        {
            "client": {
                "base_url": task["api"],
                "headers": headers,
                "auth": {"type": "http_basic", "username": task["key"], "password": ""},
                "paginator": {"type": "json_link", "next_url_path": "links.next"},
            },
            "resource_defaults": {"write_disposition": "append", "parallelized": True},
            "resources": [*lists, settings],
        }
    )
    client = RESTClient(
        base_url=task["api"],
        headers=headers,
        auth=HttpBasicAuth(task["key"], ""),
        paginator=JSONLinkPaginator(next_url_path="links.next"),
        data_selector="attendees",
    )
    pick = _pick("attendees")

    @dlt.transformer(name="attendees", write_disposition="append", parallelized=True)
    def attendees(sessions: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
        ids = ",".join(session["id"] for session in sessions)
        filters = [hidden, "cancelled_at:*", "deleted_at:*", f"booking_id:={ids}"]
        for page in client.paginate("attendees", params={"per_page": _PER_PAGE, "q[]": filters}):
            yield [pick(row) for row in page] if task["trimmed"] else list(page)

    by_name = {resource.name: resource for resource in resources}
    return [*resources, by_name["group_appointments"] | attendees]


def _kept(path: str, trimmed: bool) -> dict[str, Any]:
    return {"processing_steps": [{"map": _pick(path)}]} if trimmed and path in _FIELDS else {}


def _pick(path: str) -> Any:
    fields = _FIELDS[path].split()
    return lambda row: {name: row[name] for name in fields if name in row}


if __name__ == "__main__":
    main()
