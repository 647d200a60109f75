"""The pages: chat, library, evaluation. Each has a `page()` that Streamlit runs anew at every interaction."""
