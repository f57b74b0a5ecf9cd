"""One file per page, run by Streamlit; each is composed of queries, charts and parts."""
