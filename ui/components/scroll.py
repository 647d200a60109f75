"""What is scrolled into sight: the newest question at the top, so that its answer is read from the beginning, and in a panel the
passage it was opened for.

Streamlit by itself keeps the chat at its end, and would show a long answer from behind. These are the only scripts of the pages;
nothing but the id of a turn is put into them.
"""

from __future__ import annotations

import re

import streamlit as st

# Leaves a little room below the newest turn: Streamlit follows the end only while the page is scrolled right to it.
_ROOM = "<style>.st-key-turn-%s { min-height: calc(100dvh - 11rem); }</style>"
_TURN = """<script>
(() => {
  const main = document.querySelector(".stMain"), until = Date.now() + 4000;
  if (!main) return;
  let moved = false;  // by the reader, who is then left in peace
  for (const kind of ["wheel", "touchstart", "pointerdown", "keydown"])
    main.addEventListener(kind, event => { moved ||= event.isTrusted; }, {passive: true});
  const go = () => {  // again and again: what is drawn after the answer would have Streamlit follow the end
    const turn = document.querySelector(".st-key-turn-%s");
    if (!turn || moved) return;
    const off = turn.getBoundingClientRect().top - main.getBoundingClientRect().top - 52;
    if (Math.abs(off) > 1) {
      main.dispatchEvent(new Event("wheel"));
      main.scrollTop += off;
    }
    if (Date.now() < until) setTimeout(go, 80);
  };
  go();
})();
</script>"""
_TOP = """<script>
for (const delay of [0, 120, 400]) setTimeout(() => document.querySelector(".stMain")?.scrollTo(0, 0), delay);  // %d
</script>"""
_PANELS = """<script>
(() => {
  if (window.vouchPanels) return;
  window.vouchPanels = true;
  let opener, place;  // a panel takes room beside the text, which then breaks elsewhere: what was clicked stays where it was
  document.addEventListener("click", event => {
    const button = event.target.closest?.(".stMain [popovertarget]");
    if (button && !button.closest(".v-panel")) opener = button;
  }, true);
  document.addEventListener("beforetoggle", event => {
    if (event.target.matches?.(".v-panel")) place = opener?.getBoundingClientRect().top;
  }, true);
  const stay = () => {
    const main = opener?.isConnected && place !== undefined && opener.closest(".stMain");
    if (!main) return;
    main.dispatchEvent(new Event("wheel"));
    main.scrollTop += opener.getBoundingClientRect().top - place;
  };
  document.addEventListener("toggle", event => {
    const panel = event.target;
    if (!panel.matches?.(".v-panel")) return;
    [0, 60, 150].forEach(delay => setTimeout(stay, delay));
    if (!panel.matches(":popover-open")) return;
    const mark = panel.querySelector("mark strong") || panel.querySelector("mark");
    if (!mark) return;
    const go = () => {
      const top = mark.getBoundingClientRect().top - panel.getBoundingClientRect().top + panel.scrollTop;
      panel.scrollTop = Math.max(0, top - panel.clientHeight / 3);
    };
    go();
    requestAnimationFrame(() => document.fonts.ready.then(go));  // the abstract's font comes when first needed
  }, true);
  window.addEventListener("keydown", event => {  // Escape closes the panel, not the drawer that it may lie over
    const panel = event.key === "Escape" && document.querySelector(".v-panel:popover-open");
    if (!panel) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    panel.hidePopover();
  }, true);
})();
</script>"""

# Streamlit's parts come when first needed, and the browser does not ask again for one that failed: where the server ended
# meanwhile, an error would stand in its place for good. Not twice in a minute, should it be the part that is wrong.
_PARTS = """<script>
(() => {
  if (window.vouchParts) return;
  window.vouchParts = true;
  const key = "vouch-parts-missed";
  window.addEventListener("vite:preloadError", () => {
    if (Date.now() - Number(sessionStorage.getItem(key) || 0) < 60000) return;
    sessionStorage.setItem(key, Date.now());
    const again = async () => {
      try {
        if ((await fetch(new URL("./_stcore/health", location.href))).ok) return location.reload();
      } catch {}
      setTimeout(again, 1000);
    };
    again();
  });
})();
</script>"""
_COPY = """<script>
(() => {
  if (window.vouchCopies) return;
  window.vouchCopies = true;
  const older = words => {  // where the page has no right to the clipboard, as without https on another machine
    const field = document.createElement("textarea");
    field.value = words;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  };
  document.addEventListener("click", async event => {
    const button = event.target.closest?.(".v-copy");
    if (!button) return;
    const words = button.dataset.copy;
    try { await navigator.clipboard.writeText(words); } catch { older(words); }
    button.classList.add("v-copied");
    setTimeout(() => button.classList.remove("v-copied"), 1600);
  });
})();
</script>"""


def key(turn_id: str) -> str:
    """The key of the container that holds that turn."""
    return f"turn-{plain(turn_id)}"


def plain(identity: str) -> str:
    """An id as it may stand in a style sheet or script: hexadecimal digits alone."""
    if not re.fullmatch(r"[0-9a-f]+", identity):
        raise ValueError("expected an id of hexadecimal digits")
    return identity


def to_turn(turn_id: str) -> None:
    """Bring the newest turn to the top, once; a later run of the page with the same turn leaves the reader in peace."""
    st.html(_ROOM % plain(turn_id))
    _run("reading-place", _TURN % plain(turn_id))


def to_top(times: int) -> None:
    """Begin at the top, once for every number: what a press far below has brought about stands there."""
    _run("reading-top", _TOP % int(times))


def to_marks() -> None:
    """Have panels open at the words that count, buttons copy what they carry, and a page of which a part is missing load anew."""
    _run("reading-marks", _PANELS + _COPY + _PARTS)


def _run(name: str, script: str) -> None:
    with st.container(key=name):
        st.html(script, unsafe_allow_javascript=True)
