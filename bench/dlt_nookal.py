"""The yardstick at Nookal: the same lists of the same API, loaded by ``dlt``. Runs in ``.venv-bench``, knows nothing
of Routiq. In dlt's favour, as in :mod:`dlt_pipeline`; and it asks with GET, which its REST client is made for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dlt_pipeline import run  # The folder of this file is where Python looks first.

_PER_PAGE = "100"


def _source(task: dict[str, Any]) -> Any:
    import dlt
    from dlt.sources.helpers.rest_client import RESTClient
    from dlt.sources.helpers.rest_client.paginators import BasePaginator
    from dlt.sources.rest_api import rest_api_resources

    class ByNumber(BasePaginator):  # type: ignore[misc, unused-ignore]
        """The answer names the next page, or none."""

        def __init__(self) -> None:
            super().__init__()
            self._next: Any = None

        def update_state(self, response: Any, data: Any = None) -> None:
            self._next = response.json()["settings"]["nextPage"]
            self._has_next_page = bool(self._next)

        def update_request(self, request: Any) -> None:
            request.params["page"] = self._next

    key = {"api_key": task["key"], "page_length": _PER_PAGE}
    lists: dict[str, tuple[str, str, dict[str, str]]] = {
        "locations": ("getLocations", "locations", {}),
        "practitioners": ("getPractitioners", "practitioners", {"include_inactive_practitioners": "1"}),
        "services": ("getAppointmentTypes", "services", {}),
        "class_types": ("getClassTypes", "classes", {}),
        "patients": ("getPatients", "patients", {}),
        "patients_deceased": ("getPatients", "patients", {"deceased": "1"}),
        "appointments": ("getAppointments", "appointments", {"date_from": task["since"]}),
        "classes": ("getClasses", "classes", {"date_from": task["since"], "date_to": task["until"]}),
        "events": ("getEvents", "events", {"date_from": task["since"], "date_to": task["until"]}),
        "waiting": ("getWaitingList", "waitingList", {}),
        "invoices": ("getInvoices", "invoices", {"expanded": "1"}),
        "invoices_void": ("getInvoices", "invoices", {"expanded": "1", "void": "1"}),
    }
    resources = rest_api_resources(
        {
            "client": {"base_url": task["api"], "paginator": ByNumber()},
            "resource_defaults": {"write_disposition": "append", "parallelized": True},
            "resources": [
                {
                    "name": name,
                    "endpoint": {
                        "path": method,
                        "params": {**key, **params},
                        "data_selector": f"data.results.{where}",
                        "paginator": ByNumber(),
                    },
                }
                for name, (method, where, params) in lists.items()
            ],
        }
    )
    client = RESTClient(base_url=task["api"], data_selector="data.results.participants")

    @dlt.transformer(name="participants", write_disposition="append", parallelized=True)
    def participants(sessions: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
        for session in sessions:
            asked = {**key, "appt_id": session["ID"]}
            for page in client.paginate("getClassParticipants", params=asked, paginator=ByNumber()):
                yield list(page)

    by_name = {resource.name: resource for resource in resources}
    return [*resources, by_name["classes"] | participants]


if __name__ == "__main__":
    run(_source)
