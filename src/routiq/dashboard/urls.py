"""Where the pages are."""

from django.urls import path

from routiq.dashboard.views import (
    calendar,
    eventlog,
    health,
    home,
    integrations,
    journal,
    leaving,
    patients,
    practice,
    robyn,
    session,
    setup,
    tasks,
    tokens,
)
from routiq.dashboard.views import live as live_views

urlpatterns = [
    path("login", session.log_in, name="login"),
    path("logout", session.log_out, name="logout"),
    path("choose", session.choose, name="choose"),
    path("", home.home, name="home"),
    path("tasks", tasks.listing, name="tasks"),
    path("tasks/<int:pk>", tasks.task, name="task"),
    path("tasks/<int:pk>/take", tasks.take, name="take_task"),
    path("tasks/<int:pk>/hand-back", tasks.hand_back, name="hand_back_task"),
    path("tasks/<int:pk>/done", tasks.done, name="task_done"),
    path("journal/<uuid:written>", journal.journal, name="journal"),
    path("go-live", setup.go_live, name="go_live"),
    path("setup", setup.setup, name="setup"),
    path("setup/connect/<slug:name>", integrations.connect, name="connect"),
    path("settings/integrations", integrations.listing, name="integrations"),
    path("settings/integrations/<slug:name>", integrations.integration, name="integration"),
    path("settings/integrations/<slug:name>/sync", integrations.sync, name="sync_now"),
    path("settings/integrations/<slug:name>/treatment-notes", integrations.treatment_notes, name="treatment_notes"),
    path("settings/integrations/<slug:name>/key", integrations.key, name="update_key"),
    path("settings/integrations/<slug:name>/webhook-logs", eventlog.webhook_logs, name="webhook_logs"),
    path("settings/integrations/<slug:name>/event-log", eventlog.event_log, name="event_log"),
    path("settings/integrations/<slug:name>/webhook-logs/<int:pk>/replay", eventlog.replay, name="replay"),
    path("settings/integrations/<slug:name>/webhooks/register", eventlog.register_again, name="register_webhooks"),
    path("settings/integrations/<slug:name>/health", health.health, name="health"),
    path(
        "settings/integrations/<slug:name>/health/<int:pk>/remove", health.remove_held_back, name="remove_held_back"
    ),
    path("settings/integrations/<slug:name>/disconnect", leaving.disconnect, name="disconnect"),
    path("settings/integrations/<slug:name>/delete", leaving.delete, name="delete_data"),
    path("settings/tokens", tokens.listing, name="tokens"),
    path("settings/tokens/<int:pk>/revoke", tokens.revoke, name="revoke_token"),
    path("calendar", calendar.calendar, name="calendar"),
    path("calendar/classes/<int:pk>", calendar.class_session, name="class_session"),
    path("patients", patients.listing, name="patients"),
    path("patients/<int:pk>", patients.patient, name="patient"),
    path("practice", practice.practice, name="practice"),
    path("practice/notes", practice.keep_notes, name="keep_notes"),
    path("test-robyn", robyn.start, name="test_robyn"),
    path("test-robyn/<int:pk>", robyn.conversation, name="conversation"),
    path("test-robyn/<int:pk>/say", robyn.say, name="say"),
    path("live/<slug:page>", live_views.live, name="live"),
]
