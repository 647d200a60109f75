"""The looks of the page: one style sheet, light and dark, wide and narrow, and on paper."""

from __future__ import annotations

CSS = """
:root { color-scheme: light dark;
  --page: light-dark(#fdfcfb, #171614); --ink: light-dark(#24211d, #e9e5df); --faint: light-dark(#6a655d, #a8a298);
  --line: light-dark(#e4e2de, #3a3733); --soft: light-dark(#f5f3f0, #211f1c); --link: light-dark(#1f57a8, #8fbcf5);
  --good: light-dark(#1d6b4d, #7fd0ad); --bad: light-dark(#a5323c, #f39aa2); --fair: light-dark(#8a5a00, #eec063);
  --c0: light-dark(#2563b8, #79aef2); --c1: light-dark(#b45309, #f0a860); --c2: light-dark(#1d7a55, #6fcfa5);
  --c3: light-dark(#7a3fb0, #c39bf0); --c4: light-dark(#b3324a, #f08c9c); --c5: light-dark(#0f7285, #6accdc); }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 74rem; background: var(--page); color: var(--ink);
  font: 1rem/1.55 "Source Sans 3", "Source Sans Pro", "Segoe UI", system-ui, sans-serif; }
h1 { font-size: 1.7rem; letter-spacing: -.01em; margin: 0 0 .25rem; }
h2 { font-size: 1.25rem; margin: 2.6rem 0 .5rem; padding-top: .9rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.02rem; margin: 1.4rem 0 .35rem; }
p { margin: .35rem 0; max-width: 52rem; }
.lead, .note, .meta { color: var(--faint); }
.note, .meta { font-size: .9rem; }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: .8rem 0 0; font-size: .93rem; }
a { color: var(--link); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .92rem; margin: .5rem 0 .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .28rem .7rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap;
  vertical-align: top; }
th { font-weight: 600; color: var(--faint); }
th:first-child, td:first-child { text-align: left; padding-left: 0; white-space: normal; overflow-wrap: anywhere;
  min-width: 9rem; }
td small { color: var(--faint); font-size: .84em; margin-left: .5em; }
.text th { text-align: left; }
.many td small { display: block; margin: 0; }
tr.decides td { font-weight: 600; }
tr.decides td small { font-weight: 400; }
.text td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
.no { color: var(--bad); } .verdict { font-weight: 600; } .verdict.unsure { color: var(--faint); }
.plots { display: grid; gap: 1.25rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); }
.plots > div { min-width: 0; }
.plots h3 { margin-top: .4rem; }
svg { display: block; width: 100%; max-width: 36rem; height: auto; margin: .4rem 0; }
svg text { font-family: inherit; fill: var(--faint); font-size: 12px; }
svg .title { fill: var(--ink); font-size: 12.5px; }
svg .grid { stroke: var(--line); } svg .axis, svg .mark { stroke: var(--faint); }
svg .diagonal { stroke: var(--faint); stroke-dasharray: 2 4; }
svg .series { fill: none; stroke-width: 2; stroke-linejoin: round; } svg .bar { stroke-width: 2; }
svg .series.c0, svg .bar.c0 { stroke: var(--c0); } svg .dot.c0 { fill: var(--c0); }
svg .series.c1, svg .bar.c1 { stroke: var(--c1); } svg .dot.c1 { fill: var(--c1); }
svg .series.c2, svg .bar.c2 { stroke: var(--c2); } svg .dot.c2 { fill: var(--c2); }
svg .series.c3, svg .bar.c3 { stroke: var(--c3); } svg .dot.c3 { fill: var(--c3); }
svg .series.c4, svg .bar.c4 { stroke: var(--c4); } svg .dot.c4 { fill: var(--c4); }
svg .series.c5, svg .bar.c5 { stroke: var(--c5); } svg .dot.c5 { fill: var(--c5); }
.filter { display: flex; flex-wrap: wrap; gap: .4rem; margin: .6rem 0 1rem; }
.filter label { border: 1px solid var(--line); border-radius: 1em; padding: .12rem .8rem; font-size: .9rem; cursor: pointer; }
.filter input { position: absolute; opacity: 0; pointer-events: none; }
.filter input:checked + span { font-weight: 700; color: var(--link); }
.filter label:has(input:focus-visible) { outline: 2px solid var(--link); outline-offset: 2px; }
.question { border-top: 1px solid var(--line); }
.question > summary { cursor: pointer; padding: .5rem 0; display: flex; flex-wrap: wrap; gap: .15rem .8rem;
  align-items: baseline; }
.question > summary::-webkit-details-marker { display: none; }
.question > summary::before { content: "+"; color: var(--faint); width: .8em; }
.question[open] > summary::before { content: "–"; }
.question > summary .ask { flex: 1 1 24rem; min-width: 0; overflow-wrap: anywhere; }
.question > summary .meta { flex: none; }
.badges { display: flex; flex-wrap: wrap; gap: .3rem; }
.badge { border-radius: .35em; padding: 0 .45em; font-size: .8rem; line-height: 1.6; background: var(--soft);
  color: var(--faint); }
.badge.right { color: var(--good); } .badge.wrong { color: var(--bad); }
.inside { padding: 0 0 1rem 1.3rem; }
.answers { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); }
.answer { border: 1px solid var(--line); border-radius: .6rem; padding: .7rem .9rem; min-width: 0; overflow-wrap: anywhere; }
.answer h4 { margin: 0 0 .3rem; font-size: .92rem; }
.answer p, .expected, .ask, blockquote { unicode-bidi: isolate; }
.words { white-space: pre-wrap; }
.cite { font-size: .8em; color: var(--link); }
.judged { font-size: .8em; white-space: nowrap; color: var(--faint); }
.judged.supported { color: var(--good); } .judged.partly { color: var(--fair); }
.judged.unsupported, .judged.contradicted, .judged.number { color: var(--bad); }
.sources { margin: .5rem 0 0; padding-left: 1.2rem; font-size: .9rem; }
blockquote { margin: .3rem 0; padding-left: .7rem; border-left: 3px solid var(--line); color: var(--faint); }
.answer details summary, .expected { font-size: .9rem; color: var(--faint); }
.bar-row { display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: .2rem .8rem; align-items: center;
  margin: .35rem 0; }
.stack { display: flex; height: 1.15rem; border-radius: .3rem; overflow: hidden; background: var(--soft); }
.stack i { display: block; }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: .88rem; color: var(--faint); }
.key i { display: inline-block; width: .8em; height: .8em; border-radius: .2em; margin-right: .35em; }
.o0 { background: var(--c2); } .o1 { background: light-dark(#9fd3bc, #2f6d55); } .o2 { background: var(--c4); }
.o3 { background: light-dark(#f0b9a5, #8a4a35); } .o4 { background: var(--faint); } .o5 { background: var(--c1); }
@media print { .question:not([open]) { break-inside: avoid; } body { max-width: none; } }
@media (max-width: 40rem) { body { padding: 1rem .8rem 3rem; } .inside { padding-left: 0;
  } .bar-row { grid-template-columns: 1fr; } }
"""
