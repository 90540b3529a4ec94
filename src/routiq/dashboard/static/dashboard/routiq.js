// The little that markup cannot say. Every page works without it.
(() => {
  "use strict";

  // A button that was pressed says so, and is not pressed twice.
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || !button.dataset.busy) return;
    if (button.dataset.pressed) {
      event.preventDefault();
      return;
    }
    button.dataset.pressed = "yes";
    button.setAttribute("aria-disabled", "true");
    button.textContent = button.dataset.busy;
  });

  for (const button of document.querySelectorAll("[data-reveal]")) {
    const field = document.getElementById(button.dataset.reveal);
    button.hidden = false;
    button.setAttribute("aria-pressed", "false");
    button.setAttribute("aria-controls", field.id);
    button.addEventListener("click", () => {
      const shown = field.type === "text";
      field.type = shown ? "password" : "text";
      button.textContent = shown ? "Show" : "Hide";
      button.setAttribute("aria-pressed", String(!shown));
    });
  }

  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = "Copied";
    });
  }

  // The newest words stay in sight.
  const toEnd = () => {
    for (const id of ["log", "trace"]) {
      const list = document.getElementById(id);
      if (list) list.scrollTop = list.scrollHeight;
    }
  };
  toEnd();
  document.addEventListener("htmx:afterSettle", toEnd);

  // A fragment that could not be fetched must not look like nothing happened.
  const complain = () => {
    const main = document.getElementById("main");
    if (!main || document.getElementById("offline")) return;
    const note = document.createElement("p");
    note.id = "offline";
    note.className = "notice bad";
    note.setAttribute("role", "alert");
    note.textContent = "That did not reach Routiq. Check the internet connection, then try again.";
    main.prepend(note);
  };
  document.addEventListener("htmx:sendError", complain);
  document.addEventListener("htmx:responseError", complain);
  document.addEventListener("htmx:afterOnLoad", () => document.getElementById("offline")?.remove());

  // A piece that came again as it stands is left alone: replacing it would swallow a click that is under way on it, and
  // shut what somebody has opened to read. Tokens of forms and what was opened are not what a piece says.
  const words = (root) => {
    const copy = root.cloneNode(true);
    for (const token of copy.querySelectorAll("input[name=csrfmiddlewaretoken]")) token.remove();
    for (const details of copy.querySelectorAll("details[open]")) details.removeAttribute("open");
    return copy.innerHTML.replace(/\s+/g, " ").replace(/> | </g, (each) => each.trim()).trim();
  };
  document.addEventListener("htmx:sseBeforeMessage", (event) => {
    const came = document.createElement("div");
    came.innerHTML = event.detail.data;
    if (words(came) === words(event.target)) event.preventDefault();
  });

  // A browser keeps at most six connections to one address: a tab in the background gives its own back, and takes it
  // up again, with everything that happened meanwhile, when it is looked at.
  let live = null;
  let asleep = null;
  let timer = 0;
  document.addEventListener("htmx:sseOpen", (event) => {
    live = event.detail.source;
  });
  document.addEventListener("visibilitychange", () => {
    window.clearTimeout(timer);
    if (document.hidden) {
      timer = window.setTimeout(() => {
        if (!live) return;
        live.close();
        asleep = live;
        live = null;
      }, 3000);
    } else if (asleep) {
      asleep.onerror(new Event("error"));
      asleep = null;
    }
  });

  // A page left through the browser's back button holds no form that looks pressed.
  window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());
})();
