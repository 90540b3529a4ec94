"""The REST API, put together: the object that :mod:`routiq.urls` includes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, URLResolver, re_path
from ninja import NinjaAPI
from ninja.operation import Operation

from routiq.api import (
    errors,
    routes_bookings,
    routes_care,
    routes_changes,
    routes_connections,
    routes_conversations,
    routes_decisions,
    routes_desk,
    routes_knowledge,
    routes_leaving,
    routes_patients,
    routes_practice,
    routes_scenarios,
    routes_times,
    routes_waitlist,
    unknown,
)
from routiq.api.answers import MEANINGS, answers
from routiq.api.auth import PracticeToken
from routiq.api.door import guarded, nothing_here

DESCRIPTION = """\
What the pages of Routiq serve, for programs. A token opens one practice and is made under Settings > API tokens.

Every error has one shape: `{"error": {"code", "message", "advice", "fields"?, "booking_id"?}}`. Programs read `code`,
people read `message` and `advice`. Times are ISO 8601, in UTC and by the clock at the place. Ids of the practice
management system are strings.
"""


class PracticeApi(NinjaAPI):
    """Ninja's API with every address behind our door, and nothing that it does not know left to others."""

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        for router in self._get_bound_routers():
            for view in router.path_operations.values():
                for operation in view.operations:
                    operation.run = unknown.refused(operation)  # type: ignore[method-assign]
        patterns = [*super()._get_urls(), re_path("", nothing_here)]
        for pattern in patterns:
            assert isinstance(pattern, URLPattern)
            pattern.callback = guarded(pattern.callback)
        return patterns

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(self, **choices: Any) -> Any:
        schema = super().get_openapi_schema(**choices)
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, response in operation["responses"].items():
                    response["description"] = MEANINGS[status]
        return schema


api = PracticeApi(
    title="Routiq",
    version="1",
    description=DESCRIPTION,
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
    auth=PracticeToken(),
)
errors.register(api)
for routes in (
    routes_practice,
    routes_connections,
    routes_care,
    routes_leaving,
    routes_patients,
    routes_times,
    routes_bookings,
    routes_changes,
    routes_conversations,
    routes_decisions,
    routes_desk,
    routes_knowledge,
    routes_scenarios,
    routes_waitlist,
):
    api.add_router("", routes.router)


@api.get("/openapi.json", response=answers({200: dict[str, Any]}), tags=["about"], summary="This description")
def get_openapi(request: HttpRequest) -> JsonResponse:
    """The OpenAPI 3.1 file of this API. It needs a token like everything else."""
    return JsonResponse(api.get_openapi_schema())
