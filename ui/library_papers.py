"""The library's table: looking for papers, columns that filter, an order, pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from rag.library.browse import Query, Sort
from rag.library.conditions import Conditions
from rag.library.lookup import in_text_alone
from rag.paper import Paper
from ui import library_several, state
from ui.components import drawer
from ui.components.notice import info_html
from ui.components.paper import places
from ui.components.safe import base_name, text
from ui.views import paper as paper_view

WORDS, QUESTION = "Words", "Question"  # how a paper is looked for
FOUND = 25  # papers that a question lists
ROWS = 50  # of a page
PAPERS = "papers"  # the table's name
OPEN = "Click a title to read it."
ANY, YES, NO = "any", "with a title", "without a title"
BOUNDS = (None, None)


def draw() -> None:
    """Draw the search and the papers that it finds."""
    with st.container(key="find", horizontal=True, vertical_alignment="center"):
        how = st.segmented_control(
            "Find by", (WORDS, QUESTION), default=WORDS, required=True, key="find-by", label_visibility="collapsed"
        )
        hint = (
            "Words in title, abstract, organisation or authors" if how == WORDS else "A question, as you would ask it in the chat"
        )
        wanted = st.text_input("Find", placeholder=hint, key=f"find-{how}", label_visibility="collapsed", max_chars=500)
        if how == WORDS:
            query = _filters(Query(words=wanted))
            several = st.toggle("Select several", key="several")
    if how == QUESTION:
        if wanted.strip():
            _hits(wanted)
        else:
            st.html('<p class="v-lead">Ask, and the papers nearest to the question are listed.</p>')
        return
    _table(query, several=several)


def _filters(query: Query) -> Query:
    """The query with the order and the conditions that are chosen."""
    orders = [order for order in Sort if order is not Sort.BEST or query.words.strip()]
    sort = st.selectbox("Sort by", orders, key=f"sort-{len(orders)}", label_visibility="collapsed", width=150)
    query = replace(query, sort=Sort(sort))
    active = _number_of_filters()
    with st.popover(f"Filters ({active})" if active else "Filters", icon=":material/filter_list:"):
        left, right = st.columns(2)
        first = left.number_input("From year", 1000, 9999, None, 1, key="filter-from", placeholder="any")
        last = right.number_input("To year", 1000, 9999, None, 1, key="filter-to", placeholder="any")
        author = left.text_input("Author", key="filter-author", placeholder="part of a name", max_chars=100)
        organisation = right.text_input("Organisation", key="filter-organisation", placeholder="part of its name", max_chars=100)
        files = [file for file, _ in state.tallies().files]
        file = None
        if len(files) > 1:
            file = st.selectbox("Read from", files, None, format_func=base_name, key="filter-file", placeholder="any file")
        left, right = st.columns(2)
        title = left.selectbox("Title", (ANY, YES, NO), key="filter-title")
        kept = {own.id: own for own in state.assistant().collections.all()}
        options = list(kept)
        if st.session_state.get("filter-collection") not in (None, *options):
            del st.session_state["filter-collection"]
        inside = right.selectbox(
            "Collection", options, None, format_func=lambda i: kept[i].name, key="filter-collection", placeholder="any"
        )
        st.button("Clear filters", icon=":material/filter_list_off:", disabled=not active, on_click=clear_filters)
    if _number_of_filters() != active:
        st.rerun()  # the session is new and the page is not: it brings its filters along, and now they can be counted
    conditions = Conditions(
        author=author.strip() or None,
        organisation=organisation.strip() or None,
        has_title={YES: True, NO: False}.get(title),
    )
    return replace(
        query,
        conditions=conditions,
        years=(first, last),
        file=file,
        within=kept[inside].papers if inside else None,
    )


def _number_of_filters() -> int:
    keys = ("from", "to", "author", "organisation", "file", "title", "collection")
    return sum(st.session_state.get(f"filter-{key}") not in (None, "", ANY) for key in keys)


def clear_filters() -> None:
    """Show all papers again."""
    for key in ("from", "to", "file", "collection"):
        st.session_state[f"filter-{key}"] = None
    for key, value in (("author", ""), ("organisation", ""), ("title", ANY)):
        st.session_state[f"filter-{key}"] = value


def _table(query: Query, *, several: bool) -> None:
    engine = state.assistant()
    if st.session_state.get("library-query") != query:
        st.session_state["library-query"] = query
        st.session_state["library-queries"] = st.session_state.get("library-queries", 0) + 1
    turner = f"library-page-{st.session_state['library-queries']}"  # a new one for each query begins at the first page
    number = int(st.session_state.get(turner, 1))
    found = engine.browse(query, (number - 1) * ROWS, ROWS)
    count = engine.count()
    shown = f"{count:,} papers" if query.everything else f"{found.total:,} of {count:,} papers"
    what = "" if not found.papers else "Select some, then say what to do." if several else OPEN
    st.html(f'<p class="v-lead">{shown}. {what}{_told(query.words)}</p>')
    if not found.papers:
        ways = {"try fewer or other words": bool(query.words.strip()), "clear the filters": _filtered(query)}
        st.html(info_html("No paper fits", f"{', or '.join(way for way, leads in ways.items() if leads).capitalize()}."))
        return
    if several:
        library_several.draw(query, found.papers, found.total, columns(found.papers), configuration())
    elif picked := drawer.table(PAPERS, columns(found.papers), found.papers, configuration()):
        paper_view.show(picked)
    pages = -(-found.total // ROWS)
    if pages > 1:
        st.pagination(pages, key=turner)


def _filtered(query: Query) -> bool:
    return not replace(query, words="").everything


def _told(words: str) -> str:
    """What is not done with some of the words."""
    small = [f"“{text(word)}”" for word in in_text_alone(words)]
    if not small:
        return ""
    named = f"{', '.join(small[:-1])} and {small[-1]} are" if len(small) > 1 else f"{small[0]} is"
    return f" {named} looked for in titles and abstracts alone, not in names."


def columns(papers: Sequence[Paper]) -> dict[str, list[Any]]:
    """The table's columns. A data frame shows text as it is, so nothing is escaped."""
    return {
        "Title": [paper.label for paper in papers],
        "Published": [paper.date.isoformat() if paper.date else str(paper.year) if paper.year else None for paper in papers],
        "Authors": [paper.author_count if paper.author_count is not None else len(paper.authors) or None for paper in papers],
        "Organisation": [paper.organisation for paper in papers],
        "Upvotes": [paper.upvotes for paper in papers],
        "Sources": [places(paper) for paper in papers],
    }


def configuration() -> dict[str, Any]:
    """How the columns look."""
    whole = st.column_config.NumberColumn(format="%d", width=74)
    wide = st.column_config.TextColumn(width="large")
    # As text that sorts: of some papers only the year is known.
    day, name = st.column_config.TextColumn(width=100), st.column_config.TextColumn(width=120)
    return {"Title": wide, "Best passage": wide, "Published": day, "Authors": whole, "Organisation": name, "Upvotes": whole}


def _hits(question: str) -> None:
    hits = state.assistant().search(question, limit=FOUND)
    st.html(f'<p class="v-lead">The {len(hits)} papers nearest to the question, best first. {OPEN}</p>')
    known = columns([hit.paper for hit in hits])
    passages = {"Best passage": [hit.passage.text for hit in hits]}
    data = {"Title": known["Title"], **passages, "Published": known["Published"], "Sources": known["Sources"]}
    if hit := drawer.table(PAPERS, data, hits, configuration()):
        paper_view.show(hit.paper, (hit.passage,))
