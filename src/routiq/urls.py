"""Where everything is: pages at the top, the API under ``/api/v1``, two addresses for whoever watches the server."""

from django.urls import include, path

from routiq.api.service import api
from routiq.health import livez, readyz
from routiq.metrics import metrics

urlpatterns = [
    path("livez", livez),
    path("readyz", readyz),
    path("metrics", metrics),
    path("api/v1/", api.urls),
    path("", include("routiq.dashboard.urls")),
]

handler400 = "routiq.dashboard.views.errors.bad_request"
handler403 = "routiq.dashboard.views.errors.forbidden"
handler404 = "routiq.dashboard.views.errors.not_found"
handler500 = "routiq.dashboard.views.errors.broken"
