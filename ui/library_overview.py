"""The library at a glance: charts by year, file and topic, and a map on which papers are chosen by cluster or by a box."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from rag.errors import VouchError
from rag.library.map import LibraryMap
from ui import library_collections, library_papers, library_several, state
from ui.components import drawer
from ui.components.notice import error_html, info_html
from ui.components.safe import base_name, label, text
from ui.jobs import Job
from ui.views import paper as paper_view

CLEARED = "map-cleared"
MEANT = (
    "Each point is a paper; near means alike. Click a point to read it. To choose several, pick topics or drag a box over the "
    "points: they are listed below the map, and you can ask within them or keep them as a collection."
)
LOOK = 0.2  # seconds between two looks whether the map is drawn
SOON = 20_000  # papers, up to which the map is drawn at once for the topics in it
MOST_FILES = 20  # bars
LONGEST_NAME = 60  # letters of a collection's
SPAN = 80  # years before the last one that are shown
MOST_LISTED = 200  # papers of a selection that are shown
BLUE = "#2563b8"
COLOURS = ["#2563b8", "#c2571a", "#2f855a", "#8e44ad", "#b7950b", "#0e7490", "#be185d", "#57534e"]
COLOURS += ["#7aa7e8", "#e9a06f", "#7cc7a0", "#c39bd3", "#dcc36a", "#67c3d6", "#eb8fbb", "#a8a29e"]


def charts() -> None:
    """Papers by year, by file, by topic."""
    counted = state.tallies()
    undated = sum(count for year, count in counted.years if year is None)
    facts = [f"{counted.papers:,} papers", f"{counted.merged:,} from several records"]
    facts += [f"{counted.untitled:,} without a title"] if counted.untitled else []
    facts += [f"{undated:,} without a year"] if undated else []
    st.html(f'<p class="v-lead">{text(" · ".join(facts))}</p>')
    st.html("<h2>By year</h2>")
    known = {year: count for year, count in counted.years if year is not None}
    years = (
        [{"Year": year, "Papers": known.get(year, 0)} for year in range(max(min(known), max(known) - SPAN), max(known) + 1)]
        if known
        else []
    )
    if years:
        there = [row for row in years if row["Papers"]]
        st.altair_chart(by_year(years), width="stretch", alt=told(there, "Year"))
    st.html("<h2>By file</h2>")
    files = [{"File": base_name(file), "Papers": count} for file, count in counted.files[:MOST_FILES]]
    st.altair_chart(bars(files, "File"), width="stretch", alt=told(files, "File"))
    if more := len(counted.files) - len(files) + counted.other_files:
        st.html(f'<p class="v-hint">and {more:,} more files</p>')
    engine = state.assistant()
    st.html("<h2>By topic</h2>")
    drawn = _drawn(engine.mark(), "Finding topics") if counted.papers <= SOON else engine.drawn_map()
    if drawn is None or not drawn.names:
        words = "Topics are found when the map of the library is drawn, which takes seconds."
        st.html(f'<p class="v-lead">{words}</p>')
        st.button("Draw the map", icon=":material/scatter_plot:", on_click=_to_map)
    else:
        st.altair_chart(bars(topics(drawn), "Topic"), width="stretch", alt=told(topics(drawn), "Topic"))
        if len(drawn.points) < drawn.papers:
            st.html(f'<p class="v-hint">Among {len(drawn.points):,} papers spread over the library.</p>')


def told(rows: Sequence[Mapping[str, Any]], name: str) -> str:
    """A chart in words, for those who do not see it."""
    return f"Papers by {name.lower()}. " + "; ".join(f"{row[name]}: {row['Papers']:,}" for row in rows)


def _to_map() -> None:
    st.session_state["library-part"] = "Map"


def by_year(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Columns along the years, those without papers too."""
    import altair as alt

    data = alt.Data(values=list(rows))  # type: ignore[no-untyped-call]
    axis = alt.Axis(format="d", title=None, tickMinStep=1, labelAngle=0, labelOverlap=True)
    chart = alt.Chart(data, height=220).mark_bar(color=BLUE, width={"band": 0.8})
    return chart.encode(x=alt.X("Year:O", axis=axis), y=alt.Y("Papers:Q", title=None), tooltip=["Year:O", "Papers:Q"])


