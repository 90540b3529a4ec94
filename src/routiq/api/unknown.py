"""Query parameters that an operation does not know are refused: a misspelt filter must not mean "no filter"."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja.operation import Operation

from routiq.api import errors


def refused(operation: Operation) -> Callable[..., HttpResponseBase]:
    """The operation's ``run`` for requests that carry only parameters it has."""
    run = operation.run
    known = {
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in getattr(model, "__ninja_flatten_map__", {})
    }

    @wraps(run)
    def strictly(request: HttpRequest, **values: Any) -> HttpResponseBase:
        # Names of our own making stand in the answer only when they are short.
        strangers = [name[:40] for name in request.GET if name not in known]
        if strangers:
            return errors.respond(errors.invalid(dict.fromkeys(strangers, "There is no such parameter here.")))
        return run(request, **values)

    return strictly
