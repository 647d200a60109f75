"""The browser pages: ask, read the passages behind each sentence, look after the library, look at evaluation runs.

server.py          the web application: Streamlit's own, with the address of each page
app.py             page frame, navigation, sidebar
state.py           the one Assistant of the process and what a session remembers; alone imports rag.assistant
conversation.py    questions and answers in order, at most one of them being answered
jobs.py            work on a thread of its own, which reruns of a page do not disturb
suggestions.py     first questions made from the library's titles
uploads.py         uploaded files: names made safe, a lasting place under VOUCH_HOME
components/        HTML and small Streamlit pieces; safe.py is where foreign text becomes harmless
views/             one file a page
"""