def bars(rows: Sequence[Mapping[str, Any]], name: str) -> Any:
    """Bars with their names, the longest first."""
    import altair as alt

    data = alt.Data(values=list(rows))  # type: ignore[no-untyped-call]
    chart = alt.Chart(data, height={"step": 26}).mark_bar(color=BLUE)
    labels = alt.Axis(title=None, labelLimit=180)
    return chart.encode(
        x=alt.X("Papers:Q", title=None, axis=alt.Axis(tickMinStep=1, tickCount=8, format=",d")),
        y=alt.Y(f"{name}:N", sort="-x", axis=labels),
        tooltip=[f"{name}:N", "Papers:Q"],
    )


def topics(drawn: LibraryMap) -> list[dict[str, Any]]:
    """The clusters of the map with their numbers of papers."""
    sizes = Counter(point.cluster for point in drawn.points)
    return [{"Topic": name, "Papers": sizes[number]} for number, name in enumerate(drawn.names)]


# --- the map -----------------------------------------------------------------------------------------------------------


def the_map() -> None:
    """Draw the map, or wait until it is there; a chosen cluster or box becomes a list, and a collection."""
    engine = state.assistant()
    drawn = _drawn(engine.mark())
    if drawn is None:
        return
    if not drawn.points:
        st.html(info_html("There is no map yet", "No paper has been indexed."))
        return
    part = len(drawn.points) < drawn.papers
    sample = f"Drawn are {len(drawn.points):,} of the {drawn.papers:,} papers, spread over the library." if part else ""
    st.html(f'<p class="v-lead">{MEANT} {text(sample)}</p>')
    times = st.session_state.get(CLEARED, 0)  # a new choice and a new map each time the choice is taken back
    sizes = Counter(point.cluster for point in drawn.points)
    st.html(f"<style>{dots(len(drawn.names))}</style>")
    picked = st.pills(  # they are the legend, too, and need no pointer
        "Topics",
        range(len(drawn.names)),
        selection_mode="multi",
        format_func=lambda n: f"{label(drawn.names[n])} ({sizes[n]:,})",
        key=f"topics-{times}",
    )
    actions = st.container(key="map-chosen", horizontal=True, vertical_alignment="center")  # above, where it is seen
    key = f"map-{times}-{picked}"  # with other topics the map is drawn anew, and the box on it is gone
    event: Any = st.altair_chart(
        scatter(drawn, picked),
        key=key,
        on_select="rerun",
        selection_mode=("box", "point"),
        width="stretch",
        alt=f"Map of {len(drawn.points):,} papers; the topics above choose them, too",
    )
    _read_clicked(event["selection"].get("point") or [])
    box = event["selection"].get("box", {})
    ids = chosen(drawn, box, picked)
    with actions:
        if ids:
            _act(ids, ", ".join(drawn.names[n] for n in picked) or "a part of the map")
        else:
            st.html(f'<p class="v-lead">{"No paper lies there." if box else "No papers chosen."}</p>', width="content")
        if box or picked:
            st.button("Choose none", icon=":material/close:", type="tertiary", on_click=_clear)
    if ids:
        _list(ids)


def _clear() -> None:
    st.session_state[CLEARED] = st.session_state.get(CLEARED, 0) + 1


def dots(topics: int) -> str:
    """The style sheet that gives each topic's button the colour of its points."""
    coloured = (
        f'[class*="st-key-topics-"] button:nth-of-type({n}) p::before {{ background: {colour}; }}'
        for n, colour in enumerate(COLOURS[:topics], start=1)
    )
    return " ".join(coloured)


def _read_clicked(points: Sequence[Mapping[str, Any]]) -> None:
    """Open the paper whose point was clicked, once: the point stays selected when the paper is closed."""
    clicked = points[0].get("id") if points else None
    if clicked != st.session_state.get("map-clicked"):
        st.session_state["map-clicked"] = clicked
        if clicked and (paper := state.assistant().paper(clicked)):
            paper_view.show(paper)


@st.cache_resource(show_spinner=False, max_entries=2)
def _job(mark: str) -> Job[LibraryMap]:  # noqa: ARG001  the cache's key
    engine = state.assistant()
    return Job(lambda _: engine.draw_map(), "map")


