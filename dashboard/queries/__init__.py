"""What the pages ask: pure functions over the store. No Streamlit, no SQL, nothing is written."""
