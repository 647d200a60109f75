"""Wordings of conditions as researchers write them, and what is read from each: conditions, and what is left as topic."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from rag.library.conditions import Conditions
from rag.retrieval.conditions import read_conditions
from tests.rag.retrieval.small_library import FACTS


def days(first: str | None, last: str | None) -> dict[str, Any]:
    bounds = {"date_from": first, "date_to": last}
    return {name: dt.date.fromisoformat(day) for name, day in bounds.items() if day is not None}


def years(first: int, last: int | None = None) -> dict[str, Any]:
    return days(f"{first}-01-01", f"{last or first}-12-31")


def since(day: str) -> dict[str, Any]:
    return days(day, None)


def until(day: str) -> dict[str, Any]:
    return days(None, day)


def no(*unwanted: dict[str, Any]) -> dict[str, Any]:
    return {"none_of": tuple(Conditions(**each) for each in unwanted)}


def either(*wanted: dict[str, Any]) -> dict[str, Any]:
    return {"any_of": (tuple(Conditions(**each) for each in wanted),)}


def both(*wanted: dict[str, Any]) -> dict[str, Any]:
    return {"any_of": tuple((Conditions(**each),) for each in wanted)}


def org(name: str) -> dict[str, Any]:
    return {"organisation": name}


def by(name: str) -> dict[str, Any]:
    return {"author": name}


WHEN = [
    ("papers from 2023", years(2023), "papers"),
    ("PAPERS FROM 2023 ON PRUNING", years(2023), "PAPERS ON PRUNING"),
    ("papers  from 2023 ,on pruning", years(2023), "papers ,on pruning"),
    ("Could you please list all papers that were published in 2021?", years(2021), "Could you please list all papers that ?"),
    ("2024 work on routing", years(2024), "work on routing"),
    ("the 2020 paper on dropout", years(2020), "the paper on dropout"),
    ("Which 2023 surveys cover alignment?", years(2023), "Which surveys cover alignment?"),
    ("dropout results in 2024 papers", years(2024), "dropout results papers"),
    ("papers from 2019-2021", years(2019, 2021), "papers"),
    ("papers from 2019–21 on parsing", years(2019, 2021), "papers on parsing"),
    ("parsing papers, 2019 to 2021", years(2019, 2021), "parsing papers"),
    ("papers between 2019 and 2021 on parsing", years(2019, 2021), "papers on parsing"),
    ("papers between March and June 2025 about agents", days("2025-03-01", "2025-06-30"), "papers about agents"),
    ("papers from March to June 2025", days("2025-03-01", "2025-06-30"), "papers"),
    ("papers from march 2025", days("2025-03-01", "2025-03-31"), "papers"),
    ("papers in December 2023 or January 2024", days("2023-12-01", "2024-01-31"), "papers"),
    ("papers from 2019 or 2023 on parsing", either(years(2019), years(2023)), "papers on parsing"),
    ("papers from 2019, 2021 and 2023", either(years(2019), years(2021), years(2023)), "papers"),
    ("papers from Q2 2024", days("2024-04-01", "2024-06-30"), "papers"),
    ("papers from the second quarter of 2024", days("2024-04-01", "2024-06-30"), "papers"),
    ("studies from H1 2025", days("2025-01-01", "2025-06-30"), "studies"),
    ("papers published on 2025-06-18", days("2025-06-18", "2025-06-18"), "papers"),
    ("papers submitted after 1 May 2023", since("2023-05-02"), "papers"),
    ("papers from June 18", days("2025-06-18", "2025-06-18"), "papers"),
    ("papers from December 24", days("2024-12-24", "2024-12-24"), "papers"),
    ("papers published on 17 June", {"file": "daily-jun-17.md"}, "papers"),
    ("papers from December on agents", days("2024-12-01", "2024-12-31"), "papers on agents"),
    ("work posted since March", since("2025-03-01"), "work"),
    ("papers since 2021 on rotary embeddings", since("2021-01-01"), "papers on rotary embeddings"),
    ("since 2021, which models use rotary embeddings?", since("2021-01-01"), ", which models use rotary embeddings?"),
    ("From 2019 to 2021, what worked for parsing?", years(2019, 2021), ", what worked for parsing?"),
    ("In the 2010s, what was said on dropout?", years(2010, 2019), ", what was said on dropout?"),
    ("Before 2018, which approaches were there to parsing?", until("2017-12-31"), ", which approaches were there to parsing?"),
    ("papers from the early 2020s", years(2020, 2023), "papers"),
    ("work of the mid-2010s on parsing", years(2014, 2016), "work on parsing"),
    ("papers from the late 2010s", years(2017, 2019), "papers"),
    ("papers from early 2024", days("2024-01-01", "2024-04-30"), "papers"),
    ("papers in the last decade", since("2015-10-16"), "papers"),
    ("papers from the past 18 months", since("2024-04-16"), "papers"),
    ("What appeared in the last two years on RAG?", since("2023-10-16"), "What on RAG?"),
    ("papers from the last 3 weeks", since("2025-09-25"), "papers"),
    ("this year's papers on RAG", years(2025), "papers on RAG"),
    ("last year's papers on RAG", years(2024), "papers on RAG"),
    ("papers from last month", days("2025-09-01", "2025-09-30"), "papers"),
    ("papers from two years ago on RAG", years(2023), "papers on RAG"),
    ("papers at least 3 years old about parsing", until("2022-10-15"), "papers about parsing"),
    ("papers from at least three years ago about parsing", until("2022-10-15"), "papers about parsing"),
    ("papers older than 2 years on RAG", until("2023-10-15"), "papers on RAG"),
    ("papers no older than 2 years", since("2023-10-16"), "papers"),
    ("papers less than a year old", since("2024-10-16"), "papers"),
    ("What is older than 2018 about layer normalization?", until("2017-12-31"), "What is about layer normalization?"),
    ("anything newer than 2022 on diffusion", since("2023-01-01"), "anything on diffusion"),
    ("papers in or before 2016", until("2016-12-31"), "papers"),
    ("papers no later than 2017 on parsing", until("2017-12-31"), "papers on parsing"),
    ("papers published by the end of 2019", until("2019-12-31"), "papers"),
    ("papers from before the end of 2019", until("2019-12-31"), "papers"),
    ("papers on or after 1 May 2023", since("2023-05-01"), "papers"),
    ("papers from 2022 onwards", since("2022-01-01"), "papers"),
    ("agents papers, 2022+", since("2022-01-01"), "agents papers,"),
    ("papers 2022-present on agents", since("2022-01-01"), "papers on agents"),
    ("papers >= 2022 about agents", since("2022-01-01"), "papers about agents"),
    ("papers before 2019 or after 2021", either(until("2018-12-31"), since("2022-01-01")), "papers"),
    ("papers published within two years of 2019", years(2017, 2021), "papers"),
    ("pre-2020 work on parsing", until("2019-12-31"), "work on parsing"),
    ("post-2022 papers on parsing", since("2023-01-01"), "papers on parsing"),
    ("Of the papers from 2023, which evaluate hallucination?", years(2023), "Of the papers , which evaluate hallucination?"),
    ("restrict to 2022: what improves parsing?", years(2022), ": what improves parsing?"),
    ("Limit the search to 2020-2022. How is parsing done?", years(2020, 2022), ". How is parsing done?"),
    ("What improves parsing? (2021 only)", years(2021), "What improves parsing?"),
    ("parsing, only papers from 2021", years(2021), "parsing, only papers"),
    ("papers on parsing (2021)", years(2021), "papers on parsing"),
    ("year:2023 parsing", years(2023), "parsing"),
    ("how many articles were released in 2023?", years(2023), "how many articles ?"),
    ("What did Google DeepMind publish on agents in 2025?", org("google deepmind") | years(2025), "What did publish on agents ?"),
]
WHEN += [
    ("Papers about pruning from 2024 on", since("2024-01-01"), "Papers about pruning"),
    ("named entity papers, 2020 or 2024", either(years(2020), years(2024)), "named entity papers"),
    (
        "papers about the merging or fusion of large models from 2025",
        years(2025),
        "papers about the merging or fusion of large models",
    ),
    (
        "papers on how well small networks can be made to work from 2020 to 2022",
        years(2020, 2022),
        "papers on how well small networks can be made to work",
    ),
]
WHEN += [
    ("what's new since june 2024 on DPO", since("2024-06-01"), "what's new on DPO"),
    ("papers with publication date after 2024-06-01", since("2024-06-02"), "papers with publication date"),
    (
        "What do papers from 2024 say on DPO compared to papers from 2022?",
        either(years(2024), years(2022)),
        "What do papers say on DPO compared to papers ?",
    ),
    ("alignment papers 2023", years(2023), "alignment papers"),
    ("what does the library have from 2019?", years(2019), "what does the library have ?"),
    ("most cited papers from 2023", years(2023), "most cited papers"),
    ("papers up to and including 2019", until("2019-12-31"), "papers"),
    ("papers since 2020 published before 2022", years(2020, 2021), "papers"),
    ("papers from 2023 on RAG published in May 2023", days("2023-05-01", "2023-05-31"), "papers on RAG"),
    ("papers from 3 years ago or older", until("2022-10-15"), "papers"),
    ("papers that are two years old", years(2023), "papers that"),
    ("papers from 11/2024", days("2024-11-01", "2024-11-30"), "papers"),
    ("papers from 2023 or with more than 5 authors", either(years(2023), {"min_authors": 6}), "papers or"),
]
NOT = [
    ("all papers but those of 2024", no(years(2024)), ""),
    ("papers from 2023 excluding May", years(2023) | no(days("2023-05-01", "2023-05-31")), "papers"),
    ("papers not from 2024 or by Hinton", no(years(2024), by("Hinton")), "papers or"),
    ("papers which do not come from Baidu", no(org("baidu")), "papers which"),
    ("papers not in the ACL findings", no({"venue": "ACL"}), "papers findings"),
    ("papers not from 2024 about RAG", no(years(2024)), "papers about RAG"),
    ("Papers that aren't from 2024, on RAG", no(years(2024)), "Papers that , on RAG"),
    ("papers that were not published in 2024 on RAG", no(years(2024)), "papers that on RAG"),
    ("papers excluding 2024", no(years(2024)), "papers"),
    ("RAG papers, excluding those from 2024", no(years(2024)), "RAG papers,"),
    ("Papers on RAG except 2024.", no(years(2024)), "Papers on RAG ."),
    ("papers on RAG other than from 2023 or 2024", no(years(2023, 2024)), "papers on RAG"),
    ("papers on RAG from outside 2019-2021", no(years(2019, 2021)), "papers on RAG from"),
    ("RAG papers outside the 2010s", no(years(2010, 2019)), "RAG papers"),
    ("papers on RAG, but no 2024 papers please", no(years(2024)), "papers on RAG, papers please"),
    ("Everything but 2023 on RAG", no(years(2023)), "on RAG"),
    ("don't show me papers from 2024 about RAG", no(years(2024)), "about RAG"),
    ("non-2024 papers on RAG", no(years(2024)), "papers on RAG"),
    ("papers from neither 2019 nor 2021", no(years(2019), years(2021)), "papers from"),
    ("papers on RAG, not 2024", no(years(2024)), "papers on RAG,"),
    ("papers since 2022, skip 2024", since("2022-01-01") | no(years(2024)), "papers"),
    ("RAG papers from 2022 to 2025 without 2024", years(2022, 2025) | no(years(2024)), "RAG papers"),
    ("papers not before 2020", since("2020-01-01"), "papers"),
    ("papers not older than 2020", since("2020-01-01"), "papers"),
    ("papers on RAG not by Hinton", no(by("Hinton")), "papers on RAG"),
    ("RAG papers without papers by Vaswani", no(by("Vaswani")), "RAG papers"),
    ("papers on RAG, excluding those by Hinton or LeCun", no(by("Hinton"), by("LeCun")), "papers on RAG,"),
    ("papers not written by Vaswani and Shazeer", no(by("Vaswani"), by("Shazeer")), "papers"),
    ("papers on agents not from ByteDance or NVIDIA", no(org("bytedance"), org("nvidia")), "papers on agents"),
    ("papers not accepted at NeurIPS", no({"venue": "NeurIPS"}), "papers"),
    ("papers that are not in listing.jsonl", no({"file": "listing.jsonl"}), "papers that"),
    ("papers that do not have more than 5 authors", no({"min_authors": 6}), "papers that"),
    ("papers without more than 10 upvotes", no({"min_upvotes": 11}), "papers"),
]
COUNTS = [
    ("papers with more upvotes than 3", {"min_upvotes": 4}, "papers"),
    ("papers with over 50 upvotes on agents", {"min_upvotes": 51}, "papers on agents"),
    ("Among papers with over 50 upvotes, what is said of RAG?", {"min_upvotes": 51}, "Among papers , what is said of RAG?"),
    ("papers with fewer than 10 upvotes", {"max_upvotes": 9}, "papers"),
    ("papers with 10-50 upvotes", {"min_upvotes": 10, "max_upvotes": 50}, "papers"),
    ("papers with between 10 and 50 up-votes", {"min_upvotes": 10, "max_upvotes": 50}, "papers"),
    ("papers upvoted more than 100 times", {"min_upvotes": 101}, "papers"),
    ("papers upvoted at least twice", {"min_upvotes": 2}, "papers"),
    ("papers with 1,000+ upvotes", {"min_upvotes": 1000}, "papers"),
    ("papers >5 upvotes", {"min_upvotes": 6}, "papers"),
    ("papers with upvotes >= 5", {"min_upvotes": 5}, "papers"),
    ("papers with an upvote count of at least 5", {"min_upvotes": 5}, "papers"),
    ("papers by more than twenty authors", {"min_authors": 21}, "papers"),
    ("papers with 3 or 4 authors", {"min_authors": 3, "max_authors": 4}, "papers"),
    ("two-author papers on parsing", {"min_authors": 2, "max_authors": 2}, "papers on parsing"),
    ("papers by more than 10 people", {"min_authors": 11}, "papers"),
    ("papers w/ 2+ upvotes", {"min_upvotes": 2}, "papers"),
    ("papers written by three people", {"min_authors": 3, "max_authors": 3}, "papers"),
    ("single-authored papers", {"min_authors": 1, "max_authors": 1}, "papers"),
    ("papers with at most a dozen co-authors", {"max_authors": 12}, "papers"),
]
WHO = [
    ("papers where Hinton is an author", by("Hinton"), "papers"),
    (
        "How do papers by Hinton and those by Vaswani differ?",
        either(by("Hinton"), by("Vaswani")),
        "How do papers and those differ?",
    ),
    ("papers by Vaswani and Shazeer", both(by("Vaswani"), by("Shazeer")), "papers"),
    (
        "papers by Ashish Vaswani, Noam Shazeer and Niki Parmar",
        both(by("Ashish Vaswani"), by("Noam Shazeer"), by("Niki Parmar")),
        "papers",
    ),
    ("work by Hinton or LeCun on vision", either(by("Hinton"), by("LeCun")), "work on vision"),
    ("papers by Hinton as well as by LeCun", either(by("Hinton"), by("LeCun")), "papers"),
    ("papers by Vaswani et al. on attention", by("Vaswani"), "papers on attention"),
    ("papers by Hinton and Nobody", by("Hinton"), "papers and Nobody"),
    ("papers by hinton?", by("hinton"), "papers ?"),
    ("Laurens van der Maaten's papers", by("Laurens van der Maaten"), "papers"),
    ("What have Vaswani and Shazeer published?", both(by("Vaswani"), by("Shazeer")), "What have published?"),
    (
        "which papers from NVIDIA or Google DeepMind deal with reasoning?",
        either(org("nvidia"), org("google deepmind")),
        "which papers deal with reasoning?",
    ),
    ("papers from google deepmind on agents", org("google deepmind"), "papers on agents"),
    ("NVIDIA papers on agents", org("nvidia"), "papers on agents"),
    ("ByteDance's papers on agents", org("bytedance"), "papers on agents"),
    ("papers with NAVER AI Lab as organisation", org("naver ai lab"), "papers"),
    ("papers accepted at ICML 2024 on pruning", {"venue": "ICML 2024"}, "papers on pruning"),
    ("NeurIPS papers on pruning", {"venue": "NeurIPS"}, "papers on pruning"),
]


@pytest.mark.parametrize(
    ("question", "expected", "topic"), [*WHEN, *NOT, *COUNTS, *WHO], ids=lambda value: value if isinstance(value, str) else ""
)
def test_explicit_wording(question: str, expected: dict[str, Any], topic: str) -> None:
    reading = read_conditions(question, FACTS)
    assert reading.conditions == Conditions(**expected)
    assert reading.topic == topic
    assert reading.labels
    said = " ".join(question.split())
    assert all(part in said for label in reading.labels for part in label.split(" … "))
