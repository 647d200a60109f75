"""What is scrolled into sight: the newest question at the top, so that its answer is read from the beginning, and in a panel the
passage it was opened for.

Streamlit by itself keeps the chat at its end, and would show a long answer from behind. These are the only scripts of the pages;
nothing but a number is put into them.
"""

from __future__ import annotations

import streamlit as st

# Leaves a little room below the newest turn: Streamlit follows the end only while the page is scrolled right to it.
_ROOM = "<style>.st-key-turn-%d { min-height: calc(100dvh - 11rem); }</style>"
_TURN = """<script>
(() => {
  const main = document.querySelector(".stMain"), turn = document.querySelector(".st-key-turn-%d");
  if (!main || !turn) return;
  const go = () => {
    main.dispatchEvent(new Event("wheel"));
    main.scrollTop += turn.getBoundingClientRect().top - main.getBoundingClientRect().top - 52;
  };
  [0, 60, 150, 300].forEach(delay => setTimeout(go, delay));
})();
</script>"""
_PANELS = """<script>
(() => {
  if (window.vouchPanels) return;
  window.vouchPanels = true;
  document.addEventListener("toggle", event => {
    const panel = event.target, mark = panel.matches?.(".v-panel:popover-open") && panel.querySelector("mark");
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


def key(number: int) -> str:
    """The key of the container that holds that turn."""
    return f"turn-{number:d}"


def to_turn(number: int) -> None:
    """Bring the newest turn to the top, once; a later run of the page with the same turn leaves the reader in peace."""
    st.html(_ROOM % number)
    _run("reading-place", _TURN % number)


def to_marks() -> None:
    """Have panels open at their first mark."""
    _run("reading-marks", _PANELS)


def _run(name: str, script: str) -> None:
    with st.container(key=name):
        st.html(script, unsafe_allow_javascript=True)