def _drawn(mark: str, doing: str = "Drawing the map") -> LibraryMap | None:
    job = _job(mark)
    place = st.empty()
    while not job.wait(LOOK):
        place.html(f'<p class="v-lead" role="status">{doing} · {job.seconds:.0f} s</p>')
    place.empty()
    if job.error is not None:
        st.html(error_html(job.error))
        _job.clear(mark)
        return None
    return job.result()


def scatter(drawn: LibraryMap, picked: Sequence[int] = ()) -> Any:
    """Points in their clusters' colours; clusters that are not picked are pale."""
    import altair as alt
    import pyarrow as pa  # type: ignore[import-untyped]

    points, few = drawn.points, len(drawn.points) < 1000
    # A table and not rows: Altair checks each value of each row against its grammar, 0.7 s for 5,000 points.
    data = pa.table(
        {
            "id": [point.id for point in points],
            "x": [point.x for point in points],
            "y": [point.y for point in points],
            "Paper": [point.label for point in points],
            "Year": [point.year for point in points],
            "Topic": [drawn.names[point.cluster] for point in points],
        }
    )
    bare = alt.Axis(labels=False, ticks=False, grid=False, domain=False, title=None)
    names = list(drawn.names)
    scale = alt.Scale(domain=names, range=COLOURS[: len(names)])
    shown = alt.FieldOneOfPredicate(field="Topic", oneOf=[drawn.names[n] for n in picked])
    opacity: Any = alt.condition(shown, alt.value(0.9), alt.value(0.08)) if picked else alt.value(0.9 if few else 0.7)
    base = alt.Chart(data, height=520).mark_circle(size=45 if few else 16)
    return base.encode(
        x=alt.X("x:Q", axis=bare, scale=alt.Scale(zero=False)),
        y=alt.Y("y:Q", axis=bare, scale=alt.Scale(zero=False)),
        color=alt.Color("Topic:N", scale=scale, legend=None),
        opacity=opacity,
        tooltip=["Paper:N", "Year:O", "Topic:N"],
    ).add_params(alt.selection_interval(name="box"), alt.selection_point(name="point", fields=["id"]))


def chosen(drawn: LibraryMap, box: Mapping[str, Sequence[float]], picked: Sequence[int]) -> list[str]:
    """Ids of the papers in the box and in the topics; none where nothing was chosen."""
    if not box and not picked:
        return []
    found = [point for point in drawn.points if not picked or point.cluster in picked]
    for axis in ("x", "y"):
        if axis in box:
            low, high = min(box[axis]), max(box[axis])
            found = [point for point in found if low <= getattr(point, axis) <= high]
    return [point.id for point in found]


def _act(ids: list[str], where: str) -> None:
    """What can be done with the papers chosen."""
    st.html(f'<p class="v-lead">{len(ids):,} paper{"" if len(ids) == 1 else "s"} chosen.</p>', width="content")
    st.button("Ask within them", icon=":material/forum:", type="primary", on_click=_ask_within, args=(ids, where))
    if failure := st.session_state.pop("within-failed", None):
        st.html(error_html(failure))
    with st.popover("Make a collection of them", icon=":material/bookmark_add:"):
        library_several.into_collection(ids, "map")


def _list(ids: list[str]) -> None:
    papers = state.assistant().papers_of(ids[:MOST_LISTED])
    data = library_papers.columns(papers)
    if paper := drawer.table(library_papers.PAPERS, data, papers, library_papers.configuration(), 360):
        paper_view.show(paper)
    if len(ids) > len(papers):
        st.html(f'<p class="v-hint">The first {len(papers)} are listed.</p>')


def _ask_within(ids: list[str], where: str) -> None:
    """Keep the choice as a collection, so that the conversation can come back to it, and ask within that."""
    own = state.assistant().collections
    taken = {known.name.casefold() for known in own.all()}
    names = (where[:LONGEST_NAME] + (f" ({n})" if n > 1 else "") for n in itertools.count(1))
    try:
        made = own.make(next(name for name in names if name.casefold() not in taken), ids)
    except VouchError as error:
        st.session_state["within-failed"] = error
        return
    library_collections.ask_within(made)
