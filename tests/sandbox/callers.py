"""A caller of the API, and the ids of a combination that can be booked online."""

from __future__ import annotations

from typing import Any

import httpx2

from pms_sandbox.testing import RunningSandbox


class Api:
    """A caller with one key; ``get`` takes query pairs so that ``q[]`` can repeat."""

    def __init__(self, sandbox: RunningSandbox, label: str = "admin", shard: str = "au2") -> None:
        self.base = sandbox.cliniko_url.format(shard=shard)
        self.client = httpx2.Client(
            auth=(sandbox.key(label), ""), headers={"accept": "application/json"}, trust_env=False, timeout=10
        )

    def get(self, path: str, *params: tuple[str, str]) -> httpx2.Response:
        return self.client.get(f"{self.base}/{path}", params=list(params))

    def send(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx2.Response:
        return self.client.request(method, f"{self.base}/{path}", json=body)

    def found(self, path: str, *filters: str, sort: str | None = None, per_page: int = 100) -> list[dict[str, Any]]:
        """Every record of a list, walking ``links.next``."""
        params = [("q[]", text) for text in filters] + [("per_page", str(per_page))]
        if sort:
            params.append(("sort", sort))
        answer = self.get(path, *params)
        records: list[dict[str, Any]] = []
        while True:
            assert answer.status_code == 200, answer.text
            page = answer.json()
            records += next(held for held in page.values() if isinstance(held, list))
            if "next" not in page["links"]:
                return records
            answer = self.client.get(page["links"]["next"])


class Clinic:
    """Ids of one combination that can be booked online, from the records themselves."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        world = sandbox.world("businesses", "practitioners", "appointment_types", "group_appointments")
        self.open_business = next(b for b in world["businesses"] if b["show_in_online_bookings"])["id"]
        self.hidden_business = next(b for b in world["businesses"] if not b["show_in_online_bookings"])["id"]
        self.practitioner = next(p for p in world["practitioners"] if p["show_in_online_bookings"] and p["active"])[
            "id"
        ]
        self.hidden_practitioner = next(p for p in world["practitioners"] if not p["show_in_online_bookings"])["id"]
        self.inactive_practitioner = next(p for p in world["practitioners"] if not p["active"])["id"]
        self.types = {kind["name"]: kind["id"] for kind in world["appointment_types"]}
        self.standard = self.types["Standard consultation"]
        self.characters = sandbox.characters()
        self.patient = self.characters["returning"]["patient_ids"][0]

    def times_path(self, business: str = "", practitioner: str = "", kind: str = "") -> str:
        return (
            f"businesses/{business or self.open_business}/practitioners/{practitioner or self.practitioner}"
            f"/appointment_types/{kind or self.standard}/available_times"
        )

    def booking(self, starts_at: str, **more: Any) -> dict[str, Any]:
        return {
            "patient_id": self.patient,
            "practitioner_id": self.practitioner,
            "business_id": self.open_business,
            "appointment_type_id": self.standard,
            "starts_at": starts_at,
            **more,
        }


class NookalApi:
    """A caller of Nookal's methods with one key, by POST and form; ``call`` gives the decoded answer."""

    def __init__(self, sandbox: RunningSandbox, label: str = "nookal") -> None:
        self.base = sandbox.nookal_url
        self.key = sandbox.key(label)
        self.client = httpx2.Client(trust_env=False, timeout=10)

    def send(self, method: str, /, **params: Any) -> httpx2.Response:
        return self.client.post(f"{self.base}/{method}", data={"api_key": self.key, **params})

    def call(self, method: str, /, **params: Any) -> dict[str, Any]:
        answer = self.send(method, **params)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def results(self, method: str, /, **params: Any) -> dict[str, Any]:
        """What a success holds."""
        answer = self.call(method, **params)
        assert answer["status"] == "success", answer
        return dict(answer["data"]["results"])

    def rows(self, method: str, key: str, /, **params: Any) -> list[dict[str, Any]]:
        """Every record of a list, walking ``settings.nextPage``."""
        found: list[dict[str, Any]] = []
        page: int | None = 1
        while page:
            answer = self.call(method, **{"page": page, "page_length": 200, **params})
            assert answer["status"] == "success", answer
            found += answer["data"]["results"][key]
            page = answer["settings"]["nextPage"]
        return found

    def refused(self, method: str, /, **params: Any) -> dict[str, Any]:
        """``details`` of a failure."""
        answer = self.call(method, **params)
        assert answer["status"] == "failure", answer
        assert set(answer) == {"status", "details"}
        return dict(answer["details"])
