"""Streamlit's command line with the pages' modules loaded first: the first reader then does not wait for their import.

`python -m ui run ui/app.py …` takes what `streamlit run` takes; `vouch serve` starts it.
"""

from __future__ import annotations


def main() -> None:
    """Load the pages, then hand over to Streamlit."""
    from streamlit.web.cli import main as streamlit

    import ui.app  # noqa: F401

    streamlit(prog_name="streamlit")


if __name__ == "__main__":
    main()
