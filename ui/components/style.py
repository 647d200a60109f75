"""The style sheet. Its colours follow the page's scheme; those of Streamlit's own parts are in Streamlit's configuration."""

from __future__ import annotations

import streamlit as st

ICON = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'><rect width='32' height='32' rx='8' fill='#2563b8'/>"
    "<path d='M11 7H7v18h4M21 7h4v18h-4' fill='none' stroke='#fff' stroke-width='2.4'/>"
    "<path d='M11.5 16.5l3.2 3.2 6-7' fill='none' stroke='#fff' stroke-width='2.8'/></svg>"
)
LOGO = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 116 32'><rect width='32' height='32' rx='8' fill='#2563b8'/>"
    "<path d='M11 7H7v18h4M21 7h4v18h-4' fill='none' stroke='#fff' stroke-width='2.4'/>"
    "<path d='M11.5 16.5l3.2 3.2 6-7' fill='none' stroke='#fff' stroke-width='2.8'/>"
    "<text x='42' y='24' font-family='Source Sans Pro,Segoe UI,Helvetica,Arial,sans-serif' font-size='23' font-weight='600' "
    "fill='#3f7fd6'>Vouch</text></svg>"
)

CSS = """
.stDialog { color-scheme: light dark; }  /* lies outside the page, whose scheme it would not know */
:is(.stApp, .stDialog) {
  --v-line: light-dark(#e4e2de, #3b3834);
  --v-soft: light-dark(#f7f6f4, #211f1d);
  --v-card: light-dark(#ffffff, #1d1b19);
  --v-faint: light-dark(#6a655d, #aca69c);
  --v-link: light-dark(#1f57a8, #8fbcf5);
  --v-chip: light-dark(#e6effb, #23364f);
  --v-mark: light-dark(#fdeeb5, #5c4a12);
  --v-focus: light-dark(#fbd76a, #7d6314);
  --v-focus-line: light-dark(#a87900, #eec063);
  --v-good: light-dark(#1d6b4d, #7fd0ad);
  --v-partly: light-dark(#8a5a00, #eec063);
  --v-bad: light-dark(#a5323c, #f39aa2);
  --v-none: light-dark(#67625a, #b5afa5);
}

/* The page: no empty band on top, room to read. */
.stMainBlockContainer { padding: 3.25rem 1.25rem 2rem; }
.stApp h1 { font-size: 1.65rem; letter-spacing: -.01em; padding: 0 0 .35rem; margin: 0; }
.stApp h2 { font-size: 1.15rem; padding: .5rem 0 0; margin: 0; }
.v-lead { color: var(--v-faint); max-width: 42rem; margin: 0; }
.v-hint { color: var(--v-faint); font-size: .85rem; margin: .75rem 0 0; }
:is(.st-key-first-questions, .st-key-similar) button > div {
  justify-content: flex-start; text-align: left; overflow-wrap: anywhere;
}
.st-key-find > .stElementContainer:has(.stTextInput) { flex: 1 1 16rem; }
[class*="st-key-topics-"] button p::before { content: ""; display: inline-block; width: .65em; height: .65em;
  margin-right: .45em; border-radius: 50%; }
.st-key-map-chosen { min-height: 2.5rem; }  /* what is chosen does not move the map */
:is(.st-key-reading-place, .st-key-reading-marks, .st-key-reading-top) { display: none; }
.stChatMessage { padding: .25rem 0; background: transparent; gap: .75rem; }
.v-question { font-weight: 600; line-height: 1.5; white-space: pre-wrap; overflow-wrap: anywhere; padding-top: .2rem; }
.stApp button kbd { opacity: 1; color: var(--v-faint); }
.stApp [data-testid="stSidebarNavLink"]:focus-visible { outline: 2px solid var(--v-link); outline-offset: -2px; }
.v-sidebar { color: var(--v-faint); font-size: .85rem; line-height: 1.45; }

/* Wide windows: tables may be wide, text and forms may not. */
.stAppViewContainer[data-layout="wide"] .stMainBlockContainer { max-width: 100rem; }
.v-answer > :is(p, ul), .v-notice, .stAppViewContainer .stDialog .v-answer { max-width: 60rem; }
/* What is chosen among several: the theme's own colour on its tint is too faint to read. */
.stButtonGroup button:is([aria-checked="true"], [aria-pressed="true"]) p { color: var(--v-link); }
:is(.stApp, .stDialog) button[kind="tertiary"]:is(:hover, :focus, :active, [aria-expanded="true"]) { color: var(--v-link); }

/* An answer. */
.v-answer { line-height: 1.65; overflow-wrap: break-word; }
.v-answer p { margin: 0 0 .6rem; }
.v-quotes { list-style: none; margin: 0 0 .75rem; padding: 0 !important; display: grid; gap: .55rem; }
.v-quotes li { margin: 0; padding: 0 0 0 .9rem; border-left: 3px solid var(--v-line); }
.v-item { padding-left: 1.1rem; position: relative; }
.v-item::before { content: "•"; position: absolute; left: .2rem; color: var(--v-faint); }
.v-draft { white-space: pre-wrap; }
.v-sentence { unicode-bidi: isolate; }
.v-unsupported, .v-contradicted, .v-number_mismatch { text-decoration-color: var(--v-bad); }
.v-waiting { color: var(--v-faint); }
.v-cursor { display: inline-block; width: .5em; height: 1em; vertical-align: -.1em; background: var(--v-link); opacity: .6; }
.v-dots { display: inline-block; width: .6em; height: .6em; margin-right: .55em; border-radius: 50%; background: var(--v-link);
  animation: v-pulse 1.2s ease-in-out infinite; }
@keyframes v-pulse { 50% { opacity: .2; } }
@media (prefers-reduced-motion: reduce) { .v-dots { animation: none; } }

.v-chip { all: unset; cursor: pointer; display: inline-block; min-width: 1.1em; padding: 0 .3em; margin: 0 .12em;
  text-align: center; font-size: .78em; line-height: 1.5; font-weight: 600; border-radius: .35em; vertical-align: .12em;
  color: var(--v-link); background: var(--v-chip); }
.v-chip:hover { color: var(--v-chip); background: var(--v-link); }
.v-still { cursor: default; }
.v-chip:focus-visible, .v-title:focus-visible, .v-close:focus-visible { outline: 2px solid var(--v-link); outline-offset: 2px; }
.v-verdict { font-size: .78em; margin-left: .2em; white-space: nowrap; }
.v-verdict.v-supported { color: var(--v-good); }
.v-verdict.v-partly { color: var(--v-partly); }
.v-verdict.v-unsupported, .v-verdict.v-contradicted, .v-verdict.v-number_mismatch { color: var(--v-bad); font-weight: 600; }
.v-verdict.v-uncited { color: var(--v-none); }
.v-marks { white-space: nowrap; margin-right: .2em; }
.v-tally { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: -.1rem 0 .7rem; }
.v-tally .v-verdict { margin: 0; }
.v-trust { margin: -.3rem 0 .7rem; font-size: .85rem; opacity: .85; }
.v-trust summary { cursor: pointer; }
.v-trust p { margin: .2rem 0 .4rem; }
.v-notes { margin: 0 0 .5rem; padding: 0 !important; list-style: none; font-size: .87rem; color: var(--v-faint); }
.v-notes li { margin: 0; }
.v-head { font-size: .8rem !important; font-weight: 600; color: var(--v-faint); margin: 0; padding: .5rem 0 .4rem !important; }
.v-verdict.v-outside { color: var(--v-partly); }
.v-sentence.v-outside { font-style: italic; }
.v-copy { all: unset; cursor: pointer; font-size: .875rem; padding: .3rem .5rem; border-radius: .4rem; color: var(--v-faint); }
.v-copy:hover { background: var(--v-soft); color: inherit; }
.v-copy.v-copied::after { content: " ✓"; color: var(--v-good); }
.v-understood, .v-verified { font-size: .8rem; color: var(--v-faint); margin: 0; }
.v-verified strong { color: var(--v-good); }
[class*="st-key-understood-"] button { min-height: 1.75rem; padding: 0 .6rem; border-radius: 1rem; font-size: .8rem; }
[class*="st-key-understood-"] button p, [class*="st-key-lead-on-"] button p { font-size: .85rem; }
[class*="st-key-acts-"] { min-height: 2.25rem; }
[class*="st-key-lead-on-"] { padding-left: 2.75rem; }
[class*="st-key-lead-on-"] button > div { justify-content: flex-start; text-align: left; overflow-wrap: anywhere; }
.v-by { font-size: .9rem !important; font-weight: 600; margin: 0; padding: 0 !important; color: var(--v-faint); }
.stMainBlockContainer:has([class*="st-key-beside-"]) { max-width: 78rem; }
.v-why-these { font-size: .85rem; margin: .25rem 0; }
.v-why-these summary, .v-footer summary { cursor: pointer; list-style-position: inside; width: fit-content; color: var(--v-faint);
  font-size: .8rem; }
.v-scroll { overflow-x: auto; }
.v-table { border-collapse: collapse; margin: .25rem 0 .75rem; font-size: .92rem; line-height: 1.45; }
.v-table th, .v-table td { text-align: left; vertical-align: top; padding: .45rem .75rem .45rem 0; min-width: 11rem; border: 0;
  border-bottom: 1px solid var(--v-line); }
.v-table th { font-weight: 600; }
.v-table th[scope="row"], .v-table thead td { min-width: 5.5rem; }
.v-none { color: var(--v-faint); }
.v-stacked { display: none; }
.v-why-these table { border-collapse: collapse; width: 100%; margin: .4rem 0; }
.v-why-these th, .v-why-these td { text-align: left; font-weight: 400; padding: .25rem .6rem .25rem 0; border: 0;
  border-bottom: 1px solid var(--v-line); vertical-align: baseline; white-space: nowrap; }
.v-why-these th[scope="row"] { white-space: normal; min-width: 12rem; }
.v-why-these thead th { color: var(--v-faint); }
.v-why-these .v-title { font-weight: 400; }

/* Kept conversations. */
.v-day { font-size: .75rem !important; font-weight: 600; color: var(--v-faint); padding: .6rem 0 .1rem !important; }
.st-key-conversations [class*="st-key-row-"], .st-key-conversations [class*="st-key-current-"] { border-radius: .45rem; }
.st-key-conversations [class*="st-key-current-"] { background: light-dark(#e9e4db, #3a3631); }
.st-key-conversations button { min-height: 2rem; padding: .15rem .5rem; }
.st-key-conversations .stHorizontalBlock { flex-wrap: nowrap; }
.st-key-conversations [class*="st-key-open-"] { min-width: 0; flex: 1 1 0; }
.st-key-conversations [class*="st-key-menu-"] { flex: none; opacity: 0; }
.st-key-conversations [class*="st-key-menu-"] button { padding: .15rem .45rem; }
.st-key-conversations [class*="st-key-menu-"] button [aria-hidden="true"]:has([data-testid="stIconMaterial"]) {
  display: none; }
.st-key-conversations [class*="st-key-menu-"] p { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); }
.st-key-conversations .stHorizontalBlock:is(:hover, :focus-within, [class*="st-key-current-"]) [class*="st-key-menu-"] {
  opacity: 1; }
@media (hover: none) { .st-key-conversations [class*="st-key-menu-"] { opacity: 1; } }
.st-key-conversations [class*="st-key-open-"] button > div { justify-content: flex-start; overflow: hidden; }
.st-key-conversations [class*="st-key-open-"] p { font-size: .875rem; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; }

/* Papers. */
.v-cards { display: grid; gap: .5rem; margin-bottom: .5rem;
  grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr)); }
.v-card { border: 1px solid var(--v-line); border-radius: .6rem; padding: .6rem .75rem; background: var(--v-card); min-width: 0; }
.v-title { all: unset; cursor: pointer; display: flex; gap: .5rem; align-items: baseline; font-weight: 600; line-height: 1.35; }
.v-title > span:last-child { overflow-wrap: anywhere; unicode-bidi: isolate; }
.v-title:hover { color: var(--v-link); text-decoration: underline; text-underline-offset: 3px; }
.v-number { flex: none; display: inline-block; min-width: 1.1em; padding: 0 .3em; text-align: center; font-size: .82em;
  line-height: 1.5; font-weight: 600; border-radius: .35em; color: var(--v-link); background: var(--v-chip); }
.v-tag { font-size: .72em; font-weight: 500; color: var(--v-faint); border: 1px solid var(--v-line); border-radius: 1em;
  padding: 0 .5em; white-space: nowrap; }
.v-facts { display: flex; flex-wrap: wrap; font-size: .85rem; line-height: 1.5; color: var(--v-faint); margin-top: .25rem; }
.v-facts > span { unicode-bidi: isolate; overflow-wrap: anywhere; }
.v-facts > span:not(:last-child)::after { content: "·"; margin: 0 .4em; }
.v-facts a, .v-panel a { color: var(--v-link); }
.v-places { font-size: .78rem; line-height: 1.45; color: var(--v-faint); margin-top: .25rem; overflow-wrap: anywhere; }
.v-abstract { font-family: "Source Serif", Georgia, serif; font-size: 1.02rem; line-height: 1.65; margin: .75rem 0;
  white-space: pre-wrap; overflow-wrap: anywhere; }
.v-abstract mark strong { font-weight: inherit; background: var(--v-focus); box-shadow: 0 2px 0 var(--v-focus-line); }
.v-abstract mark { background: var(--v-mark); color: inherit; border-radius: .15em; padding: .05em 0; }
.v-why { font-size: .85rem; color: var(--v-faint); margin-top: .5rem; }

/* The passage: beside the answer, which makes room where there is enough; on a phone below it. */
.v-panel { position: fixed; inset: 3.5rem 1rem 1rem auto; width: min(27rem, calc(100vw - 2rem)); height: auto; max-height: none;
  margin: 0; padding: 1rem 1.15rem; overflow-y: auto; overscroll-behavior: contain; border: 1px solid var(--v-line);
  border-radius: .8rem; color: inherit; background: var(--v-card); box-shadow: 0 10px 34px rgb(0 0 0 / .16); line-height: 1.5; }
.v-panel:focus { outline: none; }
.v-panel-head { display: flex; gap: 1rem; justify-content: space-between; align-items: flex-start; position: sticky; top: -1rem;
  margin: -1rem -1.15rem 0; padding: 1rem 1.15rem .4rem; background: var(--v-card); }
.v-panel h3, .v-open h3 { font-size: 1.1rem !important; line-height: 1.35; padding: 0 !important; margin: 0;
  overflow-wrap: anywhere; }
.v-close { all: unset; cursor: pointer; flex: none; width: 1.9rem; height: 1.9rem; text-align: center; line-height: 1.9rem;
  border-radius: .4rem; color: var(--v-faint); }
.v-close:hover { background: var(--v-soft); }
@media (min-width: 48rem) {
  .stDialog .v-panel { inset: 3.5rem auto 1rem 1rem; }
}
@media (min-width: 72rem) {
  .stApp:has(.v-panel:popover-open) .stMain { padding-right: 28rem; }
}
@media (min-width: 100rem) {  /* the panel beside the text, not at the far end of the window */
  .stApp:has([data-testid="stChatInput"]):not(:has([class*="st-key-beside-"])) .stMain .v-panel {
    right: max(1rem, calc((100vw - 93rem) / 2)); }
}
@media (max-width: 48rem) {
  .stChatMessage > [data-testid^="stChatMessageAvatar"] { display: none; }
  .v-table, .v-table :is(thead, tbody, tr, th, td) { display: block; }
  .v-table thead td { display: none; }
  .v-stacked { display: inline-block; }
  .v-table tbody tr { border-bottom: 1px solid var(--v-line); padding-bottom: .35rem; }
  .v-table :is(th, td) { min-width: 0; border: 0; padding: .3rem 0; }
  .v-table thead { border-bottom: 1px solid var(--v-line); padding-bottom: .35rem; }
  .v-why-these th[scope="row"] { min-width: 8rem; }
  .stButtonGroup button { padding-left: .45rem; padding-right: .45rem; }
  .stButtonGroup button p { font-size: .82rem; }
  [class*="st-key-lead-on-"] { padding-left: 0; }
  .v-panel { inset: auto 0 0 0; width: 100%; max-width: none; max-height: 72dvh; border-radius: 1rem 1rem 0 0;
    border-width: 1px 0 0; padding-bottom: 2rem; }
  .stMainBlockContainer { padding-left: 1rem; padding-right: 1rem; }
}

/* The server is gone: said here in place of Streamlit's own dialog, which would have the reader start another program. */
.stApp:is([data-test-connection-state="PINGING_SERVER"], [data-test-connection-state="DISCONNECTED_FOREVER"])::after {
  content: "Vouch cannot be reached. Every question and finished answer is kept on disk, with what it was asked about. "
    "Start Vouch again where it ran "
    "(vouch serve); this page then goes on by itself.";
  position: fixed; inset: auto 0 0 0; z-index: 1000000; padding: .8rem 1.25rem; text-align: center; line-height: 1.45;
  color: var(--v-bad); background: var(--v-card); border-top: 2px solid var(--v-bad); animation: v-late 0s 1.5s both; }
@keyframes v-late { from { visibility: hidden; } to { visibility: visible; } }
body:has(.stApp[data-test-connection-state="PINGING_SERVER"]) :is([role="dialog"], [data-testid="stDialog"]) { display: none; }

/* A file that was not sent: Streamlit says why in a tooltip alone. */
.stFileChip[aria-invalid="true"] { flex-wrap: wrap; height: auto; max-width: 100%; overflow: visible; }
.stFileChip[aria-invalid="true"]::after { content: attr(aria-label) " was not sent: it is too large for a page, or the "
    "connection broke. Nothing of it was added; the library and the other files are as they were. Read a large file in a "
    "terminal: vouch ingest FILE";
  flex: 1 0 100%; white-space: normal; color: var(--v-bad); font-size: .85rem; line-height: 1.45; padding: .3rem 0; }
:has(> .stFileChip[aria-invalid="true"]), :has(> :has(> .stFileChip[aria-invalid="true"])) { height: auto; max-width: 100%; }

/* Messages, the line below an answer, figures. */
.v-notice { border: 1px solid var(--v-line); border-left-width: 3px; border-radius: .6rem; padding: .65rem .85rem;
  margin-bottom: .5rem; background: var(--v-soft); line-height: 1.5; overflow-wrap: anywhere; }
.v-notice p { margin: .15rem 0 0; }
.v-notice.v-bad { border-left-color: var(--v-bad); }
.v-notice.v-bad strong { color: var(--v-bad); }
.v-notice.v-good { border-left-color: var(--v-good); }
.v-remedy { color: var(--v-faint); }
.v-footer { font-size: .8rem; color: var(--v-faint); }
.v-footer summary { cursor: pointer; list-style-position: inside; width: fit-content; }
.v-footer dl { display: grid; grid-template-columns: auto 1fr; gap: .1rem .9rem; margin: .35rem 0 0; }
.v-footer dt, .v-footer dd { margin: 0; font-size: .8rem; font-weight: 400; overflow-wrap: anywhere; }
.v-checks { list-style: none; margin: .25rem 0 .75rem; padding: 0 !important; display: grid; gap: .35rem; }
.v-checks li { margin: 0; overflow-wrap: anywhere; }
.v-checks .v-remedy { margin-left: 1.2rem; font-size: .875rem; }
.v-facts-list { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.25rem; margin: .25rem 0 !important;
  padding: 0 !important; }
.v-facts-list dt { color: var(--v-faint); font-weight: 400; }
.v-checks .v-verdict { margin: 0 .35em 0 0; }
.v-facts-list dt, .v-facts-list dd { padding: 0 !important; margin: 0 !important; }
.v-facts-list dd { margin: 0; overflow-wrap: anywhere; }
.v-bars { display: grid; gap: .3rem; margin: .1rem 0 .75rem; }
.v-bar-row { display: grid; grid-template-columns: minmax(8rem, 13rem) 1fr 3rem; gap: .75rem; align-items: center;
  font-size: .875rem; line-height: 1.35; }
.v-bar-row > span:last-child { text-align: right; font-variant-numeric: tabular-nums; }
.v-bar { display: block; height: .6rem; border-radius: .3rem; background: var(--v-soft); }
.v-bar i { display: block; height: 100%; min-width: 2px; border-radius: .3rem; background: var(--v-link); }
.v-skeleton { display: grid; gap: .75rem; }
.v-skeleton i { display: block; height: 2.5rem; border-radius: .5rem; background: var(--v-soft); }
"""


def apply() -> None:
    """Put the style sheet into the page; call it once a run."""
    st.html(f"<style>{CSS}</style>")
